// SPDX-License-Identifier: Apache-2.0
#include "app/series.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

#include "app/app.h"
#include "base/num.h"

// What names of files of one series have in common: all before the last "_" that a time follows, as
// in heap_localhost-6060_20060102T150405.123Z.pb.gz; or "".
static struct span stem_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct span name = span_of(slash ? slash + 1 : path);
    for (size_t i = name.n; i-- > 0;) {
        struct span time = span_from(name, i + 1);
        size_t digits = 0;
        while (digits < time.n && isdigit((unsigned char)time.at[digits]))
            digits++;
        if (name.at[i] == '_' && digits == 8 && digits < time.n && time.at[digits] == 'T')
            return span_upto(name, i);
    }
    return SPAN("");
}

static int number_at(struct span text, size_t at, size_t n)
{
    int64_t value = 0;
    if (at + n > text.n || !num_parse_i64((struct span){text.at + at, n}, &value))
        return -1;
    return (int)value;
}

int64_t series_time(const char *path)
{
    struct span stem = stem_of(path);
    if (!stem.n)
        return 0;
    struct span t = span_of(stem.at + stem.n + 1); // 20060102T150405.123Z
    struct tm tm = {.tm_year = number_at(t, 0, 4) - 1900,
                    .tm_mon = number_at(t, 4, 2) - 1,
                    .tm_mday = number_at(t, 6, 2),
                    .tm_hour = number_at(t, 9, 2),
                    .tm_min = number_at(t, 11, 2),
                    .tm_sec = number_at(t, 13, 2)};
    int millis = t.n > 15 && t.at[15] == '.' ? number_at(t, 16, 3) : 0;
    if (tm.tm_hour < 0 || tm.tm_min < 0 || tm.tm_sec < 0)
        return 0;
    return (int64_t)timegm(&tm) * 1000000000 + (int64_t)(millis > 0 ? millis : 0) * 1000000;
}

// Which kind is looked at first: what leaks shows in the heap.
static int rank_of(struct span stem)
{
    static const char *const kinds[] = {"heap", "allocs", "goroutine", "threadcreate"};
    enum { N = sizeof kinds / sizeof *kinds };
    for (int i = 0; i < N; i++)
        if (span_starts(stem, span_of(kinds[i])))
            return i;
    return N;
}

static struct span best_stem(const name_list *names, size_t first, bool *several)
{
    struct span best = stem_of(names->at[first]);
    for (size_t i = first; i < names->n; i++) {
        struct span stem = stem_of(names->at[i]);
        *several |= !span_eq(stem, best);
        if (rank_of(stem) < rank_of(best))
            best = stem;
    }
    return best;
}

static void keep_one_series(name_list *names, size_t first, struct arena *arena,
                            const struct job *job)
{
    bool several = false;
    struct span best = best_stem(names, first, &several);
    size_t kept = first;
    if (!several)
        return;
    for (size_t i = first; i < names->n; i++)
        if (span_eq(stem_of(names->at[i]), best))
            names->at[kept++] = names->at[i];
    job_note(job, arena_printf(arena, "several series in one folder: this is " SPAN_FMT,
                               SPAN_ARG(best)));
    names->n = kept;
}

int series_names(name_list *names, char *const *paths, size_t n, struct arena *arena,
                 const struct job *job, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        size_t first = names->n;
        if (filelist_expand(names, paths[i], arena, err))
            return -1;
        if (names->n > first + 1)
            keep_one_series(names, first, arena, job);
    }
    return 0;
}

// The goroutines' files of one folder, where what comes first there is another kind.
static void keep_goroutines(name_list *names, size_t first)
{
    bool several = false;
    size_t kept = first;
    struct span best = best_stem(names, first, &several);
    for (size_t i = first; i < names->n; i++)
        if (several && !span_starts(best, SPAN("goroutine")) &&
            span_starts(stem_of(names->at[i]), SPAN("goroutine")))
            names->at[kept++] = names->at[i];
    names->n = kept;
}

int series_beside(name_list *names, char *const *paths, size_t n, struct arena *arena,
                  struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        size_t first = names->n;
        if (filelist_expand(names, paths[i], arena, err))
            return -1;
        if (names->n > first)
            keep_goroutines(names, first);
    }
    return 0;
}

int series_too_short(const char *command, size_t n, struct err *err)
{
    return err_set(err,
                   "%s needs %d profiles or more, taken one after another, and this is %zu: "
                   "cprof -collect=DIR -interval=30s URL takes them",
                   command, SERIES_LEAST, n);
}

int app_check_paths(const struct command_def *command, const struct config *config,
                    char *const *paths, size_t n_paths, struct err *err)
{
    struct arena arena = {0};
    name_list names = {0};
    if (app_check_output(config, paths, n_paths, err))
        return -1;
    if (!app_wants_series(command, config) || *config->collect || config->watch > 0)
        return 0;
    if (*config->base || *config->diff_base)
        return err_set(err, "a series has no base: leave -base and -diff_base out");
    if (*config->files_from)
        return 0;
    if (command && command->report == REPORT_LEAKS) // one profile may tell leaks, too
        return 0;
    int status = series_names(&names, paths, n_paths, &arena, NULL, err);
    size_t n = names.n;
    arena_release(&arena);
    if (status == 0 && n < SERIES_LEAST)
        return series_too_short(command ? command->name : "a gate on a series", n, err);
    return status;
}
