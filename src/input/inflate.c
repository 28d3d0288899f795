// SPDX-License-Identifier: Apache-2.0
#include "input/source.h"

#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "base/xalloc.h"
#include "input/inflater.h"
#include "input/window.h"

#define FREE_OUTPUT ((uint64_t)16 << 20)
#define MAX_RATIO 100u

struct inflate_stream {
    struct stream base;
    struct window window;
    struct stream *in;
    const struct inflater *preferred, *inflater;
    void *state;                       // the inflater's, or NULL: nothing was read yet
    uint64_t consumed, produced, most; // 0: any
    bool ended;                        // the last member is complete and nothing follows
};

#ifndef HAVE_ISAL
const struct inflater *inflater_isal(void)
{
    return NULL;
}
#endif

#ifndef HAVE_ZSTD
const struct inflater *inflater_zstd(void)
{
    return NULL;
}
#endif

const struct inflater *inflater_best(void)
{
    const struct inflater *isal = inflater_isal();
    return isal ? isal : &inflater_zlib;
}

static bool starts_with(const unsigned char *at, size_t n, const char *magic, size_t n_magic)
{
    return n >= n_magic && memcmp(at, magic, n_magic) == 0;
}

const struct inflater *inflater_for(const unsigned char *at, size_t n)
{
    if (starts_with(at, n, "\x1f\x8b", 2))
        return &inflater_zlib;
    return starts_with(at, n, "\x28\xb5\x2f\xfd", 4) ? inflater_zstd() : NULL;
}

// ISA-L misjudges the checksum that a header may have of its own.
static const struct inflater *pick(const struct inflate_stream *f)
{
    enum { FLAGS = 3, HEADER_CHECKSUM = 2 };
    bool gzip = strcmp(f->preferred->format, "gzip") == 0;
    bool checked = stream_have(f->in) > FLAGS && f->in->at[FLAGS] & HEADER_CHECKSUM;
    return gzip && checked ? &inflater_zlib : f->preferred;
}

static void end_state(struct inflate_stream *f)
{
    if (f->state)
        f->inflater->end(f->state);
    f->state = NULL;
}

static int begin_member(struct inflate_stream *f, struct err *err)
{
    if (stream_need(f->in, 4, err))
        return -1;
    const struct inflater *inflater = pick(f);
    if (f->state && inflater == f->inflater) {
        inflater->next_member(f->state);
        return 0;
    }
    end_state(f);
    f->inflater = inflater;
    f->state = inflater->begin();
    return f->state ? 0 : err_set(err, "out of memory while inflating");
}

// Goes on with the next member, if there is one.
static int next_member(struct inflate_stream *f, struct err *err)
{
    if (stream_need(f->in, 4, err))
        return -1;
    if (stream_have(f->in) == 0) {
        f->ended = true;
        return 0;
    }
    const struct inflater *next = inflater_for(f->in->at, stream_have(f->in));
    if (!next || strcmp(next->format, f->preferred->format) != 0)
        return err_set(err, "corrupt %s stream: garbage after the end", f->preferred->format);
    return begin_member(f, err);
}

int inflate_too_much(uint64_t most, struct err *err)
{
    struct buf size = {0};
    size_print((int64_t)most, &size);
    err_set(err, "unpacks to more than %s; -max_profile=SIZE allows more", buf_cstr(&size));
    buf_release(&size);
    return -1;
}

// Inflates to *out, which is moved.
static int inflate_step(struct inflate_stream *f, unsigned char **out, size_t room, struct err *err)
{
    if (!f->state && begin_member(f, err))
        return -1;
    if (stream_need(f->in, 1, err))
        return -1;
    struct inflation bytes = {f->in->at, stream_have(f->in), *out, room};
    int status = f->inflater->step(f->state, &bytes, err);
    uint64_t consumed = (uint64_t)(bytes.in - f->in->at);
    uint64_t produced = (uint64_t)(bytes.out - *out);
    bool stuck = status == INFLATER_GOES_ON && stream_have(f->in) == 0 && produced == 0;
    f->consumed += consumed;
    f->produced += produced;
    f->in->at = bytes.in;
    *out = bytes.out;
    if (status < 0)
        return -1;
    if (stuck)
        return err_set(err, "truncated %s stream", f->preferred->format);
    if (f->produced > FREE_OUTPUT && f->produced / MAX_RATIO > f->consumed)
        return err_set(err, "refusing a %s stream that inflates more than %u times",
                       f->preferred->format, MAX_RATIO);
    if (f->most && f->produced > f->most)
        return inflate_too_much(f->most, err);
    return status == INFLATER_MEMBER_END ? next_member(f, err) : 0;
}

static int inflate_more(struct stream *r, uint64_t want, struct err *err)
{
    struct inflate_stream *f = (struct inflate_stream *)r;
    while (!f->ended && stream_have(r) < want) {
        size_t room = window_room(&f->window, r, want);
        unsigned char *out = f->window.bytes + stream_have(r);
        int status = inflate_step(f, &out, room, err);
        r->end = out;
        if (status)
            return -1;
    }
    return 0;
}

static int inflate_into(struct stream *r, unsigned char *memory, size_t size, size_t *n,
                        struct err *err)
{
    struct inflate_stream *f = (struct inflate_stream *)r;
    unsigned char *out = memory, *end = memory + size;
    int status = 0;
    while (status == 0 && !f->ended && out < end)
        status = inflate_step(f, &out, (size_t)(end - out), err);
    *n = (size_t)(out - memory);
    return status;
}

struct stream *inflate_stream_new(struct stream *in, const struct inflater *preferred)
{
    struct inflate_stream *f = xcalloc(1, sizeof *f);
    f->base.more = inflate_more;
    f->base.into = inflate_into;
    f->in = in;
    f->preferred = preferred;
    return &f->base;
}

void inflate_stream_limit(struct stream *r, uint64_t max)
{
    ((struct inflate_stream *)r)->most = max;
}

void inflate_stream_free(struct stream *r)
{
    if (!r)
        return;
    struct inflate_stream *f = (struct inflate_stream *)r;
    end_state(f);
    window_release(&f->window);
    free(f);
}
