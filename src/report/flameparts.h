// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_REPORT_FLAMEPARTS_H
#define CPROF_REPORT_FLAMEPARTS_H

#include "graph/stacks.h"
#include "report/flame.h"

// What the parts of report/flame.c share.

// What samples have come to a frame with, or end with.
struct flame_sum {
    int64_t value, div, weight, before, after;
    double variance;
};

// A frame on the path to the view.
struct flame_step {
    uint32_t node; // or NO_INDEX
    bool inlined;  // in every stack
    struct flame_sum sum, ended;
};

typedef VEC(struct flame_step) flame_steps;

// A tree in the making: where the samples are whose stacks have come to the view.
struct flame_start {
    bool up;
    flame_steps path; // from frame 0
    struct stack_place *at;
    uint32_t n_at;
};

struct flame_builder {
    const struct report *r;
    const struct flame_options *o;
    struct node_table t;
    bool sided;
    int64_t *weights;   // by sample: its value without its sign; with sides, of the larger
    double *variances;  // by sample, or NULL
    const bool *pivots; // by node, or NULL
    struct own own;
    uint32_t *name_of; // by node: its name, or NO_INDEX
    VEC(struct flame_name) names;
};

// A sample as a sum.
struct flame_sum flame_sum_of(const struct flame_builder *b, uint32_t sample);
void flame_add(struct flame_sum *to, const struct flame_sum *sum);

// Weighs the samples.
void flame_weigh(struct flame_builder *b);

// Where the samples that have a weight begin, and follows the path to the view as far as any goes.
void flame_begin(const struct flame_builder *b, struct flame_start *start);

// The same for those that called the pivot, from it.
void flame_begin_callers(const struct flame_builder *b, struct flame_start *start);

// Adds the steps of the heaviest path below the nodes that are shown of it, which lead from the
// view.
void flame_follow_heaviest(struct flame_builder *b, const struct flame_start *start,
                           const uint32_t *shown, uint32_t n_shown, flame_steps *more);

#endif
