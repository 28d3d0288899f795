// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>

#include "input/inflater.h"

// libzstd is loaded when the first such file is read; its few functions have been the same since
// 1.0 (https://facebook.github.io/zstd/zstd_manual.html), so that no header is needed.

struct zstd_in {
    const void *at;
    size_t size, taken;
};

struct zstd_out {
    void *at;
    size_t size, filled;
};

static struct {
    void *(*create)(void);
    size_t (*release)(void *);
    size_t (*init)(void *);
    size_t (*decompress)(void *, struct zstd_out *, struct zstd_in *);
    unsigned (*is_error)(size_t);
    const char *(*error_name)(size_t);
} zstd;

static bool loaded;

static bool find(void *library, const char *name, void *function)
{
    *(void **)function = dlsym(library, name);
    return *(void **)function;
}

static void load(void)
{
    void *library = dlopen("libzstd.so.1", RTLD_NOW | RTLD_LOCAL);
    loaded = library && find(library, "ZSTD_createDStream", &zstd.create) &&
             find(library, "ZSTD_freeDStream", &zstd.release) &&
             find(library, "ZSTD_initDStream", &zstd.init) &&
             find(library, "ZSTD_decompressStream", &zstd.decompress) &&
             find(library, "ZSTD_isError", &zstd.is_error) &&
             find(library, "ZSTD_getErrorName", &zstd.error_name);
}

static void next_member(void *state)
{
    zstd.init(state);
}

static void *begin(void)
{
    void *state = zstd.create();
    if (state)
        next_member(state);
    return state;
}

static void end(void *state)
{
    zstd.release(state);
}

static int step(void *state, struct inflation *bytes, struct err *err)
{
    struct zstd_in in = {bytes->in, bytes->n_in, 0};
    struct zstd_out out = {bytes->out, bytes->n_out, 0};
    size_t status = zstd.decompress(state, &out, &in);
    bytes->in += in.taken;
    bytes->n_in -= in.taken;
    bytes->out += out.filled;
    bytes->n_out -= out.filled;
    if (zstd.is_error(status))
        return err_set(err, "corrupt zstd stream: %s", zstd.error_name(status));
    return status == 0 ? INFLATER_MEMBER_END : INFLATER_GOES_ON;
}

static const struct inflater inflater = {"zstd", begin, end, step, next_member};

const struct inflater *inflater_zstd(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return loaded ? &inflater : NULL;
}
