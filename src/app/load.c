// SPDX-License-Identifier: Apache-2.0
#include "app/loader.h"

#include <limits.h>
#include <stdlib.h>

#include "app/compare.h"
#include "app/fetching.h"
#include "app/folder.h"
#include "app/gates.h"
#include "app/loadstats.h"
#include "app/options.h"
#include "app/prepare.h"
#include "app/saves.h"
#include "app/series.h"
#include "input/filelist.h"
#include "input/source.h"
#include "sink/sink.h"

enum { RESULTS_MAX = 64 << 20 }; // bytes of results that are kept for requests to come

// The files of the command line, and after them those of the list.
static int list_files(struct loader *l, name_list *names, char *const *paths, size_t n,
                      struct arena *arena)
{
    const char *list = l->config->files_from;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list, paths[i]) == 0 && source_flags(list) & SOURCE_ONCE)
            return err_set(l->err, "standard input cannot be both a profile and a list of them");
        if (!l->series && folder_profiles(names, paths[i], l->config->newest, arena, l->err))
            return -1;
    }
    if (l->series && series_names(names, paths, n, arena, l->job, l->err))
        return -1;
    if (*list && filelist_read(names, list, arena, l->job, l->err))
        return source_blame(list, l->err);
    if (names->n)
        return 0;
    struct buf shown = {0};
    source_show(list, &shown);
    err_set(l->err, "the list '%s' names no files", buf_cstr(&shown));
    buf_release(&shown);
    return -1;
}

static void note_files(struct loaded *fresh, name_list *to, const name_list *names)
{
    struct buf shown = {0};
    for (size_t i = 0; i < names->n; i++) {
        buf_clear(&shown);
        if (source_is_remote(names->at[i]))
            source_show(names->at[i], &shown);
        else
            buf_add(&shown, span_of(names->at[i]));
        *vec_push(&fresh->arena, to) = arena_cstr(&fresh->arena, buf_span(&shown));
    }
    buf_release(&shown);
}

// Lets all URLs be fetched from now on, also those of the base.
static int expect_urls(struct loader *l, const name_list *names, struct arena *arena)
{
    const struct config *c = l->config;
    const char *base = *c->diff_base ? c->diff_base : c->base;
    name_list bases = filelist_split(arena, base);
    if (fetching_expect(&l->fetcher, names, c, l->job, l->err) ||
        (*base && fetching_expect(&l->fetcher, &bases, c, l->job, l->err)))
        return -1;
    if (l->fetcher)
        l->remotes = remotes_new();
    return 0;
}

// The profiles in one stream, beside which no other source may be named.
static int read_bundle(struct loader *l, struct profile *out, size_t n_paths)
{
    const char *list = l->config->files_from;
    struct arena arena = {0};
    name_list names = {0};
    *vec_push(&arena, &names) = arena_cstr(&arena, span_of(list));
    note_files(l->fresh, &l->fresh->sources, &names);
    *names.at = (char *)bundle_place(list);
    int status = 0;
    if (n_paths || l->series)
        status = err_set(l->err, "'%s' cannot be read beside other files, or as a series", list);
    if (status == 0)
        status = expect_urls(l, &names, &arena);
    if (status == 0) {
        l->bundle = bundle_open(list, l->fetcher, l->job, l->err);
        status = l->bundle ? loader_read(l, out, NULL, 0) : source_blame(*names.at, l->err);
    }
    bundle_close(l->bundle);
    l->bundle = NULL;
    arena_release(&arena);
    return status;
}

// Flags for services say nothing of files; that is told, and no reason to stop.
static void note_idle_flags(const struct loader *l, char *const *paths, size_t n)
{
    const struct config *c = l->config;
    const struct {
        const char *name;
        bool given;
    } flags[] = {
        {"-seconds", c->seconds > 0}, {"-timeout", c->timeout > 0}, {"-tls_cert", *c->tls_cert},
        {"-tls_key", *c->tls_key},    {"-tls_ca", *c->tls_ca},
    };
    struct buf names = {0};
    bool remote = *c->files_from;
    for (size_t i = 0; i < n; i++)
        remote |= source_is_remote(paths[i]);
    for (size_t i = 0; i < sizeof flags / sizeof *flags && !remote; i++)
        if (flags[i].given)
            buf_printf(&names, "%s%s", names.n ? ", " : "", flags[i].name);
    if (names.n) {
        buf_add(&names, SPAN(": without effect, no URL is read"));
        job_note(l->job, buf_cstr(&names));
    }
    buf_release(&names);
}

static int read_all(struct loader *l, struct profile *out, char *const *paths, size_t n)
{
    struct arena arena = {0};
    name_list names = {0};
    note_idle_flags(l, paths, n);
    if (bundle_place(l->config->files_from))
        return read_bundle(l, out, n);
    int status = list_files(l, &names, paths, n, &arena);
    if (status == 0)
        status = expect_urls(l, &names, &arena);
    if (status == 0)
        status = loader_read(l, out, names.at, names.n);
    note_files(l->fresh, &l->fresh->sources, &names);
    arena_release(&arena);
    return status;
}

static bool wants_sides(const struct loader *l)
{
    const struct config *c = l->config;
    return l->keep_sides || formats[c->format].wants.sides || c->noise || app_has_gates(c);
}

static int apply_base(struct loader *l, struct profile *p)
{
    const struct config *c = l->config;
    const char *names = *c->diff_base ? c->diff_base : c->base;
    struct arena arena = {0};
    struct profile base;
    if (!*names)
        return 0;
    name_list named = filelist_split(&arena, names), bases = {0};
    int status = 0;
    for (size_t i = 0; i < named.n && status == 0; i++)
        status = folder_profiles(&bases, named.at[i], l->config->newest, &arena, l->err);
    if (status == 0)
        status = loader_read(l, &base, bases.at, bases.n);
    note_files(l->fresh, &l->fresh->bases, &bases);
    arena_release(&arena);
    if (status == 0) {
        struct comparing how = {*c->diff_base != '\0', c->normalize, wants_sides(l), l->job};
        return compare_profiles(p, &base, &how, l->err);
    }
    profile_release(p);
    return -1;
}

static int check_renames(const struct config *c, struct err *err)
{
    struct span rest = span_of(c->rename_type), line, from;
    while (rest.n && span_cut(&rest, '\n', &line)) {
        struct span to = line;
        span_cut(&to, '=', &from);
        if (from.n == 0 || to.n == 0)
            return err_set(err, "bad value '" SPAN_FMT "' for rename_type: want FROM=TO",
                           ERR_SUBJECT(line));
    }
    return 0;
}

int app_check(const struct config *c, struct err *err)
{
    if (*c->base && *c->diff_base)
        return err_set(err, "-base and -diff_base cannot be used together");
    if (c->normalize && !*c->base && !*c->diff_base)
        return err_set(err, "-normalize needs -base or -diff_base");
    if (check_renames(c, err))
        return -1;
    return fetching_check(c, err) || gates_check_flags(c, err) ? -1 : 0;
}

static bool is_stdin(const char *name)
{
    return source_kind_of(name) == &source_stdin;
}

// Whether one of the names, which commas separate, is standard input.
static bool has_stdin(const char *names)
{
    struct arena arena = {0};
    name_list all = filelist_split(&arena, names);
    bool found = false;
    for (size_t i = 0; i < all.n; i++)
        found |= is_stdin(all.at[i]);
    arena_release(&arena);
    return found;
}

bool app_reads_stdin(char *const *paths, size_t n, const struct config *config)
{
    for (size_t i = 0; i < n; i++)
        if (is_stdin(paths[i]))
            return true;
    const char *bundled = bundle_place(config->files_from);
    return is_stdin(bundled ? bundled : config->files_from) || has_stdin(config->base) ||
           has_stdin(config->diff_base);
}

unsigned app_threads(const struct config *c)
{
    return c->threads < UINT_MAX ? (unsigned)c->threads : UINT_MAX;
}

// Lists what was left out, and has the profile say how much that was.
static int tell_skipped(struct loader *l, struct profile *p)
{
    const char *path = l->config->skipped;
    size_t n = l->fresh->n_skipped;
    if (n) {
        struct buf text = {0};
        buf_printf(&text, "%zu input%s left out", n, n == 1 ? "" : "s");
        profile_add_comment(p, p->arena, buf_span(&text));
        buf_release(&text);
    }
    struct sink *out = *path ? sink_to_file(path, l->err) : NULL;
    if (!out)
        return *path ? -1 : 0;
    sink_write(out, buf_span(&l->skipped));
    return sink_finish(out, l->err);
}

static int load(struct loader *l, char *const *paths, size_t n_paths)
{
    const struct config *config = l->config;
    struct profile p = {0};
    struct remote_asking asking = {fetching_ask, l};
    // As with pprof, the first of several files may be the program itself.
    if (n_paths > 1 && source_is_program(paths[0])) {
        l->binary = *paths++;
        n_paths--;
    }
    if (app_check(config, l->err))
        return -1;
    // Before much is read in vain.
    if (gates_read_policy(l->fresh, config, l->job, l->err) ||
        (*config->policy && gates_check(l->fresh, config, l->job, l->err)))
        return -1;
    job_step(l->job, "reading");
    if (read_all(l, &p, paths, n_paths) || apply_base(l, &p))
        return -1;
    job_step(l->job, "naming functions");
    if (prepare_profile(&p, config, l->remotes, &asking, l->job, l->err))
        return -1;
    if (tell_skipped(l, &p)) {
        profile_release(&p);
        return -1;
    }
    if (l->series)
        l->fresh->series = series_settle(&p);
    else if (l->fetcher && fetching_saves(config))
        saves_keep(&p, l->job);
    loaded_take(l->fresh, &p);
    return 0;
}

// Goroutines that stand beside a heap in a folder. What cannot be read of them is left out.
static const struct loaded *load_beside(const struct config *config, char *const *paths, size_t n,
                                        const struct job *job)
{
    struct arena arena = {0};
    name_list names = {0};
    struct err ignored;
    struct config plain;
    const struct loaded *beside = NULL;
    if (series_beside(&names, paths, n, &arena, &ignored) == 0 && names.n) {
        config_copy(&plain, config);
        if (option_set(option_find(SPAN("sample_index")), &plain, SPAN(""), &ignored) == 0)
            beside = app_load(names.at, names.n, &plain, KEEP_SERIES, job, &ignored);
        config_release(&plain);
    }
    arena_release(&arena);
    return beside;
}

// Options that look at more than the type that is chosen, or change what it is called, or to which
// other profiles come.
static bool needs_one_type(const struct config *c)
{
    bool alone = !*c->base && !*c->diff_base && !*c->files_from;
    return alone && !c->mean && !c->noise && !*c->rename_type && !app_has_gates(c) &&
           strcmp(c->sample_index, "all") != 0;
}

const struct loaded *app_load(char *const *paths, size_t n_paths, const struct config *config,
                              unsigned keep, const struct job *job, struct err *err)
{
    if (keep & KEEP_MEMSTATS)
        return loadstats(paths, n_paths, config, job, err);
    if (keep & KEEP_SERIES && (*config->base || *config->diff_base)) {
        err_set(err, "a series has no base: leave -base and -diff_base out");
        return NULL;
    }
    struct loader l = {.fresh = loaded_new(),
                       .config = config,
                       .keep_sides = (keep & KEEP_SIDES) != 0,
                       .one_type = (keep & KEEP_ONE_TYPE) && needs_one_type(config),
                       .series = (keep & KEEP_SERIES) != 0,
                       .job = job,
                       .err = err};
    int status = load(&l, paths, n_paths);
    job_step(job, NULL);
    fetcher_free(l.fetcher);
    remotes_free(l.remotes);
    buf_release(&l.skipped);
    if (status == 0) {
        if (keep & KEEP_BESIDE)
            l.fresh->beside = load_beside(config, paths, n_paths, job);
        if (keep & KEEP_RESULTS)
            l.fresh->cache = cache_new(RESULTS_MAX);
        return l.fresh;
    }
    loaded_unref(l.fresh);
    return NULL;
}
