// SPDX-License-Identifier: Apache-2.0
#include "graph/stacks.h"

#include <stdio.h>

#include "check.h"
#include "profile/builder.h"

enum { N_LOCATIONS = 40, N_FUNCTIONS = 12, N_SAMPLES = 9000, DEPTH_MAX = 9 };

static struct arena memory;
static uint64_t state;

static uint32_t below(uint32_t n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % n;
}

// Stacks of few locations, which have up to three lines; some samples have no frames.
static void make_profile(struct profile *p, uint32_t n_samples)
{
    struct builder b;
    struct err err;
    uint32_t frames[DEPTH_MAX], functions[N_FUNCTIONS];
    char name[8];
    state = 7;
    profile_init(p);
    builder_init(&b, p);
    builder_sample_type(&b, SPAN("time"), SPAN("ns"));
    for (int i = 0; i < N_FUNCTIONS; i++) {
        snprintf(name, sizeof name, "f%d", i);
        functions[i] =
            builder_function(&b, &(struct function){.name = builder_string(&b, span_of(name))});
    }
    for (int i = 0; i < N_LOCATIONS; i++) {
        struct line lines[3] = {{functions[below(N_FUNCTIONS)], 1, 0},
                                {functions[below(N_FUNCTIONS)], 2, 0},
                                {functions[below(N_FUNCTIONS)], 3, 0}};
        builder_location(&b, &(struct location){.mapping = NO_INDEX, .n_lines = 1 + below(3)},
                         lines);
    }
    for (uint32_t i = 0; i < n_samples; i++) {
        uint32_t n = below(DEPTH_MAX);
        int64_t value = 1 + below(10);
        for (uint32_t k = 0; k < n; k++)
            frames[k] = below(below(N_LOCATIONS) + 1);
        builder_sample(&b, frames, n, &value);
    }
    CHECK_INT(builder_finish(&b, &err), 0);
    builder_release(&b);
}

struct fixture {
    struct profile p;
    struct node_table t;
    struct job job;
};

static void setup(struct fixture *f, uint32_t n_samples, unsigned threads)
{
    job_init(&f->job);
    f->job.threads = threads;
    make_profile(&f->p, n_samples);
    node_table_init(&f->t, &f->p, &(struct detail){.function = true}, &f->job, &memory);
}

static void teardown(struct fixture *f)
{
    node_table_release(&f->t);
    profile_release(&f->p);
    job_release(&f->job);
    arena_release(&memory);
}

// The nodes of a sample's stack as its frames have them, from where a tree begins.
static uint32_t stack_of(const struct fixture *f, uint32_t sample, bool up, uint32_t *nodes)
{
    const struct sample *s = &f->p.samples[sample];
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->n_frames; i++) {
        uint32_t loc = f->p.frames[s->frame + (up ? i : s->n_frames - 1 - i)];
        uint32_t first = f->t.first[loc], end = f->t.first[loc + 1];
        for (uint32_t k = first; k < end; k++)
            nodes[n++] = f->t.nodes[up ? k : end - 1 - (k - first)];
    }
    return n;
}

static uint32_t path_of(const struct stacks *s, uint32_t leaf, uint32_t *nodes)
{
    uint32_t n = 0, depth = 0;
    for (uint32_t at = leaf; at != NO_INDEX; at = s->nodes[at].parent)
        depth++;
    n = depth;
    for (uint32_t at = leaf; at != NO_INDEX; at = s->nodes[at].parent)
        nodes[--depth] = s->nodes[at].node;
    return n;
}

static bool has_path(const struct fixture *f, const struct stacks *s, uint32_t sample, bool up,
                     uint32_t most)
{
    uint32_t expected[3 * DEPTH_MAX], actual[3 * DEPTH_MAX];
    uint32_t n = stack_of(f, sample, up, expected), leaf = s->leaf[sample];
    bool cut = leaf != NO_INDEX && (leaf & STACK_CUT);
    uint32_t depth = path_of(s, cut ? leaf & ~STACK_CUT : leaf, actual);
    return depth == (n < most ? n : most) && cut == (n > most) &&
           memcmp(actual, expected, depth * sizeof *actual) == 0;
}

static bool has_siblings_alike(const struct stacks *s)
{
    for (uint32_t i = 0; i < s->n; i++)
        for (uint32_t a = stack_first_child(s, i); a != NO_INDEX; a = stack_next(s, a))
            for (uint32_t b = stack_next(s, a); b != NO_INDEX; b = stack_next(s, b))
                if (s->nodes[a].node == s->nodes[b].node)
                    return true;
    return false;
}

static void every_sample_has_its_stack_as_a_path(void)
{
    static const uint32_t sizes[] = {0, 1, 2, 100, N_SAMPLES};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
        for (int up = 0; up < 2; up++) {
            struct fixture f;
            struct stacks s;
            check_about("%u samples, up %d", sizes[k], up);
            setup(&f, sizes[k], 2);
            stacks_build(&s, &f.p, &f.t, &(struct stack_options){.up = up}, &memory);
            stacks_link(&s, &memory);
            CHECK_INT(s.n_samples, sizes[k]);
            uint32_t wrong = 0;
            for (uint32_t i = 0; i < sizes[k]; i++)
                wrong += !has_path(&f, &s, i, up, UINT32_MAX);
            CHECK_INT(wrong, 0);
            CHECK(!has_siblings_alike(&s));
            for (uint32_t i = 0; i < s.n; i++)
                wrong += s.nodes[i].parent != NO_INDEX && s.nodes[i].parent >= i;
            CHECK_INT(wrong, 0);
            teardown(&f);
        }
}

static void equal_stacks_are_neighbours_in_the_order_of_the_samples(void)
{
    struct fixture f;
    struct stacks s;
    setup(&f, N_SAMPLES, 2);
    stacks_build(&s, &f.p, &f.t, &(struct stack_options){0}, &memory);
    bool *seen = arena_zalloc(&memory, s.n + 1ul, sizeof *seen);
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < s.n_samples; i++) {
        uint32_t leaf = s.leaf[s.samples[i]] + 1;
        bool begins = i == 0 || leaf != s.leaf[s.samples[i - 1]] + 1;
        wrong += begins ? seen[leaf] : s.samples[i] < s.samples[i - 1];
        seen[leaf] = true;
    }
    CHECK_INT(wrong, 0);
    teardown(&f);
}

static void threads_do_not_change_the_tree(void)
{
    struct fixture one, four;
    struct stacks a, b;
    setup(&one, N_SAMPLES, 1);
    setup(&four, N_SAMPLES, 4);
    stacks_build(&a, &one.p, &one.t, &(struct stack_options){0}, &memory);
    stacks_build(&b, &four.p, &four.t, &(struct stack_options){0}, &memory);
    if (CHECK_INT(a.n, b.n)) {
        CHECK(memcmp(a.nodes, b.nodes, a.n * sizeof *a.nodes) == 0);
        CHECK(memcmp(a.leaf, b.leaf, N_SAMPLES * sizeof *a.leaf) == 0);
        CHECK(memcmp(a.samples, b.samples, N_SAMPLES * sizeof *a.samples) == 0);
    }
    node_table_release(&one.t);
    profile_release(&one.p);
    job_release(&one.job);
    teardown(&four);
}

static void stacks_are_cut_at_a_depth(void)
{
    struct fixture f;
    for (uint32_t depth = 1; depth < 5; depth++) {
        struct stacks s;
        uint32_t wrong = 0;
        setup(&f, N_SAMPLES, 2);
        stacks_build(&s, &f.p, &f.t, &(struct stack_options){.depth = depth}, &memory);
        for (uint32_t i = 0; i < N_SAMPLES; i++)
            wrong += !has_path(&f, &s, i, false, depth);
        CHECK_INT(wrong, 0);
        teardown(&f);
    }
}

// By node: what weighs on it and below it.
static int64_t *sums_of(const struct stacks *s, const int64_t *weights)
{
    int64_t *sums = arena_zalloc(&memory, s->n, sizeof *sums);
    for (uint32_t i = 0; i < N_SAMPLES; i++)
        if (s->leaf[i] != NO_INDEX)
            sums[s->leaf[i] & ~STACK_CUT] += weights[i];
    for (uint32_t i = s->n; i-- > 0;)
        if (s->nodes[i].parent != NO_INDEX)
            sums[s->nodes[i].parent] += sums[i];
    return sums;
}

static void light_nodes_are_left_out(void)
{
    enum { LEAST = 200 };
    struct fixture f;
    struct stacks all, heavy;
    setup(&f, N_SAMPLES, 2);
    const int64_t *weights = f.p.values;
    stacks_build(&all, &f.p, &f.t, &(struct stack_options){0}, &memory);
    stacks_build(&heavy, &f.p, &f.t, &(struct stack_options){.weights = weights, .least = LEAST},
                 &memory);
    const int64_t *sums = sums_of(&all, weights), *kept = sums_of(&heavy, weights);
    uint32_t n = 0;
    for (uint32_t i = 0; i < all.n; i++)
        if (sums[i] >= LEAST) {
            CHECK_INT(heavy.nodes[n].node, all.nodes[i].node);
            CHECK_INT(kept[n], sums[i]);
            n++;
        }
    CHECK_INT(heavy.n, n);
    CHECK(n > 10 && n < all.n / 2);
    teardown(&f);
}

static void only_samples_that_count_have_a_leaf(void)
{
    struct fixture f;
    struct stacks s;
    uint32_t wrong = 0;
    setup(&f, N_SAMPLES, 2);
    bool *counted = arena_zalloc(&memory, N_SAMPLES, sizeof *counted);
    for (uint32_t i = 0; i < N_SAMPLES; i += 3)
        counted[i] = true;
    stacks_build(&s, &f.p, &f.t, &(struct stack_options){.counted = counted}, &memory);
    for (uint32_t i = 0; i < N_SAMPLES; i++)
        wrong += counted[i] ? !has_path(&f, &s, i, false, UINT32_MAX) : s.leaf[i] != NO_INDEX;
    CHECK_INT(wrong, 0);
    CHECK_INT(s.n_samples, N_SAMPLES / 3);
    teardown(&f);
}

CHECK_MAIN(CASE(every_sample_has_its_stack_as_a_path),
           CASE(equal_stacks_are_neighbours_in_the_order_of_the_samples),
           CASE(threads_do_not_change_the_tree), CASE(stacks_are_cut_at_a_depth),
           CASE(light_nodes_are_left_out), CASE(only_samples_that_count_have_a_leaf))
