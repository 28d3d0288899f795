// SPDX-License-Identifier: Apache-2.0
#include "report/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/idmap.h"

// The sum of one value of one tag.
struct sum {
    str_id key, value;
    bool is_number; // apart from texts
    int64_t number;
    struct span unit;
    int64_t total, sides[SIDE_AFTER + 1];
};

struct summer {
    const struct report *r;
    struct strtab strings; // of numbers in words
    VEC(struct sum) sums;
    struct idmap index;   // by key and value
    struct idmap numbers; // the same, of plain numbers
    struct idmap keys;    // of the keys' totals
    VEC(struct sum) totals;
};

static void add(struct idmap *index, uint64_t at, struct sum *sums, size_t *n, struct sum sum)
{
    uint32_t found = idmap_get(index, at);
    if (found == IDMAP_NONE) {
        sums[*n] = sum;
        idmap_add(index, at, (uint32_t)(*n)++);
    } else {
        sums[found].total = i64_add(sums[found].total, sum.total);
        for (unsigned i = 0; i <= SIDE_AFTER; i++)
            sums[found].sides[i] = i64_add(sums[found].sides[i], sum.sides[i]);
    }
}

static str_id number_word(struct summer *s, const struct label *l)
{
    const struct report_options *o = &s->r->options;
    char text[UNIT_LABEL_MAX];
    struct span unit = label_unit(s->r->profile, o->tag_units, l);
    if (o->plain_numbers) {
        char *word = arena_printf(s->r->arena, "%" PRId64 SPAN_FMT, l->num, SPAN_ARG(unit));
        return strtab_add(&s->strings, span_of(word));
    }
    struct unit_conv conv = unit_conv_of(unit, o->output_unit);
    return strtab_add(&s->strings, (struct span){text, unit_format(text, &conv, l->num)});
}

static void add_label(struct summer *s, const struct label *l, struct sum sum)
{
    struct arena *arena = s->r->arena;
    sum.key = l->key;
    sum.is_number = s->r->options.plain_numbers && label_is_number(l);
    sum.number = l->num;
    if (sum.is_number)
        sum.unit = label_unit(s->r->profile, s->r->options.tag_units, l);
    sum.value = l->kind == LABEL_STR ? l->value : number_word(s, l);
    vec_room(arena, &s->sums, 1);
    vec_room(arena, &s->totals, 1);
    struct idmap *index = sum.is_number ? &s->numbers : &s->index;
    add(index, (uint64_t)sum.key << 32 | sum.value, s->sums.at, &s->sums.n, sum);
    add(&s->keys, sum.key, s->totals.at, &s->totals.n, sum);
}

static void add_samples(struct summer *s)
{
    const struct profile *p = s->r->profile;
    uint32_t n_sides = report_sides(s->r);
    for (uint32_t i = 0; i < p->n_samples; i++) {
        size_t at = sample_value_at(p, &p->samples[i], s->r->options.value_index);
        struct sum sum = {.total = p->values[at]};
        for (uint32_t side = 0; side < n_sides; side++)
            sum.sides[side] = p->sides[side].values[at];
        for (uint32_t j = 0; j < p->samples[i].n_labels; j++)
            add_label(s, &p->labels[p->samples[i].label + j], sum);
    }
}

static int cmp_keys(const void *a, const void *b)
{
    return span_cmp(((const struct tag_row *)a)->key, ((const struct tag_row *)b)->key);
}

static int cmp_values(const void *a, const void *b)
{
    const struct tag_value *x = a, *y = b;
    int64_t wx = i64_abs(x->total), wy = i64_abs(y->total);
    return wx == wy ? span_cmp(x->name, y->name) : wx > wy ? -1 : 1;
}

static struct tag_value value_of(const struct summer *s, const struct sum *sum)
{
    uint32_t n_sides = report_sides(s->r);
    return (struct tag_value){
        .name = strtab_get(&s->strings, sum->value),
        .is_number = sum->is_number,
        .number = sum->number,
        .unit = sum->unit,
        .total = sum->total,
        .sides = arena_copy(s->r->arena, sum->sides, n_sides, sizeof *sum->sides),
    };
}

static struct tags_report make_rows(struct summer *s)
{
    struct arena *arena = s->r->arena;
    struct tags_report report = {.n_rows = (uint32_t)s->totals.n};
    report.rows = arena_zalloc(arena, report.n_rows, sizeof *report.rows);
    for (size_t i = 0; i < s->sums.n; i++)
        report.rows[idmap_get(&s->keys, s->sums.at[i].key)].n_values++;
    for (uint32_t i = 0; i < report.n_rows; i++) {
        struct tag_row *row = &report.rows[i];
        row->key = strtab_get(&s->strings, s->totals.at[i].key);
        row->total = s->totals.at[i].total;
        row->values = arena_alloc(arena, row->n_values * sizeof *row->values);
        row->n_values = 0;
    }
    for (size_t i = 0; i < s->sums.n; i++) {
        struct tag_row *row = &report.rows[idmap_get(&s->keys, s->sums.at[i].key)];
        row->values[row->n_values++] = value_of(s, &s->sums.at[i]);
    }
    for (uint32_t i = 0; i < report.n_rows; i++)
        qsort(report.rows[i].values, report.rows[i].n_values, sizeof *report.rows[i].values,
              cmp_values);
    qsort(report.rows, report.n_rows, sizeof *report.rows, cmp_keys);
    return report;
}

struct tags_report report_tags(const struct report *r)
{
    struct summer s = {.r = r};
    strtab_init(&s.strings, r->arena, r->profile->strings);
    idmap_init(&s.index, 0);
    idmap_init(&s.numbers, 0);
    idmap_init(&s.keys, 0);
    add_samples(&s);
    struct tags_report report = make_rows(&s);
    strtab_release(&s.strings);
    idmap_release(&s.index);
    idmap_release(&s.numbers);
    idmap_release(&s.keys);
    return report;
}
