// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <stdbool.h>

#include "base/library.h"
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

static void load(void)
{
    static const char *const files[] = {"libzstd.so.1", NULL};
    static const struct library_function functions[] = {
        {"ZSTD_createDStream", offsetof(__typeof__(zstd), create)},
        {"ZSTD_freeDStream", offsetof(__typeof__(zstd), release)},
        {"ZSTD_initDStream", offsetof(__typeof__(zstd), init)},
        {"ZSTD_decompressStream", offsetof(__typeof__(zstd), decompress)},
        {"ZSTD_isError", offsetof(__typeof__(zstd), is_error)},
        {"ZSTD_getErrorName", offsetof(__typeof__(zstd), error_name)},
    };
    struct err ignored;
    loaded =
        library_load(files, functions, sizeof functions / sizeof *functions, &zstd, &ignored) == 0;
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
