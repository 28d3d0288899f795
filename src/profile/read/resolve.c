// SPDX-License-Identifier: Apache-2.0
#include "profile/read/columns.h"

#include <inttypes.h>

#include "base/idmap.h"
#include "base/parallel.h"
#include "base/xalloc.h"
#include "profile/read/packed.h"

enum { DENSE_SLACK = 1024 };

// What is larger than malloc keeps (xalloc_keep) had better grow: then the system puts pages under
// it many at a time.
#define EXPECT(arena, c, table, n)                        \
    do {                                                  \
        size_t likely = (n) + (n) / 16;                   \
        if (likely < XALLOC_KEPT / sizeof *(c)->table.at) \
            vec_room((arena), &(c)->table, likely);       \
    } while (0)

void columns_expect(struct columns *c, const struct table_sizes *sizes)
{
    EXPECT(&c->scratch, c, strings, sizes->strings);
    EXPECT(c->arena, c, samples, sizes->samples);
    EXPECT(c->arena, c, values, sizes->values);
    EXPECT(c->arena, c, frames, sizes->frames);
    EXPECT(c->arena, c, locations, sizes->locations);
    EXPECT(&c->scratch, c, mapping_ids, sizes->locations);
    EXPECT(c->arena, c, lines, sizes->lines);
    EXPECT(&c->scratch, c, function_ids, sizes->lines);
    EXPECT(c->arena, c, functions, sizes->functions);
}

struct table_sizes columns_sizes(const struct columns *c)
{
    return (struct table_sizes){c->strings.n,   c->samples.n, c->values.n,   c->frames.n,
                                c->locations.n, c->lines.n,   c->functions.n};
}

struct resolver {
    struct columns *c;
    struct profile *p;
    const struct job *job;
    struct err *err;
    str_id *strings; // from the file's indices to the table's ids
    bool bad_string;
    struct idmap mappings, functions, locations;
    struct err ids_err; // of what is resolved by ids
    int statuses[2];    // of what is resolved at once
};

static str_id string_of(struct resolver *r, str_id raw)
{
    if (raw < r->c->strings.n)
        return r->strings[raw];
    if (raw != 0) // index 0 is the empty string even where there is no table
        r->bad_string = true;
    return 0;
}

static void resolve_string(struct resolver *r, str_id *id)
{
    *id = string_of(r, *id);
}

static void intern_strings(struct resolver *r)
{
    struct columns *c = r->c;
    r->strings = arena_alloc(&c->scratch, c->strings.n * sizeof *r->strings);
    strtab_add_all(r->p->strings, c->strings.at, c->strings.n, r->strings);
}

static int resolve_strings(struct resolver *r)
{
    struct columns *c = r->c;
    struct profile *p = r->p;
    str_id *header[] = {&p->doc_url,          &p->drop_frames,
                        &p->keep_frames,      &p->default_sample_type,
                        &p->period_type.type, &p->period_type.unit};
    intern_strings(r);
    for (size_t i = 0; i < sizeof header / sizeof *header; i++)
        resolve_string(r, header[i]);
    for (size_t i = 0; i < c->comments.n; i++)
        resolve_string(r, &c->comments.at[i]);
    for (size_t i = 0; i < c->sample_types.n; i++) {
        resolve_string(r, &c->sample_types.at[i].type);
        resolve_string(r, &c->sample_types.at[i].unit);
    }
    for (size_t i = 0; i < c->mappings.n; i++) {
        resolve_string(r, &c->mappings.at[i].file);
        resolve_string(r, &c->mappings.at[i].build_id);
    }
    for (size_t i = 0; i < c->functions.n; i++) {
        resolve_string(r, &c->functions.at[i].name);
        resolve_string(r, &c->functions.at[i].system_name);
        resolve_string(r, &c->functions.at[i].filename);
    }
    for (size_t i = 0; i < c->labels.n; i++) {
        resolve_string(r, &c->labels.at[i].key);
        resolve_string(r, &c->labels.at[i].value);
    }
    return r->bad_string ? err_set(r->err, "malformed profile: string index out of range") : 0;
}

static int check_samples(struct resolver *r)
{
    const struct columns *c = r->c;
    if (c->samples.n == 0)
        return 0;
    if (c->sample_types.n == 0)
        return err_set(r->err, "malformed profile: samples but no sample types");
    bool first = c->n_values != c->sample_types.n;
    if (first || c->uneven)
        return err_set(r->err, "malformed profile: sample %u has %u values for %zu sample types",
                       first ? 0 : c->uneven_sample, first ? c->n_values : c->uneven_values,
                       c->sample_types.n);
    return 0;
}

static int add_id(struct resolver *r, struct idmap *ids, uint64_t id, size_t index,
                  const char *what)
{
    if (idmap_get(ids, id) != IDMAP_NONE)
        return err_set(&r->ids_err, "malformed profile: several %ss have the id %" PRIu64, what,
                       id);
    idmap_add(ids, id, (uint32_t)index);
    return 0;
}

static int index_ids(struct resolver *r)
{
    const struct columns *c = r->c;
    idmap_init(&r->mappings, c->mappings.n + DENSE_SLACK);
    idmap_init(&r->functions, 2 * c->functions.n + DENSE_SLACK);
    idmap_init(&r->locations, 2 * c->locations.n + DENSE_SLACK);
    for (size_t i = 0; i < c->mappings.n; i++)
        if (add_id(r, &r->mappings, c->mappings.at[i].id, i, "mapping"))
            return -1;
    for (size_t i = 0; i < c->functions.n; i++)
        if (add_id(r, &r->functions, c->functions.at[i].id, i, "function"))
            return -1;
    for (size_t i = 0; i < c->locations.n; i++)
        if (add_id(r, &r->locations, c->locations.at[i].id, i, "location"))
            return -1;
    return 0;
}

// A location may name a mapping that is not there: it then has none.
static int resolve_locations(struct resolver *r)
{
    struct columns *c = r->c;
    for (size_t i = 0; i < c->locations.n; i++)
        c->locations.at[i].mapping = idmap_get(&r->mappings, c->mapping_ids.at[i]);
    for (size_t i = 0; i < c->lines.n; i++) {
        uint64_t id = c->function_ids.at[i];
        uint32_t function = idmap_get(&r->functions, id);
        if (function == IDMAP_NONE)
            return err_set(&r->ids_err,
                           "malformed profile: a line has the unknown function id %" PRIu64, id);
        c->lines.at[i].function = function;
    }
    return 0;
}

// The frames are resolved in parts, each up to the first that is unknown.
struct frames {
    struct resolver *r;
    unsigned n_parts;
    size_t *unknown; // of each part: where, or the number of frames
};

static uint64_t frame_id(const struct columns *c, uint32_t raw)
{
    if (raw == ID_ZERO)
        return 0;
    return raw < WIDE_ID_FIRST ? raw + 1 : c->wide_ids.at[raw - WIDE_ID_FIRST];
}

void columns_note_frames(struct columns *c)
{
    if (c->n_noted == c->frames.n)
        return;
    uint32_t largest = packed_largest(c->frames.at + c->n_noted, c->frames.n - c->n_noted);
    c->largest = largest > c->largest ? largest : c->largest;
    c->n_noted = c->frames.n;
}

static void resolve_part(void *context, unsigned part)
{
    struct frames *f = context;
    struct columns *c = f->r->c;
    size_t i = parallel_begin(c->frames.n, part, f->n_parts);
    size_t end = parallel_begin(c->frames.n, part + 1, f->n_parts);
    for (; i < end; i++) {
        uint32_t location = idmap_get(&f->r->locations, frame_id(c, c->frames.at[i]));
        if (location == IDMAP_NONE)
            break;
        c->frames.at[i] = location;
    }
    f->unknown[part] = i < end ? i : c->frames.n;
}

// Whether the ids of locations are 1, 2, … in the file's order and all frames have one of them.
static bool are_indices(struct columns *c)
{
    columns_note_frames(c);
    for (size_t i = 0; i < c->locations.n; i++)
        if (c->locations.at[i].id != i + 1)
            return false;
    return c->largest < c->locations.n;
}

static int resolve_frames(struct resolver *r)
{
    enum { LEAST = 1 << 18 };
    struct columns *c = r->c;
    unsigned n_parts = c->frames.n < LEAST ? 1 : parallel_threads(r->job);
    struct frames f = {r, n_parts, arena_alloc(&c->scratch, n_parts * sizeof *f.unknown)};
    if (c->frames.n == 0 || are_indices(c))
        return 0;
    parallel_run(r->job, n_parts, resolve_part, &f);
    for (unsigned i = 0; i < n_parts; i++)
        if (f.unknown[i] < c->frames.n)
            return err_set(r->err,
                           "malformed profile: a sample has the unknown location id %" PRIu64,
                           frame_id(c, c->frames.at[f.unknown[i]]));
    return 0;
}

// Strings and ids have nothing to do with each other.
static void resolve_half(void *context, unsigned ids)
{
    struct resolver *r = context;
    if (ids)
        r->statuses[ids] = index_ids(r) || resolve_locations(r) ? -1 : 0;
    else
        r->statuses[ids] = check_samples(r) || resolve_strings(r) ? -1 : 0;
}

static int resolve_halves(struct resolver *r)
{
    enum { LEAST = 1 << 15 }; // entries to ask another thread for help
    const struct columns *c = r->c;
    if (c->locations.n + c->strings.n >= LEAST) {
        parallel_run(r->job, 2, resolve_half, r);
    } else {
        resolve_half(r, 0);
        resolve_half(r, 1);
    }
    if (r->statuses[0] == 0 && r->statuses[1])
        *r->err = r->ids_err;
    return r->statuses[0] ? -1 : r->statuses[1];
}

// Where there is no such type, reports will say so.
static void take_values(struct columns *c, struct profile *p, const struct job *job)
{
    struct err ignored;
    uint32_t type = profile_sample_index(p, span_of(c->only), &ignored);
    p->one_type = type != NO_INDEX;
    size_t n = p->one_type ? p->n_samples : c->packed.n;
    p->values = arena_alloc(p->arena, xmul(n, sizeof *p->values));
    if (p->one_type)
        values_of_type(&c->packed, n, p->n_sample_types, type, job, p->values);
    else
        values_of_all(&c->packed, p->values);
}

int columns_resolve(struct columns *c, struct profile *p, const struct job *job, struct err *err)
{
    struct resolver r = {.c = c, .p = p, .job = job, .err = err};
    int status = resolve_halves(&r);
    if (status == 0)
        status = resolve_frames(&r);
    idmap_release(&r.mappings);
    idmap_release(&r.functions);
    idmap_release(&r.locations);
    if (status == 0)
        PROFILE_TAKE_TABLES(p, c);
    if (status == 0 && c->only)
        take_values(c, p, job);
    return status;
}
