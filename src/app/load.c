// SPDX-License-Identifier: Apache-2.0
#include "app/loaded.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

#include "app/compare.h"
#include "app/fetching.h"
#include "app/gates.h"
#include "app/options.h"
#include "app/prepare.h"
#include "app/reads.h"
#include "app/saves.h"
#include "app/series.h"
#include "base/escape.h"
#include "base/xalloc.h"
#include "input/names.h"
#include "input/source.h"
#include "profile/merge.h"
#include "profile/read/reader.h"
#include "profile/scale.h"
#include "profile/series.h"
#include "symbol/locate.h"
#include "symbol/mapping.h"
#include "sink/sink.h"

enum { RESULTS_MAX = 64 << 20 }; // bytes of results that are kept for requests to come

struct loader {
    struct loaded *fresh;
    const struct config *config;
    const char *binary;      // the program that was profiled, by the command line; or NULL
    bool keep_sides;         // whatever the config wants now
    bool series;             // each profile is a side of its own
    size_t n_read;           // profiles of the last that were added up
    struct fetcher *fetcher; // where there are URLs
    struct buf skipped;      // a line for each that was left out
    const struct job *job;
    struct err *err;
};

// A profile without mappings gets one without a name, so that all have a main binary.
static void add_mapping(struct profile *p)
{
    if (p->n_mappings)
        return;
    p->mappings = arena_zalloc(p->arena, 1, sizeof *p->mappings);
    p->mappings[0].id = 1;
    p->n_mappings = 1;
    for (uint32_t i = 0; i < p->n_locations; i++)
        p->locations[i].mapping = 0;
}

// The binary stands for all mappings of the program, which may be in memory in several parts.
static void set_binary(struct profile *p, const char *binary)
{
    if (!binary)
        return;
    str_id was = p->mappings[0].file, now = strtab_add(p->strings, span_of(binary));
    for (uint32_t i = 0; i < p->n_mappings; i++)
        if (i == 0 || (was && p->mappings[i].file == was &&
                       p->mappings[i].build_id == p->mappings[0].build_id))
            p->mappings[i].file = now;
}

// Binaries are looked for by PPROF_BINARY_PATH.
static void locate(struct profile *p, const struct job *job)
{
    const char *path = getenv("PPROF_BINARY_PATH"), *home = getenv("HOME");
    struct buf fallback = {0};
    mapping_note_kernel(p);
    if (!path || !*path) {
        buf_printf(&fallback, "%s/pprof/binaries", home ? home : "");
        path = buf_cstr(&fallback);
    }
    locate_binaries(p, span_of(path), job);
    buf_release(&fallback);
}

static void set_build_id(struct profile *p, const char *build_id)
{
    if (*build_id && p->mappings[0].build_id == 0)
        p->mappings[0].build_id = strtab_add(p->strings, span_of(build_id));
}

static int read_source(const struct loader *l, struct profile *p, const char *path, struct err *err)
{
    const struct job *job = l->job;
    struct read_options options = {.comments = prepare_names(l->config->symbolize),
                                   .created_by = l->config->created_by};
    struct source *source = source_open(path, l->fetcher, job, err);
    int status = source ? profile_read(p, source_stream(source), &options, job, err) : -1;
    source_close(source);
    return status ? -1 : profile_check_types(p, err);
}

static int read_profile(const struct loader *l, struct profile *p, const char *path,
                        struct err *err)
{
    profile_init(p);
    if (read_source(l, p, path, err)) {
        profile_release(p);
        return source_blame(path, err);
    }
    add_mapping(p);
    locate(p, l->job);
    set_binary(p, l->binary);
    set_build_id(p, l->config->buildid);
    return 0;
}

// Several files, to be read on several threads and added up in their order.
struct merging {
    struct loader *loader;
    struct merger *merger;
    char *const *paths;
    size_t n, n_read;
};

static int read_file(void *context, size_t index, struct profile *out, struct err *err)
{
    const struct merging *m = context;
    return read_profile(m->loader, out, m->paths[index], err);
}

// What is fetched goes into buffers that are bounded.
static bool may_read_ahead(void *context, size_t index)
{
    const struct merging *m = context;
    unsigned flags = source_flags(m->paths[index]);
    return flags & SOURCE_REMOTE || !(flags & (SOURCE_STALLS | SOURCE_LARGE));
}

// Each profile becomes a side; those that fail leave no gap.
static int add_snapshot(struct merging *m, struct profile *p, struct err *err)
{
    uint32_t type = profile_sample_index(p, span_of(m->loader->config->sample_index), err);
    if (type == NO_INDEX)
        return -1;
    series_keep_types(p, type);
    return merger_add_side(m->merger, p, (uint32_t)m->n_read, 1, err);
}

static void skip(struct loader *l, const char *path, const struct err *err)
{
    struct buf name = {0};
    source_show(path, &name);
    escape_add(&l->skipped, buf_span(&name), &escape_message);
    buf_addc(&l->skipped, '\t');
    escape_add(&l->skipped, span_of(err->text), &escape_message);
    buf_addc(&l->skipped, '\n');
    buf_release(&name);
    l->fresh->n_skipped++;
    job_note(l->job, err->text);
}

static int check_memory(const struct merging *m, struct err *err)
{
    int64_t max = m->loader->config->max_memory, used = max ? xalloc_resident() : 0;
    if (used <= max)
        return 0;
    return err_set(err,
                   "merging takes more than %" PRId64 " MiB of memory after %zu of %zu profiles: "
                   "merge batches of fewer, and then their sums, as cprof-merge(7) tells",
                   max >> 20, m->n_read, m->n);
}

// With keep_going those that cannot be read or merged are left out.
static int take_file(void *context, size_t index, struct profile *p, struct err *err)
{
    struct merging *m = context;
    const struct loader *l = m->loader;
    job_progress(l->job, &(struct job_progress){"merging", index, m->n, "files"});
    int status = -1;
    if (p)
        status = l->series ? add_snapshot(m, p, err) : merger_add(m->merger, p, err);
    if (p && status)
        err_wrap(err, "cannot merge '%s'", m->paths[index]);
    m->n_read += status == 0;
    if (status && l->config->keep_going && !job_stopped(l->job)) {
        skip(m->loader, m->paths[index], err);
        status = 0;
    }
    return status ? status : check_memory(m, err);
}

static int merge_files(struct loader *l, struct merger *m, char *const *paths, size_t n)
{
    struct merging merging = {l, m, paths, n, 0};
    struct reads reads = {n, read_file, may_read_ahead, take_file, &merging};
    int status = reads_run(&reads, l->job, l->err);
    job_progress(l->job, &(struct job_progress){"merging", n, n, "files"});
    l->n_read = merging.n_read;
    if (status == 0 && merging.n_read == 0)
        return err_set(l->err, "none of the profiles can be read");
    return status;
}

static int read_profiles(struct loader *l, struct profile *out, char *const *paths, size_t n)
{
    if (n == 1 && !l->series)
        return read_profile(l, out, paths[0], l->err);
    struct merger *m = merger_new_sided(l->series ? (uint32_t)n : 0);
    if (merge_files(l, m, paths, n)) {
        merger_abort(m);
        return -1;
    }
    merger_finish(m, out);
    if (l->series)
        out->n_sides = (uint32_t)l->n_read; // some may have failed
    return 0;
}

// The files of the command line, and behind them those of the list.
static int list_files(struct loader *l, name_list *names, char *const *paths, size_t n,
                      struct arena *arena)
{
    const char *list = l->config->files_from;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list, paths[i]) == 0 && source_flags(list) & SOURCE_ONCE)
            return err_set(l->err, "standard input cannot be both a profile and a list of them");
        if (!l->series)
            *vec_push(arena, names) = paths[i];
    }
    if (l->series && series_names(names, paths, n, arena, l->job, l->err))
        return -1;
    if (*list && names_read(names, list, arena, l->job, l->err))
        return source_blame(list, l->err);
    return names->n ? 0 : err_set(l->err, "the list '%s' names no files", list);
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
    name_list bases = names_split(arena, base);
    return fetching_expect(&l->fetcher, names, c, l->job, l->err) ||
                   (*base && fetching_expect(&l->fetcher, &bases, c, l->job, l->err))
               ? -1
               : 0;
}

static int read_all(struct loader *l, struct profile *out, char *const *paths, size_t n)
{
    struct arena arena = {0};
    name_list names = {0};
    int status = list_files(l, &names, paths, n, &arena);
    if (status == 0)
        status = expect_urls(l, &names, &arena);
    if (status == 0)
        status = read_profiles(l, out, names.at, names.n);
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
    name_list bases = names_split(&arena, names);
    int status = read_profiles(l, &base, bases.at, bases.n);
    note_files(l->fresh, &l->fresh->bases, &bases);
    arena_release(&arena);
    if (status == 0) {
        struct comparing how = {*c->diff_base != '\0', c->normalize, wants_sides(l)};
        return compare_profiles(p, &base, &how, l->err);
    }
    profile_release(p);
    return -1;
}

int app_check(const struct config *c, struct err *err)
{
    if (*c->base && *c->diff_base)
        return err_set(err, "-base and -diff_base cannot be used together");
    if (c->normalize && !*c->base && !*c->diff_base)
        return err_set(err, "-normalize needs -base or -diff_base");
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
    name_list all = names_split(&arena, names);
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
    return is_stdin(config->files_from) || has_stdin(config->base) || has_stdin(config->diff_base);
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
    if (read_all(l, &p, paths, n_paths) || apply_base(l, &p) ||
        prepare_profile(&p, config, l->job, l->err))
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

const struct loaded *app_load(char *const *paths, size_t n_paths, const struct config *config,
                              unsigned keep, const struct job *job, struct err *err)
{
    struct loader l = {.fresh = loaded_new(),
                       .config = config,
                       .keep_sides = (keep & KEEP_SIDES) != 0,
                       .series = (keep & KEEP_SERIES) != 0,
                       .job = job,
                       .err = err};
    int status = load(&l, paths, n_paths);
    fetcher_free(l.fetcher);
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
