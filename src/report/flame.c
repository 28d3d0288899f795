// SPDX-License-Identifier: Apache-2.0
#include "report/flame.h"

#include <math.h>
#include <stdlib.h>

#include "base/path.h"
#include "report/flameparts.h"

// Many more than are shown: what a profile made to be slow could ask for is cut.
enum { NODES_MAX = 1 << 20 };

// Of a node of the stacks' tree, or of the view.
struct frame_sums {
    struct flame_sum cum, ended, rest; // rest is of samples that were cut here
    int64_t width;
};

// A tree in the making.
struct maker {
    struct flame_builder *b;
    const struct flame_start *start;
    struct stacks stacks;
    struct frame_sums *sums; // the view's, then by node of the stacks
    int64_t least;           // width of what is shown
    uint32_t *kept, n_kept;  // nodes by parent, then by falling width
    uint32_t *first;         // of the view, then by node: the first of its children in kept
    VEC(struct flame_frame) frames;
};

static int64_t larger(int64_t a, int64_t b)
{
    a = i64_abs(a);
    b = i64_abs(b);
    return a > b ? a : b;
}

static int64_t width_of(const struct maker *m, const struct flame_sum *sum)
{
    return m->b->sided ? larger(sum->before, sum->after) : sum->weight;
}

// A frame's own place in its parent's.
static struct frame_sums *sums_above(struct maker *m, uint32_t node)
{
    uint32_t parent = m->stacks.nodes[node].parent;
    return &m->sums[parent == NO_INDEX ? 0 : parent + 1];
}

// The samples that reach the view either end there, which the path tells, or go on below: those are
// counted as cut.
static void part_view(struct maker *m)
{
    struct frame_sums *view = &m->sums[0];
    const struct flame_sum *ended = &m->start->path.at[m->start->path.n - 1].ended;
    view->rest.value -= ended->value;
    view->rest.div -= ended->div;
    view->rest.weight -= ended->weight;
    view->rest.before -= ended->before;
    view->rest.after -= ended->after;
    view->rest.variance -= ended->variance;
    view->ended = *ended;
}

// Sums up samples where they end, then from the end of the tree.
static void sum_up(struct maker *m)
{
    const struct stacks *s = &m->stacks;
    m->sums = arena_zalloc(m->b->r->arena, s->n + 1ul, sizeof *m->sums);
    for (uint32_t i = 0; i < s->n_samples; i++) {
        uint32_t leaf = s->leaf[s->samples[i]];
        struct frame_sums *sums = &m->sums[leaf == NO_INDEX ? 0 : (leaf & ~STACK_CUT) + 1];
        struct flame_sum sum = flame_sum_of(m->b, s->samples[i]);
        bool cut = leaf == NO_INDEX || (leaf & STACK_CUT);
        flame_add(cut ? &sums->rest : &sums->ended, &sum);
    }
    part_view(m);
    for (uint32_t i = s->n + 1; i-- > 0;) {
        struct frame_sums *sums = &m->sums[i];
        flame_add(&sums->cum, &sums->ended);
        flame_add(&sums->cum, &sums->rest);
        sums->width = i64_add(sums->width, width_of(m, &sums->ended));
        sums->width = i64_add(sums->width, width_of(m, &sums->rest));
        if (i == 0)
            break;
        struct frame_sums *above = sums_above(m, i - 1);
        flame_add(&above->cum, &sums->cum);
        above->width = i64_add(above->width, sums->width);
    }
}

static int cmp_widths(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

// Widths do not grow from parent to child, so whatever the limit, what is left is a tree.
static void limit_frames(struct maker *m, size_t most)
{
    uint32_t n = 0;
    int64_t *widths = arena_alloc(m->b->r->arena, m->stacks.n * sizeof *widths);
    for (uint32_t i = 0; i < m->stacks.n; i++)
        if (m->sums[i + 1].width >= m->least)
            widths[n++] = m->sums[i + 1].width;
    if (n <= most)
        return;
    qsort(widths, n, sizeof *widths, cmp_widths);
    m->least = i64_add(widths[most], 1);
}

static uint32_t parent_of(const struct maker *m, uint32_t node)
{
    uint32_t parent = m->stacks.nodes[node].parent;
    return parent == NO_INDEX ? 0 : parent + 1;
}

static int cmp_nodes(const void *a, const void *b, void *context)
{
    struct maker *m = context;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    uint32_t above_x = parent_of(m, x), above_y = parent_of(m, y);
    if (above_x != above_y)
        return above_x < above_y ? -1 : 1;
    int64_t wide_x = m->sums[x + 1].width, wide_y = m->sums[y + 1].width;
    if (wide_x != wide_y)
        return wide_x > wide_y ? -1 : 1;
    int order = span_cmp(node_name(&m->b->t, m->stacks.nodes[x].node),
                         node_name(&m->b->t, m->stacks.nodes[y].node));
    return order ? order : (x > y) - (x < y);
}

// The nodes that are shown, children in their order. What is left out leaves its mark above it.
static void keep_nodes(struct maker *m)
{
    struct arena *arena = m->b->r->arena;
    uint32_t n = m->stacks.n;
    m->kept = arena_alloc(arena, n * sizeof *m->kept);
    m->first = arena_zalloc(arena, n + 2ul, sizeof *m->first);
    for (uint32_t i = 0; i < n; i++) {
        if (m->sums[i + 1].width >= m->least)
            m->kept[m->n_kept++] = i;
        else if (m->sums[i + 1].cum.weight)
            m->sums[parent_of(m, i)].rest.weight |= 1;
    }
    qsort_r(m->kept, m->n_kept, sizeof *m->kept, cmp_nodes, m);
    for (uint32_t i = 0; i < m->n_kept; i++)
        m->first[parent_of(m, m->kept[i]) + 1]++;
    for (uint32_t i = 0; i <= n; i++)
        m->first[i + 1] += m->first[i];
}

static uint32_t name_of(struct maker *m, uint32_t node)
{
    struct flame_builder *b = m->b;
    uint32_t *name = &b->name_of[node];
    if (*name != NO_INDEX)
        return *name;
    const struct node_info *info = &b->t.infos.at[node];
    const struct function *f = own_node_function(&b->own, node);
    const struct detail *d = &b->r->options.detail;
    struct span file = f ? profile_str(b->r->profile, f->filename) : SPAN("");
    *name = (uint32_t)b->names.n;
    *vec_push(b->r->arena, &b->names) = (struct flame_name){
        .name = node_name(&b->t, node),
        .file = path_trim(file, d->trim_path, d->source_path),
        .line = info->line ? info->line
                : f        ? f->start_line
                           : 0,
        .class = own_node_class(&b->own, node),
    };
    return *name;
}

static int64_t mean_of(const struct flame_sum *sum)
{
    return sum->div ? i64_div(sum->value, sum->div) : sum->value;
}

static uint32_t add_frame(struct maker *m, uint32_t parent, uint32_t node, bool inlined,
                          const struct frame_sums *sums)
{
    uint32_t depth = parent == NO_INDEX ? 0 : m->frames.at[parent].depth + 1;
    struct flame_frame frame = {
        .name = node == NO_INDEX ? NO_INDEX : name_of(m, node),
        .parent = parent,
        .depth = depth,
        .inlined = inlined,
        .folded = sums->rest.weight != 0,
        .cum = mean_of(&sums->cum),
        .width = sums->width,
        .before = {.cum = sums->cum.before},
        .after = {.cum = sums->cum.after},
        .error = sqrt(fmax(sums->cum.variance, 0)),
    };
    // Towards the roots only what comes first is a leaf.
    const struct flame_sum none = {0};
    bool leaf = depth == 1 && !m->b->pivots;
    const struct flame_sum *flat = !m->start->up ? &sums->ended : leaf ? &sums->cum : &none;
    frame.flat = mean_of(flat);
    frame.before.flat = flat->before;
    frame.after.flat = flat->after;
    *vec_push(m->b->r->arena, &m->frames) = frame;
    return (uint32_t)m->frames.n - 1;
}

struct pending {
    uint32_t node, parent;
};

// In preorder.
static void add_frames(struct maker *m, uint32_t view)
{
    VEC(struct pending) pile = {0};
    struct arena *arena = m->b->r->arena;
    for (uint32_t above = 0, frame = view;;) {
        for (uint32_t i = m->first[above + 1]; i-- > m->first[above];)
            *vec_push(arena, &pile) = (struct pending){m->kept[i], frame};
        if (pile.n == 0)
            return;
        struct pending next = pile.at[--pile.n];
        const struct stack_node *node = &m->stacks.nodes[next.node];
        above = next.node + 1;
        frame = add_frame(m, next.parent, node->node, node->inlined, &m->sums[above]);
    }
}

// Frames on the path are at least as wide as the view.
static void add_path(struct maker *m)
{
    const struct flame_start *start = m->start;
    for (size_t i = 0; i < start->path.n; i++) {
        const struct flame_step *step = &start->path.at[i];
        struct frame_sums sums = {.cum = step->sum, .ended = step->ended};
        sums.width = width_of(m, &step->sum);
        if (sums.width < m->sums[0].width || i + 1 == start->path.n)
            sums.width = m->sums[0].width;
        if (i + 1 == start->path.n)
            sums.rest = m->sums[0].rest;
        add_frame(m, i ? (uint32_t)i - 1 : NO_INDEX, step->node, step->inlined, &sums);
    }
}

static void end_frames(struct maker *m)
{
    struct flame_frame *frames = m->frames.at;
    for (size_t i = m->frames.n; i-- > 0;) {
        if (!frames[i].end)
            frames[i].end = (uint32_t)i + 1;
        uint32_t parent = frames[i].parent;
        if (parent != NO_INDEX && frames[parent].end < frames[i].end)
            frames[parent].end = frames[i].end;
    }
}

// The nodes of the heaviest path, as far as it is shown: it stands first among the frames.
static uint32_t *shown_path(struct maker *m, uint32_t *n)
{
    uint32_t *nodes = arena_alloc(m->b->r->arena, m->stacks.n * sizeof *nodes);
    uint32_t at = 0;
    for (*n = 0; m->first[at] < m->first[at + 1]; at = m->kept[m->first[at]] + 1)
        nodes[(*n)++] = m->stacks.nodes[m->kept[m->first[at]]].node;
    return nodes;
}

// Frames on the heaviest path follow each other, the rest come after.
static void complete_path(struct maker *m, uint32_t view)
{
    flame_steps more = {0};
    uint32_t n, *nodes = shown_path(m, &n), end = view + n + 1;
    flame_follow_heaviest(m->b, m->start, nodes, n, &more);
    size_t n_rest = m->frames.n - end;
    struct flame_frame *rest = arena_copy(m->b->r->arena, m->frames.at + end, n_rest, sizeof *rest);
    m->frames.n = end;
    for (size_t i = 0; i < more.n; i++) {
        struct frame_sums sums = {.cum = more.at[i].sum, .ended = more.at[i].ended};
        int64_t above = m->frames.at[m->frames.n - 1].width, width = width_of(m, &sums.cum);
        sums.width = width < above ? width : above;
        add_frame(m, (uint32_t)m->frames.n - 1, more.at[i].node, more.at[i].inlined, &sums);
    }
    for (size_t i = 0; i < n_rest; i++) {
        rest[i].parent += rest[i].parent >= end ? (uint32_t)more.n : 0;
        *vec_push(m->b->r->arena, &m->frames) = rest[i];
    }
}

static int64_t least_of(const struct flame_builder *b, int64_t width)
{
    int64_t columns = b->o->width > 0 ? b->o->width : 1;
    int64_t least = width / columns + (width % columns != 0);
    return least > 0 ? least : 1;
}

static struct flame_tree make_tree(struct flame_builder *b, const struct flame_start *start,
                                   int64_t *least)
{
    struct maker m = {.b = b, .start = start};
    const struct flame_step *view = &start->path.at[start->path.n - 1];
    int64_t narrowest = width_of(&m, &view->sum); // that the view can be
    struct stack_options options = {
        .up = start->up,
        .at = start->at,
        .n_at = start->n_at,
        .weights = b->weights,
        .least = least_of(b, narrowest),
        .most = NODES_MAX,
        .depth = b->o->depth > 0 && b->o->depth < FLAME_DEPTH_MAX ? (uint32_t)b->o->depth
                                                                  : FLAME_DEPTH_MAX,
    };
    stacks_build(&m.stacks, b->r->profile, &b->t, &options, b->r->arena);
    sum_up(&m);
    m.least = least_of(b, m.sums[0].width);
    limit_frames(&m, FLAME_FRAMES_MAX - 1 - start->path.n);
    keep_nodes(&m);
    add_path(&m);
    add_frames(&m, (uint32_t)start->path.n - 1);
    if (b->o->whole_path)
        complete_path(&m, (uint32_t)start->path.n - 1);
    end_frames(&m);
    *least = m.least;
    return (struct flame_tree){m.frames.at, (uint32_t)m.frames.n, (uint32_t)start->path.n - 1};
}

static int compile(struct span pattern, const char *option, struct regex **out, struct err *err)
{
    *out = NULL;
    if (!pattern.n)
        return 0;
    *out = regex_new(pattern, err);
    return *out ? 0 : err_wrap(err, "option %s", option);
}

// Which nodes the pivot matches.
static int find_pivots(struct flame_builder *b, struct regex *pivot, struct err *err)
{
    bool any = false;
    bool *pivots = arena_zalloc(b->r->arena, b->t.infos.n, sizeof *pivots);
    for (uint32_t i = 0; i < b->t.infos.n; i++)
        any |= pivots[i] = regex_match(pivot, node_name(&b->t, i));
    b->pivots = pivots;
    if (any || regex_check(pivot, err))
        return any ? 0 : -1;
    return err_set(err, "no matches found for regexp: " SPAN_FMT, SPAN_ARG(regex_pattern(pivot)));
}

static void know_noise(struct flame_builder *b, struct flame *out)
{
    const struct report *r = b->r;
    if (!r->options.noise)
        return;
    struct noise n = {.kind = NOISE_UNKNOWN};
    if (!r->options.mean)
        n = noise_of(r->profile, r->options.value_index);
    out->noise = (struct noise_shown){.kind = n.kind, .at_most = r->options.snapshots};
    out->noise.known = noise_is_known(&n);
    if (out->noise.known)
        b->variances = noise_variances(r->profile, &n, r->arena);
    for (uint32_t i = 0; b->variances && i < r->profile->n_samples; i++)
        out->noise.total += b->variances[i];
    out->noise.total = sqrt(out->noise.total);
}

static void make(struct flame_builder *b, struct flame *out)
{
    const struct report *r = b->r;
    struct flame_start start = {.up = b->o->flipped && !b->pivots}, callers = {.up = true};
    size_t size = b->t.infos.n * sizeof *b->name_of;
    b->name_of = memset(arena_alloc(r->arena, size), 0xff, size);
    know_noise(b, out);
    flame_weigh(b);
    flame_begin(b, &start);
    out->up = start.up;
    out->tree = make_tree(b, &start, &out->least);
    if (b->pivots) {
        int64_t least;
        flame_begin_callers(b, &callers);
        out->callers = make_tree(b, &callers, &least);
        out->callers.frames[0].flat = out->tree.frames[0].flat;
        out->callers.frames[0].before.flat = out->tree.frames[0].before.flat;
        out->callers.frames[0].after.flat = out->tree.frames[0].after.flat;
    }
    out->names = b->names.at;
    out->n_names = (uint32_t)b->names.n;
    out->shown.n_nodes = out->tree.n + out->callers.n;
    out->shown.unit = r->options.output_unit;
    if (span_eq(out->shown.unit, SPAN("minimum")))
        out->shown.unit = SPAN("auto");
}

int report_flame(const struct report *r, const struct flame_options *o, struct flame *out,
                 struct err *err)
{
    struct flame_builder b = {.r = r, .o = o, .sided = report_sides(r) > 0};
    struct regex *own = NULL, *pivot = NULL;
    int status = -1;
    *out = (struct flame){.has_sides = b.sided};
    if (compile(o->own, "own", &own, err) || compile(o->pivot, "pivot", &pivot, err))
        goto out;
    node_table_init(&b.t, r->profile, &r->options.detail, r->job, r->arena);
    own_init(&b.own, r->profile, &b.t, own, r->arena);
    status = pivot ? find_pivots(&b, pivot, err) : 0;
    if (status == 0)
        make(&b, out);
    out->shown.total = report_total(r->profile, r->options.value_index, r->options.mean, r->job);
    if (b.sided) {
        out->shown_before = report_side_total(r, r->profile->sides[SIDE_BEFORE].values);
        out->shown_after = report_side_total(r, r->profile->sides[SIDE_AFTER].values);
    }
    node_table_release(&b.t);
out:
    regex_free(own);
    regex_free(pivot);
    return status;
}
