// SPDX-License-Identifier: Apache-2.0
#include "stingy.h"

#include <stdlib.h>

#include "base/xalloc.h"

struct stingy_stream {
    struct stream base;
    struct span left; // not in the window yet
    unsigned char *window;
};

static int stingy_more(struct stream *r, uint64_t want, struct err *err)
{
    (void)err;
    struct stingy_stream *s = (struct stingy_stream *)r;
    size_t have = stream_have(r);
    size_t add = want - have < s->left.n ? (size_t)(want - have) : s->left.n;
    unsigned char *window = xmalloc(have + add);
    if (have)
        memcpy(window, r->at, have);
    if (add)
        memcpy(window + have, s->left.at, add);
    s->left = span_from(s->left, add);
    free(s->window);
    s->window = window;
    r->at = window;
    r->end = window + have + add;
    return 0;
}

struct stream *stingy_stream_new(struct span bytes)
{
    struct stingy_stream *s = xcalloc(1, sizeof *s);
    s->base.more = stingy_more;
    s->left = bytes;
    return &s->base;
}

void stingy_stream_free(struct stream *r)
{
    if (!r)
        return;
    free(((struct stingy_stream *)r)->window);
    free(r);
}
