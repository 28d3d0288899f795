// SPDX-License-Identifier: Apache-2.0
#include "input/inflater.h"

#include <isa-l/igzip_lib.h>
#include <stdlib.h>

#include "base/xalloc.h"

#define STEP_MAX ((size_t)1 << 30)

static void next_member(void *state)
{
    struct inflate_state *s = state;
    isal_inflate_reset(s);
    s->crc_flag = ISAL_GZIP;
}

static void *begin(void)
{
    struct inflate_state *s = xmalloc(sizeof *s);
    isal_inflate_init(s);
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
    int status = isal_inflate(s);
    bytes->in = s->next_in;
    bytes->n_in -= n_in - s->avail_in;
    bytes->out = s->next_out;
    bytes->n_out -= n_out - s->avail_out;
    if (status < 0 || status > ISAL_OUT_OVERFLOW)
        return err_set(err, "corrupt gzip stream: %s", fault(status));
    return s->block_state == ISAL_BLOCK_FINISH ? INFLATER_MEMBER_END : INFLATER_GOES_ON;
}

const struct inflater inflater_isal = {"gzip", begin, end, step, next_member};
