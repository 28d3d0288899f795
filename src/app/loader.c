// SPDX-License-Identifier: Apache-2.0
#include "app/loader.h"

#include <inttypes.h>
#include <stdlib.h>

#include "app/fetching.h"
#include "app/prepare.h"
#include "app/reads.h"
#include "base/escape.h"
#include "base/pipeline.h"
#include "base/xalloc.h"
#include "input/source.h"
#include "profile/merge.h"
#include "profile/read/lines.h"
#include "profile/read/reader.h"
#include "profile/scale.h"
#include "symbol/locate.h"
#include "symbol/mapping.h"

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

static int read_stream(const struct loader *l, struct profile *p, struct stream *in,
                       struct table_sizes *sizes, struct err *err)
{
    struct read_options options = {.comments = prepare_names(l->config->symbolize),
                                   .created_by = l->config->created_by,
                                   .sizes = sizes};
    // Of what is fetched all is kept: it may be saved.
    if (l->one_type && !sizes && !l->fetcher)
        options.only_type = l->config->sample_index;
    if (profile_read(p, in, &options, l->job, err))
        return -1;
    return p->n_sample_types ? 0 : err_set(err, "the profile has no sample types");
}

static int read_source(const struct loader *l, struct profile *p, const char *path,
                       struct table_sizes *sizes, struct err *err)
{
    struct source *source = source_open(path, l->fetcher, l->job, err);
    int status = source ? read_stream(l, p, source_stream(source), sizes, err) : -1;
    source_close(source);
    return status;
}

// By the lines FROM=TO of an option.
static void rename_types(struct profile *p, const char *lines)
{
    struct span rest = span_of(lines), line, from;
    while (rest.n && span_cut(&rest, '\n', &line)) {
        struct span to = line;
        span_cut(&to, '=', &from);
        str_id id = strtab_find(p->strings, from);
        for (uint32_t i = 0; id != HASH_NONE && i < p->n_sample_types; i++)
            if (p->sample_types[i].type == id)
                p->sample_types[i].type = strtab_add(p->strings, to);
        if (id != HASH_NONE && p->default_sample_type == id)
            p->default_sample_type = strtab_add(p->strings, to);
    }
}

static void settle_mappings(const struct loader *l, struct profile *p)
{
    rename_types(p, l->config->rename_type);
    add_mapping(p);
    locate(p, l->job);
    set_binary(p, l->binary);
    set_build_id(p, l->config->buildid);
}

static int read_profile(const struct loader *l, struct profile *p, const char *path,
                        struct table_sizes *sizes, struct err *err)
{
    profile_init(p);
    if (read_source(l, p, path, sizes, err)) {
        profile_release(p);
        return source_blame(path, err);
    }
    settle_mappings(l, p);
    if (l->remotes && source_is_remote(path)) {
        struct buf shown = {0};
        fetching_show_origin(path, &shown);
        remotes_add(l->remotes, p, path, buf_span(&shown));
        buf_release(&shown);
    }
    return 0;
}

// Several files, to be read on several threads and added up in their order.
struct merging {
    struct loader *loader;
    struct merger *merger;
    char *const *paths;
    size_t n, n_read;
    struct profile first;  // as it was read: it stays so where it is the only one
    struct bundle *bundle; // in the place of paths, or NULL
    struct member {
        struct buf bytes, name;
    } members[PIPELINE_SLOTS_MAX]; // that are read now
};

static struct member *member_at(struct merging *m, size_t index)
{
    return &m->members[index % PIPELINE_SLOTS_MAX];
}

static int next_member(void *context, size_t index, struct err *err)
{
    struct merging *m = context;
    struct member *member = member_at(m, index);
    int status = bundle_next(m->bundle, &member->bytes, &member->name, err);
    return status < 0 ? err_wrap(err, "cannot read '%s'", buf_cstr(&member->name)) : status;
}

static int read_member(const struct loader *l, struct profile *out, const struct member *member,
                       struct table_sizes *sizes, struct err *err)
{
    struct stream bare = stream_memory(buf_span(&member->bytes)), *inflated = NULL;
    if (span_starts(buf_span(&member->bytes), SPAN("\x1f\x8b")))
        inflated = inflate_stream_new(&bare, inflater_best());
    profile_init(out);
    int status = read_stream(l, out, inflated ? inflated : &bare, sizes, err);
    inflate_stream_free(inflated);
    return status;
}

static int read_file(void *context, size_t index, struct table_sizes *sizes, struct profile *out,
                     struct err *err)
{
    struct merging *m = context;
    const struct loader *l = m->loader;
    if (!m->bundle)
        return read_profile(l, out, m->paths[index], sizes, err);
    struct member *member = member_at(m, index);
    if (read_member(l, out, member, sizes, err)) {
        profile_release(out);
        return err_wrap(err, "cannot read '%s'", buf_cstr(&member->name));
    }
    settle_mappings(l, out);
    return 0;
}

static const char *place_at(struct merging *m, size_t index)
{
    return m->bundle ? buf_cstr(&member_at(m, index)->name) : m->paths[index];
}

// What is fetched goes into buffers that are bounded.
static bool may_read_ahead(void *context, size_t index)
{
    const struct merging *m = context;
    if (m->bundle)
        return true;
    unsigned flags = source_flags(m->paths[index]);
    return flags & SOURCE_REMOTE || !(flags & (SOURCE_STALLS | SOURCE_LARGE));
}

// Each profile becomes a side; those that fail leave no gap.
static int add_snapshot(struct merging *m, struct profile *p, struct err *err)
{
    series_widen(p);
    uint32_t type = profile_sample_index(p, span_of(m->loader->config->sample_index), err);
    if (type == NO_INDEX)
        return -1;
    series_keep_types(p, *m->loader->config->sample_index ? type : series_in_use(p, type));
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

// Whether the first of several files is meant to be the program, not a profile, by its name alone:
// one that cannot be read is then only noted, as pprof has it.
static bool is_program_name(const char *path)
{
    static const char *const signs[] = {"prof", "heap", "cpu", "://"};
    static const char *const endings[] = {
        ".gz",     ".pb",    ".out", ".json",  ".txt",  ".zst",    ".folded", ".goroutine",
        ".allocs", ".block", ".xz",  ".mutex", ".data", ".debug1", ".dump",   ".tar"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strstr(path, signs[i]))
            return false;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (span_ends(span_of(path), span_of(endings[i])))
            return false;
    return source_kind_of(path) == &source_file;
}

static void blame_merge(const char *place, struct err *err)
{
    struct buf shown = {0};
    source_show(place, &shown);
    err_wrap(err, "cannot merge '%s'", buf_cstr(&shown));
    buf_release(&shown);
}

static int add_profile(struct merging *m, struct profile *p, struct err *err)
{
    if (m->n_read == 0) {
        m->first = *p;
        *p = (struct profile){0};
        return 0;
    }
    int status = m->n_read == 1 ? merger_add(m->merger, &m->first, err) : 0;
    profile_release(&m->first);
    return status ? status : merger_add(m->merger, p, err);
}

// With keep_going those that cannot be read or merged are left out.
static int take_file(void *context, size_t index, struct profile *p, struct err *err)
{
    struct merging *m = context;
    const struct loader *l = m->loader;
    job_progress(l->job, &(struct job_progress){"merging", index, m->n, "files"});
    int status = -1;
    if (p)
        status = l->series ? add_snapshot(m, p, err) : add_profile(m, p, err);
    if (p && status)
        blame_merge(place_at(m, index), err);
    m->n_read += status == 0;
    if (status == 0 || job_stopped(l->job))
        return status ? status : check_memory(m, err);
    if (l->config->keep_going) {
        skip(m->loader, place_at(m, index), err);
        status = 0;
    } else if (index == 0 && m->n > 1 && !l->series && is_program_name(place_at(m, 0))) {
        job_note(l->job, err->text);
        status = 0;
    }
    return status;
}

static void release_members(struct merging *m)
{
    for (size_t i = 0; i < PIPELINE_SLOTS_MAX; i++) {
        buf_release(&m->members[i].bytes);
        buf_release(&m->members[i].name);
    }
}

// Adds all of them to the merger but one that is alone, which goes to *only.
static int merge_files(struct loader *l, struct merger *m, char *const *paths, size_t n,
                       struct profile *only)
{
    struct merging merging = {
        .loader = l, .merger = m, .paths = paths, .n = n, .bundle = l->bundle};
    struct reads reads = {.n = l->bundle ? SIZE_MAX : n,
                          .next = l->bundle ? next_member : NULL,
                          .read = read_file,
                          .may_read_ahead = may_read_ahead,
                          .take = take_file,
                          .context = &merging};
    int status = reads_run(&reads, l->job, l->err);
    job_progress(l->job, &(struct job_progress){"merging", n, n, "files"});
    release_members(&merging);
    l->n_read = merging.n_read;
    if (status)
        profile_release(&merging.first);
    else
        *only = merging.first;
    if (status == 0 && merging.n_read == 0)
        return err_set(l->err, "none of the profiles can be read");
    return status;
}

int loader_read(struct loader *l, struct profile *out, char *const *paths, size_t n)
{
    if (n == 1 && !l->series)
        return read_profile(l, out, paths[0], NULL, l->err);
    struct merger *m = merger_new_sided(l->series ? (uint32_t)n : 0, l->job);
    struct profile only = {0};
    if (merge_files(l, m, paths, n, &only)) {
        merger_abort(m);
        return -1;
    }
    if (l->n_read == 1 && !l->series) {
        merger_abort(m);
        *out = only;
        return 0;
    }
    merger_finish(m, out);
    if (l->series)
        out->n_sides = (uint32_t)l->n_read; // some may have failed
    return 0;
}
