// SPDX-License-Identifier: Apache-2.0
#include "input/source.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/xalloc.h"
#include "input/window.h"

#define FREE_OUTPUT ((uint64_t)16 << 20)
#define MAX_RATIO 100u
enum { GZIP_ONLY = 16 };

struct inflate_reader {
    struct reader base;
    struct window window;
    struct reader *in;
    z_stream z;
    uint64_t consumed, produced;
    bool ended; // the last member is complete and nothing follows
};

static int zlib_fault(const struct inflate_reader *f, int status, struct err *err)
{
    if (status == Z_MEM_ERROR)
        return err_set(err, "out of memory while inflating");
    return err_set(err, "corrupt gzip stream: %s", f->z.msg ? f->z.msg : "invalid data");
}

// Goes on with the next member, if there is one.
static int next_member(struct inflate_reader *f, struct err *err)
{
    if (reader_need(f->in, 2, err))
        return -1;
    if (reader_have(f->in) == 0) {
        f->ended = true;
        return 0;
    }
    if (reader_have(f->in) < 2 || f->in->at[0] != 0x1f || f->in->at[1] != 0x8b)
        return err_set(err, "corrupt gzip stream: garbage after the end");
    inflateReset(&f->z);
    return 0;
}

static int inflate_step(struct inflate_reader *f, size_t room, struct err *err)
{
    if (reader_need(f->in, 1, err))
        return -1;
    uint64_t have = reader_have(f->in);
    if (have == 0)
        return err_set(err, "truncated gzip stream");
    f->z.next_in = (unsigned char *)f->in->at;
    f->z.avail_in = have > UINT_MAX ? UINT_MAX : (uInt)have;
    f->z.next_out = f->window.bytes + reader_have(&f->base);
    f->z.avail_out = room > UINT_MAX ? UINT_MAX : (uInt)room;
    uInt in = f->z.avail_in, out = f->z.avail_out;
    int status = inflate(&f->z, Z_NO_FLUSH);
    f->in->at += in - f->z.avail_in;
    f->base.end += out - f->z.avail_out;
    f->consumed += in - f->z.avail_in;
    f->produced += out - f->z.avail_out;
    if (f->produced > FREE_OUTPUT && f->produced / MAX_RATIO > f->consumed)
        return err_set(err, "refusing a gzip stream that inflates more than %u times", MAX_RATIO);
    if (status == Z_STREAM_END)
        return next_member(f, err);
    return status == Z_OK || status == Z_BUF_ERROR ? 0 : zlib_fault(f, status, err);
}

static int inflate_more(struct reader *r, uint64_t want, struct err *err)
{
    struct inflate_reader *f = (struct inflate_reader *)r;
    while (!f->ended && reader_have(r) < want) {
        size_t room = window_room(&f->window, r, want);
        if (inflate_step(f, room, err))
            return -1;
    }
    return 0;
}

struct reader *inflate_reader_new(struct reader *in)
{
    struct inflate_reader *f = xcalloc(1, sizeof *f);
    f->base.more = inflate_more;
    f->in = in;
    if (inflateInit2(&f->z, MAX_WBITS + GZIP_ONLY) != Z_OK)
        abort(); // the arguments are constants, so memory is all that can lack
    return &f->base;
}

void inflate_reader_free(struct reader *r)
{
    if (!r)
        return;
    struct inflate_reader *f = (struct inflate_reader *)r;
    inflateEnd(&f->z);
    window_release(&f->window);
    free(f);
}
