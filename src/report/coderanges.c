// SPDX-License-Identifier: Apache-2.0
#include "report/coderanges.h"

#include <stdlib.h>

#include "symbol/mapping.h"

enum { RANGES_MAX = 25, EXPAND = 500 };

struct range {
    uint64_t begin, end; // in memory
    uint32_t mapping;
    int64_t weight;
};

struct finder {
    const struct ranges_request *r;
    struct opened *opened; // by mapping
    uint64_t *bases;
    bool *usable; // mappings
    bool told;    // that there are no instructions
    VEC(uint32_t) locations;
    VEC(struct range) ranges;
};

uint64_t code_address(const struct profile *p, uint32_t location)
{
    uint64_t address = p->locations[location].address;
    return address ? address : UINT64_MAX - location;
}

static int cmp_locations(const void *a, const void *b, void *context)
{
    const struct profile *p = context;
    uint64_t x = p->locations[*(const uint32_t *)a].address;
    uint64_t y = p->locations[*(const uint32_t *)b].address;
    return (x > y) - (x < y);
}

static void open_mapping(struct finder *f, uint32_t index, uint64_t address)
{
    const struct profile *p = f->r->profile;
    const struct mapping *m = &p->mappings[index];
    struct err ignored;
    struct opened *o = &f->opened[index];
    if (!m->file || f->r->options->shut ||
        mapping_open_same(p, m, arena_cstr(f->r->arena, profile_str(p, m->file)), o, &ignored))
        return;
    f->usable[index] =
        mapped_base(&o->mapped, binary_elf(o->binary), address, &f->bases[index], &ignored) == 0;
}

static void open_all(struct finder *f)
{
    const struct profile *p = f->r->profile;
    bool *tried = arena_zalloc(f->r->arena, p->n_mappings + 1, sizeof *tried);
    for (uint32_t i = 0; i < p->n_locations; i++) {
        const struct location *loc = &p->locations[i];
        if (!f->r->wanted[i] || loc->mapping == NO_INDEX || !loc->address)
            continue;
        if (!tried[loc->mapping])
            open_mapping(f, loc->mapping, loc->address);
        tried[loc->mapping] = true;
        if (f->usable[loc->mapping])
            *vec_push(f->r->arena, &f->locations) = i;
    }
}

// Locations that are near each other share a range.
static void make_ranges(struct finder *f)
{
    const struct profile *p = f->r->profile;
    if (f->locations.n)
        qsort_r(f->locations.at, f->locations.n, sizeof *f->locations.at, cmp_locations, (void *)p);
    for (size_t i = 0; i < f->locations.n;) {
        const struct location *first = &p->locations[f->locations.at[i]];
        const struct mapping *m = &p->mappings[first->mapping];
        struct range r = {first->address, first->address, first->mapping,
                          f->r->flat[f->locations.at[i]]};
        for (i++; i < f->locations.n; i++) {
            uint64_t address = p->locations[f->locations.at[i]].address;
            if (address > r.end + 2 * EXPAND || address >= m->limit)
                break;
            r.end = address;
            r.weight += f->r->flat[f->locations.at[i]];
        }
        r.begin = r.begin >= EXPAND ? r.begin - EXPAND : 0;
        r.end = m->limit - r.end >= EXPAND ? r.end + EXPAND : m->limit;
        *vec_push(f->r->arena, &f->ranges) = r;
    }
}

static int cmp_ranges(const void *a, const void *b)
{
    const struct range *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    return (x->begin > y->begin) - (x->begin < y->begin);
}

// Instructions come once, by rising address.
static void drop_repeated(struct instructions *in)
{
    size_t kept = 0;
    for (size_t i = 0; i < in->all.n; i++)
        if (kept == 0 || in->all.at[i].address > in->all.at[kept - 1].address)
            in->all.at[kept++] = in->all.at[i];
    in->all.n = kept;
}

static void take_all(struct finder *f, const struct range *range, const struct instructions *in)
{
    const struct ranges_request *r = f->r;
    struct binary *binary = f->opened[range->mapping].binary;
    struct arena *arena = r->arena;
    uint64_t base = f->bases[range->mapping];
    uint64_t *addresses = arena_alloc(arena, (in->all.n + 1) * sizeof *addresses);
    struct found *found = arena_zalloc(arena, in->all.n + 1, sizeof *found);
    struct ranged last = {0};
    for (size_t i = 0; i < in->all.n; i++)
        addresses[i] = in->all.at[i].address;
    binary_find(binary, false, addresses, in->all.n, found, r->job);
    for (size_t i = 0; i < in->all.n && !job_stopped(r->job); i++) {
        struct frames frames = {0};
        bool more = i + 1 < in->all.n;
        binary_frames(binary, false, addresses[i], &found[i], arena, &frames);
        struct ranged at = {addresses[i] + base, more ? addresses[i + 1] - addresses[i] : 1,
                            &in->all.at[i], frames.all.at, frames.all.n};
        r->take(r->context, &at, last.n_frames ? &last : NULL);
        if (frames.all.n && frames.all.at[0].line)
            last = at;
    }
}

// What could not be disassembled is as if there were no binary.
static void give_up(struct finder *f, const struct range *range, bool *done)
{
    for (size_t i = 0; i < f->locations.n; i++) {
        const struct location *loc = &f->r->profile->locations[f->locations.at[i]];
        if (loc->mapping == range->mapping && loc->address >= range->begin &&
            loc->address <= range->end)
            done[f->locations.at[i]] = false;
    }
}

static void disassemble(struct finder *f, const struct range *range, bool *done)
{
    const struct profile *p = f->r->profile;
    struct arena *arena = f->r->arena;
    uint64_t base = f->bases[range->mapping];
    const char *path = arena_cstr(arena, profile_str(p, p->mappings[range->mapping].file));
    struct instructions in = {0};
    struct err err;
    if (objdump_run(path, range->begin - base, range->end - base, f->r->options, f->r->job, arena,
                    &in, &err)) {
        if (!f->told)
            job_note(f->r->job, arena_printf(arena, "cannot disassemble '%s': %s", path, err.text));
        f->told = true;
        give_up(f, range, done);
        return;
    }
    drop_repeated(&in);
    take_all(f, range, &in);
}

bool *code_ranges(const struct ranges_request *r)
{
    const struct profile *p = r->profile;
    struct finder f = {.r = r};
    bool *done = arena_zalloc(r->arena, p->n_locations + 1, sizeof *done);
    f.opened = arena_zalloc(r->arena, p->n_mappings + 1, sizeof *f.opened);
    f.bases = arena_zalloc(r->arena, p->n_mappings + 1, sizeof *f.bases);
    f.usable = arena_zalloc(r->arena, p->n_mappings + 1, sizeof *f.usable);
    open_all(&f);
    for (size_t i = 0; i < f.locations.n; i++)
        done[f.locations.at[i]] = true;
    make_ranges(&f);
    if (f.ranges.n)
        qsort(f.ranges.at, f.ranges.n, sizeof *f.ranges.at, cmp_ranges);
    for (size_t i = 0; i < f.ranges.n && i < RANGES_MAX && !job_stopped(r->job); i++)
        disassemble(&f, &f.ranges.at[i], done);
    for (uint32_t i = 0; i < p->n_mappings; i++)
        binary_close(f.opened[i].binary);
    return done;
}
