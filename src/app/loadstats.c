// SPDX-License-Identifier: Apache-2.0
#include "app/loadstats.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "app/fetching.h"
#include "app/series.h"
#include "input/source.h"
#include "profile/builder.h"
#include "profile/read/reader.h"

#define STATS_MAX ((size_t)64 << 20)

static int nothing_more(struct stream *s, uint64_t want, struct err *err)
{
    (void)s, (void)want, (void)err;
    return 0;
}

static struct stream stream_of(struct span bytes)
{
    const unsigned char *at = (const unsigned char *)bytes.at;
    return (struct stream){.at = at, .end = at + bytes.n, .more = nothing_more};
}

// How much is in use by the heap profile in the same text; 0 where there is none.
static int64_t profiled(struct span text, int64_t *time_nanos, const struct job *job)
{
    struct profile p;
    struct err ignored;
    struct stream in = stream_of(text);
    struct read_options options = {.comments = true};
    int64_t sum = 0;
    profile_init(&p);
    if (profile_read(&p, &in, &options, job, &ignored) == 0) {
        *time_nanos = p.time_nanos ? p.time_nanos : *time_nanos;
        uint32_t type = series_type(&p, "inuse_space");
        for (uint32_t i = 0; type != NO_INDEX && i < p.n_samples; i++)
            sum += sample_values(&p, &p.samples[i])[type];
    }
    profile_release(&p);
    return sum;
}

static int64_t time_of(const char *place)
{
    struct stat st;
    int64_t named = series_time(place);
    if (named)
        return named;
    if (stat(place, &st) == 0 && S_ISREG(st.st_mode))
        return (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// *alone where it is a heap profile, which has no MemStats but may stand beside some.
static int read_point(struct memstats_point *point, bool *alone, const char *place,
                      struct fetcher *fetcher, const struct job *job, struct err *err)
{
    struct buf text = {0};
    struct source *source = source_open(place, fetcher, job, err);
    int status = source ? stream_read_all(source_stream(source), STATS_MAX, &text, err) : -1;
    source_close(source);
    *point = (struct memstats_point){.time_nanos = time_of(place)};
    if (status == 0) {
        struct stream in = stream_of(buf_span(&text));
        status = memstats_read(&point->stats, &in, job, err);
    }
    if (text.n)
        point->profiled = profiled(buf_span(&text), &point->time_nanos, job);
    *alone = status && point->profiled > 0;
    if (status)
        source_blame(place, err);
    buf_release(&text);
    return status;
}

static int by_time(const void *a, const void *b)
{
    const struct memstats_point *x = a, *y = b;
    return (x->time_nanos > y->time_nanos) - (x->time_nanos < y->time_nanos);
}

// A profile of nothing, for what all reports have in common.
static int make_profile(struct loaded *l, struct err *err)
{
    struct profile p;
    struct builder b;
    profile_init(&p);
    builder_init(&b, &p);
    builder_sample_type(&b, SPAN("memstats"), SPAN("bytes"));
    int status = builder_finish(&b, err);
    builder_release(&b);
    if (status == 0)
        loaded_take(l, &p);
    else
        profile_release(&p);
    return status;
}

// Tells what was read last before the profile how much that accounts for, or what came first.
static void put_beside(struct memstats_point *points, size_t n, const struct memstats_point *heap)
{
    size_t at = 0;
    for (size_t i = 1; i < n && points[i].time_nanos <= heap->time_nanos; i++)
        at = i;
    points[at].profiled = points[at].profiled ? points[at].profiled : heap->profiled;
}

static int read_points(struct loaded *l, const struct config *config, const struct job *job,
                       struct err *err)
{
    const name_list *names = &l->sources;
    struct fetcher *fetcher = NULL;
    struct memstats_point *points = arena_alloc(&l->arena, (names->n + 1) * sizeof *points);
    struct memstats_point *heaps = arena_alloc(&l->arena, (names->n + 1) * sizeof *heaps);
    int status = fetching_expect(&fetcher, names, config, job, err);
    size_t n = 0, n_heaps = 0;
    for (size_t i = 0; i < names->n && status == 0; i++) {
        struct memstats_point point;
        bool alone;
        status = read_point(&point, &alone, names->at[i], fetcher, job, err);
        if (status == 0)
            points[n++] = point;
        else if (alone && names->n > 1)
            heaps[n_heaps++] = point, status = 0;
    }
    fetcher_free(fetcher);
    qsort(points, n, sizeof *points, by_time);
    for (size_t i = 0; i < n_heaps && n; i++)
        put_beside(points, n, &heaps[i]);
    l->memstats = (struct memstats_points){points, (uint32_t)n};
    return status == 0 && n == 0 ? -1 : status; // the last one's error is there
}

const struct loaded *loadstats(char *const *paths, size_t n_paths, const struct config *config,
                               const struct job *job, struct err *err)
{
    struct loaded *l = loaded_new();
    int status = series_names(&l->sources, paths, n_paths, &l->arena, job, err);
    if (status == 0 && *config->files_from)
        status = filelist_read(&l->sources, config->files_from, &l->arena, job, err);
    if (status == 0 && l->sources.n == 0)
        status = err_set(err, "there is nothing to read");
    if (status == 0 && read_points(l, config, job, err) == 0 && make_profile(l, err) == 0)
        return l;
    loaded_unref(l);
    return NULL;
}
