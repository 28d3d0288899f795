// SPDX-License-Identifier: Apache-2.0
#include "input/source.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/parallel.h"
#include "base/xalloc.h"
#include "input/ahead.h"
#include "input/inflater.h"

// A profile that is gzip may have been packed once more for the way.
enum { LAYERS = 2 };

// In the order in which they are asked; files have all that is left.
static const struct source_kind *const kinds[] = {&source_stdin, &source_http, &source_file};

struct source {
    const struct source_kind *kind;
    struct stream *bytes;
    struct stream *inflated[LAYERS]; // each of the one before; NULL where that is bare
    struct stream *top;              // of these
    struct stream *ahead;            // NULL where that is not read ahead
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

#ifdef CPROF_STATIC
enum { SHORT = 1 }; // it is there already
#else
enum { SHORT = 32 << 10 };
#endif

// ISA-L is faster than zlib, but loading it takes longer than it saves on a single short profile.
static int choose_inflater(struct stream *in, const struct inflater **out, struct err *err)
{
    static atomic_bool later;
    if (stream_need(in, 4, err))
        return -1;
    *out = inflater_for(in->at, stream_have(in));
    if (*out != &inflater_zlib)
        return 0;
    bool first = !atomic_exchange(&later, true);
    if (first && stream_need(in, SHORT, err))
        return -1;
    if (!first || stream_have(in) >= SHORT)
        *out = inflater_best();
    return 0;
}

// Of what is fetched there may be two layers.
static int unpack(struct source *s, const struct fetcher *fetcher, struct err *err)
{
    s->top = s->bytes;
    for (unsigned i = 0; i < (fetcher ? LAYERS : 1u); i++) {
        const struct inflater *inflater;
        if (choose_inflater(s->top, &inflater, err))
            return -1;
        if (!inflater)
            break;
        s->top = s->inflated[i] = inflate_stream_new(s->top, inflater);
        if (fetcher)
            inflate_stream_limit(s->top, fetcher_max(fetcher));
    }
    return 0;
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
    if (unpack(s, kind == &source_http ? fetcher : NULL, err)) {
        source_close(s);
        return NULL;
    }
    if (s->inflated[0] && parallel_threads(job) > 1 && !(kind->flags(place) & SOURCE_STALLS))
        s->ahead = ahead_stream_new(s->top);
    return s;
}

void source_close(struct source *s)
{
    if (!s)
        return;
    ahead_stream_free(s->ahead);
    for (unsigned i = LAYERS; i-- > 0;)
        inflate_stream_free(s->inflated[i]);
    s->kind->close(s->bytes);
    free(s);
}

struct stream *source_stream(struct source *s)
{
    return s->ahead ? s->ahead : s->top;
}

int source_read_all(const char *place, size_t max, struct buf *out, const struct job *job,
                    struct err *err)
{
    struct source *source = source_open(place, NULL, job, err);
    int status = source ? stream_read_all(source_stream(source), max, out, err) : -1;
    source_close(source);
    return status;
}
