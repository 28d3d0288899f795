// SPDX-License-Identifier: Apache-2.0
#include "profile/merge.h"

#include <stdlib.h>

#include "base/num.h"
#include "base/xalloc.h"
#include "profile/crew.h"
#include "profile/labels.h"
#include "profile/scale.h"

static void init(struct merger *m, uint32_t n_sides)
{
    *m = (struct merger){0};
    profile_init(&m->out);
    m->out.n_sides = n_sides;
    if (n_sides)
        m->out.sides = arena_zalloc(m->out.arena, n_sides, sizeof *m->out.sides);
}

struct merger *merger_new_sided(uint32_t n_sides, const struct job *job)
{
    struct merger *m = xcalloc(1, sizeof *m);
    init(m, n_sides);
    m->job = job;
    return m;
}

struct merger *merger_new(const struct job *job)
{
    return merger_new_sided(0, job);
}

static bool same_sample(const void *context, uint32_t entry, const void *key)
{
    const struct profile *out = context;
    const struct sample_key *k = key;
    const struct sample *s = &out->samples[entry];
    if (s->n_frames != k->n_frames || s->n_labels != k->n_labels)
        return false;
    if (s->n_frames &&
        memcmp(out->frames + s->frame, k->frames, k->n_frames * sizeof *k->frames) != 0)
        return false;
    return labels_equal(out->labels + s->label, k->labels, k->n_labels);
}

static bool is_zero(const int64_t *values, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (values[i])
            return false;
    return true;
}

// The sort of a row. One that has not changed is 0 only as a difference.
enum row { ROW_EMPTY, ROW_CHANGED, ROW_UNCHANGED };

static enum row row_of(const struct profile *p, const struct sample *s)
{
    if (!is_zero(sample_values(p, s), p->n_sample_types))
        return ROW_CHANGED;
    for (uint32_t i = 0; i < p->n_sides; i++) {
        const struct side *side = &p->sides[i];
        size_t at = (size_t)s->row * p->n_sample_types;
        if (s->row < side->n_rows && !is_zero(side->values + at, p->n_sample_types))
            return ROW_UNCHANGED;
    }
    return ROW_EMPTY;
}

static void note_overflow(struct profile *out, uint32_t type)
{
    if (!out->overflow)
        out->overflow = arena_zalloc(out->arena, out->n_sample_types, sizeof *out->overflow);
    out->overflow[type] = true;
}

static void add_value(struct profile *out, int64_t *sum, int64_t value, uint32_t type)
{
    int64_t before = *sum;
    if (!__builtin_add_overflow(before, value, sum))
        return;
    *sum = i64_add(before, value);
    note_overflow(out, type);
}

static void add_row(struct profile *out, int64_t *sum, const int64_t *values)
{
    for (uint32_t i = 0; i < out->n_sample_types; i++)
        add_value(out, &sum[i], values[i], i);
}

// Makes a side have at least so many rows.
static void grow_side(struct merger *m, uint32_t side, uint32_t n_rows)
{
    struct side *s = &m->out.sides[side];
    size_t row = m->out.n_sample_types * sizeof *s->values, old = s->n_rows * row;
    if (n_rows <= s->n_rows)
        return;
    s->values = old ? arena_grow(m->out.arena, s->values, old, n_rows * row)
                    : arena_alloc(m->out.arena, n_rows * row);
    memset((char *)s->values + old, 0, n_rows * row - old);
    s->n_rows = n_rows;
}

// Adds what the source has for a sample of the sum to its side, or to all.
static void add_to_sides(struct intake *s, const struct sample *sample, uint32_t index)
{
    struct profile *out = &s->m->out;
    uint32_t n = out->n_sample_types;
    if (s->side != NO_INDEX) {
        int64_t *to = out->sides[s->side].values + (size_t)index * n;
        const int64_t *values = sample_values(s->p, sample);
        for (uint32_t i = 0; i < n; i++)
            add_value(out, &to[i], s->weight < 0 ? i64_neg(values[i]) : values[i], i);
        return;
    }
    for (uint32_t i = 0; i < s->p->n_sides; i++)
        if (sample->row < s->p->sides[i].n_rows)
            add_row(out, out->sides[i].values + (size_t)index * n,
                    s->p->sides[i].values + (size_t)sample->row * n);
}

// Makes room for as many new rows as the source can have.
static void prepare_sides(struct intake *s)
{
    struct profile *out = &s->m->out;
    const struct profile *p = s->p;
    uint32_t n_rows = out->n_samples + p->n_samples;
    if (s->side != NO_INDEX) {
        struct side *side = &out->sides[s->side];
        grow_side(s->m, s->side, n_rows);
        side->period = p->period;
        side->time_nanos = p->time_nanos;
        side->duration_nanos = p->duration_nanos;
    }
    for (uint32_t i = 0; s->side == NO_INDEX && i < p->n_sides; i++) {
        out->sides[i] = (struct side){.period = p->sides[i].period,
                                      .time_nanos = p->sides[i].time_nanos,
                                      .duration_nanos = p->sides[i].duration_nanos};
        grow_side(s->m, i, n_rows);
    }
}

// Where the sum has the labels: most samples have those of another.
static uint32_t add_labels(struct merger *m, const struct sample_key *key)
{
    enum { TRIES = 4 };
    uint32_t first = (uint32_t)(key->labels_hash >> 32) % LABEL_PLACES, *place;
    for (uint32_t i = 0; i < TRIES; i++) {
        place = &m->label_places[(first + i) % LABEL_PLACES];
        if (*place < m->n_labels && key->n_labels <= m->n_labels - *place &&
            labels_equal(m->out.labels + *place, key->labels, key->n_labels))
            return *place;
    }
    place = &m->label_places[(first + m->n_labels % TRIES) % LABEL_PLACES];
    ROOM(m, labels, m->n_labels, key->n_labels, cap_labels);
    memcpy(m->out.labels + m->n_labels, key->labels, key->n_labels * sizeof *key->labels);
    *place = m->n_labels;
    m->n_labels += key->n_labels;
    return *place;
}

static uint32_t add_sample(struct merger *m, const struct sample_key *key)
{
    uint32_t index = m->out.n_samples++;
    uint32_t types = m->out.n_sample_types;
    ROOM(m, samples, index, 1, cap_samples);
    ROOM(m, values, (size_t)index * types, types, cap_values);
    ROOM(m, frames, m->n_frames, key->n_frames, cap_frames);
    m->out.samples[index] = (struct sample){.frame = m->n_frames,
                                            .n_frames = key->n_frames,
                                            .label = key->n_labels ? add_labels(m, key) : 0,
                                            .n_labels = key->n_labels,
                                            .row = index};
    memset(m->out.values + (size_t)index * types, 0, types * sizeof(int64_t));
    if (key->n_frames)
        memcpy(m->out.frames + m->n_frames, key->frames, key->n_frames * sizeof *key->frames);
    m->n_frames += key->n_frames;
    return index;
}

static int merge_sample(struct intake *s, const struct sample *sample, const struct sample_key *key,
                        uint64_t hash, struct err *err)
{
    struct merger *m = s->m;
    if (key->n_frames > UINT32_MAX - m->n_frames || key->n_labels > UINT32_MAX - m->n_labels)
        return err_set(err, "too many stacks to merge");
    uint32_t index = hash_find(&m->samples, hash, same_sample, &m->out, key);
    if (index == HASH_NONE) {
        index = add_sample(m, key);
        hash_add(&m->samples, hash, index);
    }
    uint32_t n = m->out.n_sample_types;
    add_row(&m->out, m->out.values + (size_t)index * n, sample_values(s->p, sample));
    add_to_sides(s, sample, index);
    return 0;
}

// Brings near what will be looked at for samples that may be in the sum already.
static void look_at_samples(const struct merger *m, const uint64_t *hashes, uint32_t n)
{
    uint32_t guesses[HASH_AT_ONCE];
    hash_guess(&m->samples, hashes, n, guesses);
    for (uint32_t i = 0; i < n; i++)
        if (guesses[i] != HASH_NONE)
            __builtin_prefetch(&m->out.samples[guesses[i]]);
    for (uint32_t i = 0; i < n; i++)
        if (guesses[i] != HASH_NONE) {
            __builtin_prefetch(&m->out.frames[m->out.samples[guesses[i]].frame]);
            __builtin_prefetch(&m->out.values[(size_t)guesses[i] * m->out.n_sample_types], 1);
        }
}

static void begin(struct intake *s)
{
    struct profile *out = &s->m->out;
    const struct profile *p = s->p;
    out->n_sample_types = p->n_sample_types;
    out->sample_types = arena_alloc(out->arena, p->n_sample_types * sizeof *out->sample_types);
    for (uint32_t i = 0; i < p->n_sample_types; i++) {
        out->sample_types[i].type = intake_string(s, p->sample_types[i].type);
        out->sample_types[i].unit = intake_string(s, p->sample_types[i].unit);
    }
    out->period_type.type = intake_string(s, p->period_type.type);
    out->period_type.unit = intake_string(s, p->period_type.unit);
    out->drop_frames = intake_string(s, p->drop_frames);
    out->keep_frames = intake_string(s, p->keep_frames);
    s->m->begun = true;
    hash_reserve(&s->m->samples, p->n_samples); // which mostly are different
}

static void add_comment(struct merger *m, str_id comment)
{
    if (idmap_get(&m->comments, comment) != IDMAP_NONE)
        return;
    idmap_add(&m->comments, comment, 0);
    ROOM(m, comments, m->out.n_comments, 1, cap_comments);
    m->out.comments[m->out.n_comments++] = comment;
}

static void merge_header(struct intake *s)
{
    struct profile *out = &s->m->out;
    const struct profile *p = s->p;
    if (out->time_nanos == 0 || p->time_nanos < out->time_nanos)
        out->time_nanos = p->time_nanos;
    out->duration_nanos = i64_add(out->duration_nanos, p->duration_nanos);
    for (uint32_t i = 0; p->overflow && i < p->n_sample_types; i++)
        if (p->overflow[i])
            note_overflow(out, i);
    if (out->period == 0 || out->period < p->period)
        out->period = p->period;
    for (uint32_t i = 0; i < p->n_comments; i++)
        add_comment(s->m, intake_string(s, p->comments[i]));
    if (!out->default_sample_type)
        out->default_sample_type = intake_string(s, p->default_sample_type);
    if (!out->doc_url)
        out->doc_url = intake_string(s, p->doc_url);
}

// The samples of a sort that are still to be merged.
struct rows {
    struct intake *s;
    enum row wanted;
    uint32_t next;
    struct err *err;
};

static void take_batch(void *context, struct batch *b)
{
    struct rows *r = context;
    const struct profile *p = r->s->p;
    for (b->n = 0; r->next < p->n_samples && b->n < HASH_AT_ONCE; r->next++) {
        b->samples[b->n] = &p->samples[r->next];
        b->n += row_of(p, b->samples[b->n]) == r->wanted;
    }
}

static int merge_batch(void *context, const struct batch *b)
{
    const struct rows *r = context;
    look_at_samples(r->s->m, b->hashes, b->n);
    for (uint32_t i = 0; i < b->n; i++)
        if (merge_sample(r->s, b->samples[i], &b->keys[i], b->hashes[i], r->err))
            return -1;
    return 0;
}

static int merge_rows(struct intake *s, enum row wanted, struct err *err)
{
    struct rows rows = {s, wanted, 0, err};
    struct batch batch = {.n = 0};
    int status = 0;
    if (crew_wanted(s))
        return crew_run(s, &(struct crew_calls){take_batch, merge_batch, &rows});
    while (status == 0 && rows.next < s->p->n_samples) {
        take_batch(&rows, &batch);
        batch_look_ahead(&batch, s);
        batch_map(&batch, s);
        status = merge_batch(&rows, &batch);
    }
    batch_release(&batch);
    return status;
}

static struct table_counts count_tables(const struct profile *p)
{
    return (struct table_counts){p->n_samples, p->n_mappings, p->n_locations, p->n_lines,
                                 p->n_functions};
}

static int merge_source(struct intake *s, struct err *err)
{
    const struct profile *p = s->p;
    intake_find_known(s);
    if (!s->m->begun)
        begin(s);
    merge_header(s);
    if (s->m->out.n_mappings == 0 && p->n_mappings > 0)
        intake_mapping(s, 0); // the main binary stays the first
    prepare_sides(s);
    if (merge_rows(s, ROW_CHANGED, err))
        return -1;
    s->m->out.changed = count_tables(&s->m->out);
    return s->m->out.n_sides ? merge_rows(s, ROW_UNCHANGED, err) : 0;
}

static void release_indexes(struct merger *m)
{
    hash_release(&m->samples);
    hash_release(&m->mappings);
    hash_release(&m->locations);
    hash_release(&m->functions);
    idmap_release(&m->comments);
    arena_release(&m->names.arena);
}

static int add_source(struct merger *m, const struct profile *p, uint32_t side, int64_t weight,
                      struct err *err)
{
    struct intake s;
    intake_init(&s, m, p);
    s.side = side;
    s.weight = weight;
    int status = merge_source(&s, err);
    intake_release(&s);
    return status;
}

// Starts over from the sum so far: that indexes it anew, drops samples whose values are all 0 with
// what only they needed, and puts those that did not change after the others.
static int rebuild(struct merger *m, struct err *err)
{
    struct merger fresh;
    init(&fresh, m->out.n_sides);
    fresh.job = m->job;
    int status = add_source(&fresh, &m->out, NO_INDEX, 1, err);
    release_indexes(m);
    profile_release(&m->out);
    *m = fresh;
    return status;
}

int merger_add_side(struct merger *m, struct profile *p, uint32_t side, int64_t weight,
                    struct err *err)
{
    bool changed = false;
    if (m->begun && profile_conform(&m->out, p, &changed, err))
        return -1;
    if (changed && rebuild(m, err))
        return -1;
    return add_source(m, p, side, weight, err);
}

int merger_add(struct merger *m, struct profile *p, struct err *err)
{
    return merger_add_side(m, p, NO_INDEX, 1, err);
}

static bool has_zero_sample(const struct profile *p)
{
    for (uint32_t i = 0; i < p->n_samples; i++)
        if (row_of(p, &p->samples[i]) != ROW_CHANGED)
            return true;
    return false;
}

void merger_finish(struct merger *m, struct profile *out)
{
    struct err err;
    if (has_zero_sample(&m->out))
        rebuild(m, &err); // cannot fail: the sum fits where its sources did
    for (uint32_t i = 0; i < m->out.n_sides; i++)
        grow_side(m, i, m->out.n_samples);
    *out = m->out;
    release_indexes(m);
    free(m);
}

void merger_abort(struct merger *m)
{
    release_indexes(m);
    profile_release(&m->out);
    free(m);
}
