// SPDX-License-Identifier: Apache-2.0
#include "input/inflater.h"

#include <stdlib.h>
#include <zlib.h>

#include "base/xalloc.h"

enum { GZIP_ONLY = 16 };
#define STEP_MAX ((size_t)1 << 30)

static void *begin(void)
{
    z_stream *z = xcalloc(1, sizeof *z);
    if (inflateInit2(z, MAX_WBITS + GZIP_ONLY) != Z_OK)
        abort(); // the arguments are constants, so memory is all that can lack
    return z;
}

static void end(void *state)
{
    inflateEnd(state);
    free(state);
}

static int step(void *state, struct inflation *bytes, struct err *err)
{
    z_stream *z = state;
    uInt n_in = (uInt)(bytes->n_in < STEP_MAX ? bytes->n_in : STEP_MAX);
    uInt n_out = (uInt)(bytes->n_out < STEP_MAX ? bytes->n_out : STEP_MAX);
    z->next_in = (unsigned char *)bytes->in;
    z->avail_in = n_in;
    z->next_out = bytes->out;
    z->avail_out = n_out;
    int status = inflate(z, Z_FINISH); // what came out last need not be kept where that is all
    bytes->in = z->next_in;
    bytes->n_in -= n_in - z->avail_in;
    bytes->out = z->next_out;
    bytes->n_out -= n_out - z->avail_out;
    if (status == Z_STREAM_END)
        return INFLATER_MEMBER_END;
    if (status == Z_OK || status == Z_BUF_ERROR)
        return INFLATER_GOES_ON;
    if (status == Z_MEM_ERROR)
        return err_set(err, "out of memory while inflating");
    return err_set(err, "corrupt gzip stream: %s", z->msg ? z->msg : "invalid data");
}

static void next_member(void *state)
{
    inflateReset(state);
}

const struct inflater inflater_zlib = {"gzip", begin, end, step, next_member};
