// SPDX-License-Identifier: Apache-2.0
#include "symbol/symbolize.h"

#include <stdlib.h>
#include <strings.h>

#include "base/parallel.h"
#include "base/path.h"
#include "base/vec.h"
#include "symbol/mapping.h"
#include "symbol/names.h"
#include "symbol/tool.h"

// A mapping whose file is read.
struct task {
    uint32_t mapping;
    struct opened opened;
    VEC(uint32_t) locations;
    uint64_t base;
    uint64_t *addresses; // of the file, sorted, each once
    struct found *found; // of each address
    size_t n_addresses;
};

struct symbolizer {
    struct profile *p;
    const struct symbolize_mode *mode;
    const struct job *job;
    struct arena arena;
    VEC(struct task) tasks;
    VEC(struct line) lines;         // of the profile, and more
    VEC(struct function) functions; // the same
    struct hash_index index;        // of new functions
    uint32_t n_old;                 // functions
    bool missing;
    enum symbol_style style;
};

static void say(struct symbolizer *s, struct span what, const char *why)
{
    job_note(s->job,
             arena_printf(&s->arena, "cannot symbolize '" SPAN_FMT "': %s", SPAN_ARG(what), why));
}

static bool is_named(const struct symbolizer *s, const struct mapping *m)
{
    return !s->mode->force && (m->has_functions || m->has_filenames || m->has_line_numbers);
}

static bool is_http(struct span file)
{
    return (file.n > 7 && strncasecmp(file.at, "http://", 7) == 0) ||
           (file.n > 8 && strncasecmp(file.at, "https://", 8) == 0);
}

static int cmp_addresses(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void list_addresses(struct symbolizer *s, struct task *t)
{
    t->addresses = arena_alloc(&s->arena, (t->locations.n + 1) * sizeof *t->addresses);
    for (size_t i = 0; i < t->locations.n; i++)
        t->addresses[i] = s->p->locations[t->locations.at[i]].address - t->base;
    qsort(t->addresses, t->locations.n, sizeof *t->addresses, cmp_addresses);
    for (size_t i = 0; i < t->locations.n; i++)
        if (i == 0 || t->addresses[i] != t->addresses[t->n_addresses - 1])
            t->addresses[t->n_addresses++] = t->addresses[i];
    t->found = arena_zalloc(&s->arena, t->n_addresses + 1, sizeof *t->found);
}

// The base is that of the first location, as google/pprof has it.
static int open_task(struct symbolizer *s, struct task *t, const struct mapping *m, struct err *err)
{
    const char *path = arena_cstr(&s->arena, profile_str(s->p, m->file));
    struct span id = profile_str(s->p, m->build_id);
    if (mapping_open(s->p, m, path, &t->opened, err)) {
        s->missing = true;
        return -1;
    }
    struct span own = span_of(binary_build_id(t->opened.binary));
    if (id.n && own.n && !span_eq(id, own))
        return err_set(err, "its build id is " SPAN_FMT ", that of the profile " SPAN_FMT,
                       SPAN_ARG(own), SPAN_ARG(id));
    return mapped_base(&t->opened.mapped, binary_elf(t->opened.binary),
                       s->p->locations[t->locations.at[0]].address, &t->base, err);
}

// What is to be done for a mapping that has locations; -1 where nothing is.
static int plan_mapping(struct symbolizer *s, uint32_t index, struct task *t)
{
    const struct mapping *m = &s->p->mappings[index];
    struct span file = profile_str(s->p, m->file);
    struct err err;
    if (is_named(s, m))
        return -1;
    if (file.n == 0) {
        s->missing |= index > 0;
        if (index == 0)
            job_note(s->job, "the profile does not say which program it is of: name its binary "
                             "before the profile");
        return -1;
    }
    if (mapping_is_anchor(file) || (!m->build_id && is_http(file)))
        return -1;
    if (open_task(s, t, m, &err)) {
        say(s, path_base(file), err.text);
        binary_close(t->opened.binary);
        return -1;
    }
    list_addresses(s, t);
    return 0;
}

static void plan(struct symbolizer *s)
{
    struct profile *p = s->p;
    struct task *all = arena_zalloc(&s->arena, p->n_mappings + 1, sizeof *all);
    for (uint32_t i = 0; i < p->n_locations; i++) {
        const struct location *loc = &p->locations[i];
        if (loc->mapping != NO_INDEX && (loc->n_lines == 0 || s->mode->force))
            *vec_push(&s->arena, &all[loc->mapping].locations) = i;
    }
    for (uint32_t i = 0; i < p->n_mappings; i++) {
        all[i].mapping = i;
        if (all[i].locations.n && plan_mapping(s, i, &all[i]) == 0)
            *vec_push(&s->arena, &s->tasks) = all[i];
    }
}

static void run_task(void *context, unsigned i)
{
    struct symbolizer *s = context;
    struct task *t = &s->tasks.at[i];
    if (s->style == AS_LLVM_SYMBOLIZER)
        binary_read_split(t->opened.binary);
    binary_find(t->opened.binary, s->mode->fast, t->addresses, t->n_addresses, t->found, s->job);
}

static bool same_function(const void *context, uint32_t entry, const void *key)
{
    const struct symbolizer *s = context;
    const struct function *a = &s->functions.at[entry], *b = key;
    return a->name == b->name && a->filename == b->filename && a->start_line == b->start_line;
}

static uint32_t add_function(struct symbolizer *s, const struct frame *frame)
{
    struct function f = {.id = s->functions.n + 1,
                         .name = strtab_add(s->p->strings, frame->function),
                         .filename = strtab_add(s->p->strings, frame->file),
                         .start_line = frame->start_line};
    f.system_name = f.name;
    uint64_t hash = hash_u64((uint64_t)f.name << 32 | f.filename);
    uint32_t found = hash_find(&s->index, hash, same_function, s, &f);
    if (found != HASH_NONE)
        return found;
    found = (uint32_t)s->functions.n;
    *vec_push(s->p->arena, &s->functions) = f;
    hash_add(&s->index, hash, found);
    return found;
}

static void set_lines(struct symbolizer *s, struct location *loc, const struct frames *frames)
{
    struct mapping *m = &s->p->mappings[loc->mapping];
    loc->line = (uint32_t)s->lines.n;
    loc->n_lines = (uint32_t)frames->all.n;
    loc->folded = false;
    for (size_t i = 0; i < frames->all.n; i++) {
        const struct frame *frame = &frames->all.at[i];
        m->has_functions |= frame->function.n > 0;
        m->has_filenames |= frame->file.n > 0;
        m->has_line_numbers |= frame->line != 0;
        m->has_inline_frames = true;
        *vec_push(s->p->arena, &s->lines) =
            (struct line){add_function(s, frame), frame->line, frame->column};
    }
}

static const struct found *found_at(const struct task *t, uint64_t address)
{
    size_t low = 0, high = t->n_addresses;
    while (low + 1 < high) {
        size_t middle = (low + high) / 2;
        if (t->addresses[middle] <= address)
            low = middle;
        else
            high = middle;
    }
    return &t->found[low];
}

static void finish_task(struct symbolizer *s, struct task *t)
{
    struct frames frames = {0};
    struct arena arena = {0};
    for (size_t i = 0; i < t->locations.n; i++) {
        struct location *loc = &s->p->locations[t->locations.at[i]];
        uint64_t address = loc->address - t->base;
        const struct found *found = found_at(t, address);
        if (s->style == AS_LLVM_SYMBOLIZER)
            binary_frames_of_llvm(t->opened.binary, address, found, &arena, &frames);
        else
            binary_frames(t->opened.binary, s->mode->fast, address, found, &arena, &frames);
        if (frames.all.n)
            set_lines(s, loc, &frames);
    }
    const char *trouble = binary_trouble(t->opened.binary);
    if (*trouble)
        job_note(
            s->job,
            arena_printf(&s->arena, "lines of '" SPAN_FMT "' are not known: %s",
                         SPAN_ARG(path_base(profile_str(s->p, s->p->mappings[t->mapping].file))),
                         trouble));
    binary_close(t->opened.binary);
    arena_release(&arena);
}

// Lines and functions are added after those that there are.
static void begin_tables(struct symbolizer *s)
{
    struct profile *p = s->p;
    vec_copy(p->arena, &s->lines, p->lines, p->n_lines);
    vec_copy(p->arena, &s->functions, p->functions, p->n_functions);
    s->n_old = p->n_functions;
}

static void finish(struct symbolizer *s)
{
    begin_tables(s);
    for (size_t i = 0; i < s->tasks.n; i++)
        finish_task(s, &s->tasks.at[i]);
    s->p->has_local_names = true;
    PROFILE_TAKE_COUNTED(s->p, s, lines);
    PROFILE_TAKE_COUNTED(s->p, s, functions);
    if (s->p->n_sides) { // samples that changed may need some of those that were added
        s->p->changed.lines = s->p->n_lines;
        s->p->changed.functions = s->p->n_functions;
    }
}

static void read_binaries(struct symbolizer *s)
{
    plan(s);
    if (s->tasks.n && !s->mode->fast && tool_is_there(s->mode->tools, SPAN("llvm-symbolizer")))
        s->style = AS_LLVM_SYMBOLIZER;
    if (s->tasks.n) {
        parallel_run(s->job, (unsigned)s->tasks.n, run_task, s);
        finish(s);
    }
    if (s->missing)
        job_note(s->job, "some binaries are not there: PPROF_BINARY_PATH says where to look for "
                         "them");
    hash_release(&s->index);
    arena_release(&s->arena);
}

int symbolize(struct profile *p, const struct symbolize_mode *mode, struct remotes *remotes,
              const struct remote_asking *asking, const struct job *job, struct err *err)
{
    struct symbolizer s = {.p = p, .mode = mode, .job = job};
    if (mode->nothing)
        return 0;
    if (mode->local)
        read_binaries(&s);
    if (mode->remote && remotes)
        remotes_symbolize(remotes, p, mode->force, asking, job);
    if (job_check(job, err))
        return -1;
    names_make_plain(p, mode->style, mode->force, job);
    return 0;
}
