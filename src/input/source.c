// SPDX-License-Identifier: Apache-2.0
#include "input/source.h"

#include <stdlib.h>

#include "base/parallel.h"
#include "base/xalloc.h"
#include "input/ahead.h"

// In the order in which they are asked; files have all that is left.
static const struct source_kind *const kinds[] = {&source_stdin, &source_http, &source_file};

struct source {
    const struct source_kind *kind;
    struct stream *bytes;
    struct stream *inflated; // NULL where the bytes are bare
    struct stream *ahead;    // NULL where that is not read ahead
};

const struct source_kind *source_kind_of(const char *place)
{
    size_t i = 0;
    while (i + 1 < sizeof kinds / sizeof *kinds && !kinds[i]->claims(place))
        i++;
    return kinds[i];
}

void source_show(const char *place, struct buf *out)
{
    const struct source_kind *kind = source_kind_of(place);
    if (kind->show)
        kind->show(place, out);
    else
        buf_add(out, span_of(place));
}

int source_blame(const char *place, struct err *err)
{
    struct buf shown = {0};
    source_show(place, &shown);
    err_wrap(err, "cannot %s '%s'", source_is_remote(place) ? "fetch" : "read", buf_cstr(&shown));
    buf_release(&shown);
    return -1;
}

struct source *source_open(const char *place, struct fetcher *fetcher, const struct job *job,
                           struct err *err)
{
    const struct source_kind *kind = source_kind_of(place);
    struct stream *bytes = kind->open(place, fetcher, job, err);
    if (!bytes)
        return NULL;
    struct source *s = xcalloc(1, sizeof *s);
    s->kind = kind;
    s->bytes = bytes;
    if (stream_need(bytes, 2, err)) {
        source_close(s);
        return NULL;
    }
    if (stream_have(bytes) >= 2 && bytes->at[0] == 0x1f && bytes->at[1] == 0x8b)
        s->inflated = inflate_stream_new(bytes, inflater_best());
    if (s->inflated && fetcher)
        inflate_stream_limit(s->inflated, fetcher_max(fetcher));
    if (s->inflated && parallel_threads(job) > 1 && !(kind->flags(place) & SOURCE_STALLS))
        s->ahead = ahead_stream_new(s->inflated);
    return s;
}

void source_close(struct source *s)
{
    if (!s)
        return;
    ahead_stream_free(s->ahead);
    inflate_stream_free(s->inflated);
    s->kind->close(s->bytes);
    free(s);
}

struct stream *source_stream(struct source *s)
{
    if (s->ahead)
        return s->ahead;
    return s->inflated ? s->inflated : s->bytes;
}

int stream_read_all(struct stream *in, size_t max, struct buf *out, struct err *err)
{
    for (;;) {
        if (stream_need(in, 1, err))
            return -1;
        size_t n = stream_have(in);
        if (n == 0)
            return 0;
        if (out->n + n > max)
            return err_set(err, "is larger than %zu MiB", max >> 20);
        buf_add(out, (struct span){(const char *)in->at, n});
        in->at += n;
    }
}

int source_read_all(const char *place, size_t max, struct buf *out, const struct job *job,
                    struct err *err)
{
    struct source *source = source_open(place, NULL, job, err);
    int status = source ? stream_read_all(source_stream(source), max, out, err) : -1;
    source_close(source);
    return status;
}
