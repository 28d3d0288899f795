// SPDX-License-Identifier: Apache-2.0
#include "input/inflater.h"

#include <isa-l/igzip_lib.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/library.h"
#include "base/xalloc.h"

#define STEP_MAX ((size_t)1 << 30)

static struct {
    __typeof__(isal_inflate) *inflate;
    __typeof__(isal_inflate_init) *init;
    __typeof__(isal_inflate_reset) *reset;
} isal;

static bool loaded;

#ifdef CPROF_STATIC
static void load(void)
{
    isal.inflate = isal_inflate;
    isal.init = isal_inflate_init;
    isal.reset = isal_inflate_reset;
    loaded = true;
}
#else
static void load(void)
{
    static const char *const files[] = {"libisal.so.2", NULL};
    static const struct library_function functions[] = {
        {"isal_inflate", offsetof(__typeof__(isal), inflate)},
        {"isal_inflate_init", offsetof(__typeof__(isal), init)},
        {"isal_inflate_reset", offsetof(__typeof__(isal), reset)},
    };
    struct err ignored; // zlib is there
    loaded =
        library_load(files, functions, sizeof functions / sizeof *functions, &isal, &ignored) == 0;
}
#endif

static void next_member(void *state)
{
    struct inflate_state *s = state;
    isal.reset(s);
    s->crc_flag = ISAL_GZIP;
}

static void *begin(void)
{
    struct inflate_state *s = xmalloc(sizeof *s);
    isal.init(s);
    next_member(s);
    return s;
}

static void end(void *state)
{
    free(state);
}

static const char *fault(int status)
{
    switch (status) {
    case ISAL_INVALID_BLOCK:
        return "invalid block";
    case ISAL_INVALID_SYMBOL:
        return "invalid code";
    case ISAL_INVALID_LOOKBACK:
        return "invalid distance too far back";
    case ISAL_INVALID_WRAPPER:
        return "incorrect header";
    case ISAL_UNSUPPORTED_METHOD:
        return "unknown compression method";
    case ISAL_INCORRECT_CHECKSUM:
        return "incorrect data check";
    default:
        return "invalid data";
    }
}

static int step(void *state, struct inflation *bytes, struct err *err)
{
    struct inflate_state *s = state;
    uint32_t n_in = (uint32_t)(bytes->n_in < STEP_MAX ? bytes->n_in : STEP_MAX);
    uint32_t n_out = (uint32_t)(bytes->n_out < STEP_MAX ? bytes->n_out : STEP_MAX);
    s->next_in = (unsigned char *)bytes->in;
    s->avail_in = n_in;
    s->next_out = bytes->out;
    s->avail_out = n_out;
    int status = isal.inflate(s);
    bytes->in = s->next_in;
    bytes->n_in -= n_in - s->avail_in;
    bytes->out = s->next_out;
    bytes->n_out -= n_out - s->avail_out;
    if (status < 0 || status > ISAL_OUT_OVERFLOW)
        return err_set(err, "corrupt gzip stream: %s", fault(status));
    return s->block_state == ISAL_BLOCK_FINISH ? INFLATER_MEMBER_END : INFLATER_GOES_ON;
}

static const struct inflater inflater = {"gzip", begin, end, step, next_member};

const struct inflater *inflater_isal(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return loaded ? &inflater : NULL;
}
