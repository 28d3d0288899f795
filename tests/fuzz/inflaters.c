// SPDX-License-Identifier: Apache-2.0
#include "inflaters.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "input/source.h"

// Bytes in memory, a few at a time.
struct steps {
    struct stream base;
    struct span rest;
    size_t step;
};

static int more(struct stream *r, uint64_t want, struct err *err)
{
    struct steps *s = (struct steps *)r;
    (void)err;
    size_t have = stream_have(r), most = have + s->rest.n;
    size_t n = want + s->step < most ? want + s->step : most;
    s->rest = span_from(s->rest, n - have);
    r->end = r->at + n;
    return 0;
}

static int inflate_all(struct span packed, size_t step, const struct inflater *inflater,
                       struct buf *out)
{
    enum { MOST = 64 << 20 };
    const unsigned char *at = (const unsigned char *)packed.at;
    struct steps steps = {{.at = at, .end = at, .more = more}, packed, step};
    struct stream *r = inflate_stream_new(&steps.base, inflater);
    struct err err;
    int status;
    while ((status = stream_need(r, 1, &err)) == 0 && stream_have(r) && out->n < MOST) {
        buf_add(out, (struct span){(const char *)r->at, stream_have(r)});
        r->at = r->end;
    }
    inflate_stream_free(r);
    return status;
}

bool inflaters_agree(struct span packed, size_t step)
{
    struct buf zlib = {0}, best = {0};
    int zlib_status = inflate_all(packed, step, &inflater_zlib, &zlib);
    int best_status = inflate_all(packed, step, inflater_best(), &best);
    bool same = zlib_status != 0 || (best_status == 0 && span_eq(buf_span(&zlib), buf_span(&best)));
    if (!same)
        fprintf(stderr, "zlib %d, the other %d; %zu and %zu bytes out of %zu\n", zlib_status,
                best_status, zlib.n, best.n, packed.n);
    buf_release(&zlib);
    buf_release(&best);
    return same;
}
