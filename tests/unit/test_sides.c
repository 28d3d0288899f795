// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "app/loaded.h"
#include "app/options.h"
#include "check.h"
#include "graph/sums.h"
#include "profile/merge.h"
#include "profile/scale.h"

// Comparisons that keep their sides.

#define BEFORE TESTDATA "/cache_heap.1.pb.gz"
#define AFTER TESTDATA "/cache_heap.3.pb.gz"

static struct loaded *load(const char *path, const char *base_option, bool sides, bool normalize)
{
    struct config c;
    struct err err = {0};
    char *paths[] = {(char *)path};
    config_init(&c);
    if (base_option)
        CHECK_INT(option_set(option_find(span_of(base_option)), &c, SPAN(BEFORE), &err), 0);
    c.normalize = normalize;
    const struct loaded *l = app_load(paths, 1, &c, sides, NULL, &err);
    CHECK_STR(err.text, "");
    config_release(&c);
    return (struct loaded *)l; // nobody else has it
}

static int64_t sum(const struct profile *p, const int64_t *column, uint32_t type)
{
    int64_t total = 0;
    for (uint32_t i = 0; i < p->n_samples; i++)
        total += column[(size_t)p->samples[i].row * p->n_sample_types + type];
    return total;
}

static void each_side_is_the_profile_that_was_read(void)
{
    for (int marked = 0; marked < 2; marked++) {
        struct loaded *both = load(AFTER, marked ? "diff_base" : "base", true, false);
        struct loaded *before = load(BEFORE, NULL, false, false);
        struct loaded *after = load(AFTER, NULL, false, false);
        const struct profile *p = &both->profile;
        for (uint32_t type = 0; type < p->n_sample_types; type++) {
            CHECK_INT(sum(p, p->sides[SIDE_BEFORE].values, type),
                      sum(&before->profile, before->profile.values, type));
            CHECK_INT(sum(p, p->sides[SIDE_AFTER].values, type),
                      sum(&after->profile, after->profile.values, type));
        }
        for (size_t i = 0; i < (size_t)p->n_samples * p->n_sample_types; i++)
            CHECK_INT(p->sides[SIDE_AFTER].values[i] - p->sides[SIDE_BEFORE].values[i],
                      p->values[i]);
        CHECK_INT(p->sides[SIDE_BEFORE].period, 524288);
        CHECK_INT(p->sides[SIDE_AFTER].period, 524288);
        CHECK(p->sides[SIDE_AFTER].scales == NULL);
        loaded_unref(both);
        loaded_unref(before);
        loaded_unref(after);
    }
}

static void what_did_not_change_stands_after_the_rest(void)
{
    struct loaded *both = load(AFTER, "base", true, false);
    struct loaded *plain = load(AFTER, "base", false, false);
    uint32_t all = both->profile.n_samples;
    profile_drop_unchanged(&both->profile);
    const struct profile *a = &both->profile, *b = &plain->profile;
    CHECK(all > b->n_samples);
    CHECK(b->sides == NULL);
    CHECK_INT(a->n_samples, b->n_samples);
    CHECK_INT(a->n_mappings, b->n_mappings);
    CHECK_INT(a->n_locations, b->n_locations);
    CHECK_INT(a->n_lines, b->n_lines);
    CHECK_INT(a->n_functions, b->n_functions);
    for (uint32_t i = 0; i < a->n_samples && i < b->n_samples; i++)
        CHECK(memcmp(&a->samples[i], &b->samples[i], sizeof a->samples[i]) == 0);
    loaded_unref(both);
    loaded_unref(plain);
}

// Three snapshots in a row, as a series keeps them.
static void a_series_keeps_every_side(void)
{
    static const char *const paths[] = {BEFORE, TESTDATA "/cache_heap.2.pb.gz", AFTER};
    enum { N = 3 };
    struct merger *m = merger_new_sided(N, NULL);
    struct loaded *alone[N], *again[N];
    struct err err = {0};
    struct profile series;
    for (uint32_t i = 0; i < N; i++) {
        alone[i] = load(paths[i], NULL, false, false);
        again[i] = load(paths[i], NULL, false, false);
        if (i == 1) // types that not all have go, from what is there already, too
            profile_keep_types(&again[i]->profile, (uint32_t[]){1, 3}, 2);
        CHECK_INT(merger_add_side(m, &again[i]->profile, i, 1, &err), 0);
    }
    merger_finish(m, &series);
    CHECK_INT(series.n_sample_types, 2);
    CHECK_INT(series.n_sides, N);
    for (uint32_t i = 0; i < N; i++) {
        const struct profile *p = &alone[i]->profile;
        CHECK(series.sides[i].n_rows >= series.n_samples);
        CHECK_INT(series.sides[i].time_nanos, p->time_nanos);
        CHECK_INT(sum(&series, series.sides[i].values, 0), sum(p, p->values, 1));
        CHECK_INT(sum(&series, series.sides[i].values, 1), sum(p, p->values, 3));
    }
    profile_release(&series);
    for (uint32_t i = 0; i < N; i++) {
        loaded_unref(alone[i]);
        loaded_unref(again[i]);
    }
}

static void normalizing_tells_what_it_multiplied_by(void)
{
    struct loaded *both = load(AFTER, "diff_base", true, true);
    struct loaded *before = load(BEFORE, NULL, false, false);
    struct loaded *after = load(AFTER, NULL, false, false);
    for (uint32_t type = 0; both->profile.sides[SIDE_AFTER].scales && type < 4; type++)
        CHECK_F64(both->profile.sides[SIDE_AFTER].scales[type],
                  (double)sum(&before->profile, before->profile.values, type) /
                      (double)sum(&after->profile, after->profile.values, type));
    CHECK(both->profile.sides[SIDE_AFTER].scales != NULL);
    loaded_unref(both);
    loaded_unref(before);
    loaded_unref(after);
}

static const struct detail functions = {.function = true};

// By name, as the two profiles have tables of their own.
static uint32_t node_named(struct node_table *t, struct span name)
{
    for (uint32_t i = 0; i < t->infos.n; i++)
        if (span_eq(node_name(t, i), name))
            return i;
    return NO_INDEX;
}

static void sums_of_a_side_are_those_of_its_own_graph(void)
{
    struct arena arena = {0};
    struct node_table t, t_before;
    struct graph g;
    struct loaded *both = load(AFTER, "diff_base", true, false);
    struct loaded *before = load(BEFORE, NULL, false, false);
    node_table_init(&t, &both->profile, &functions, NULL, &arena);
    node_table_init(&t_before, &before->profile, &functions, NULL, &arena);
    for (uint32_t type = 0; type < 4; type++) {
        struct graph_options options = {.value_index = type};
        struct node_sums sums =
            sums_column(&t, &both->profile, both->profile.sides[SIDE_BEFORE].values, type, &arena);
        graph_build(&g, &before->profile, &t_before, &options, &arena);
        CHECK(g.n_shown > 3);
        CHECK_INT(sums.total, sum(&before->profile, before->profile.values, type));
        for (uint32_t i = 0; i < g.n_shown; i++) {
            const struct node *n = &g.nodes[g.shown[i]];
            uint32_t node = node_named(&t, node_name(&t_before, n->info));
            CHECK_INT(sums.flat[node], n->flat);
            CHECK_INT(sums.cum[node], n->cum);
        }
    }
    node_table_release(&t);
    node_table_release(&t_before);
    arena_release(&arena);
    loaded_unref(both);
    loaded_unref(before);
}

static void numbers_of_samples_are_summed_like_columns(void)
{
    struct arena arena = {0};
    struct node_table t;
    struct loaded *s = load(TESTDATA "/edge/recursion.pb.gz", NULL, false, false);
    const struct profile *p = &s->profile;
    node_table_init(&t, p, &functions, NULL, &arena);
    double *numbers = arena_alloc(&arena, p->n_samples * sizeof *numbers);
    for (uint32_t i = 0; i < p->n_samples; i++)
        numbers[i] = (double)sample_values(p, &p->samples[i])[0];
    struct node_sums sums = sums_column(&t, p, p->values, 0, &arena);
    struct node_reals reals = sums_reals(&t, p, numbers, &arena);
    CHECK(sums.total != 0);
    CHECK_F64(reals.total, (double)sums.total);
    for (uint32_t i = 0; i < t.infos.n; i++) {
        CHECK_F64(reals.flat[i], (double)sums.flat[i]);
        CHECK_F64(reals.cum[i], (double)sums.cum[i]);
    }
    node_table_release(&t);
    arena_release(&arena);
    loaded_unref(s);
}

CHECK_MAIN(CASE(a_series_keeps_every_side), CASE(each_side_is_the_profile_that_was_read),
           CASE(what_did_not_change_stands_after_the_rest),
           CASE(normalizing_tells_what_it_multiplied_by),
           CASE(sums_of_a_side_are_those_of_its_own_graph),
           CASE(numbers_of_samples_are_summed_like_columns))
