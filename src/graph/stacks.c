// SPDX-License-Identifier: Apache-2.0
#include "graph/stacks.h"

#include <stdlib.h>

#include "base/num.h"
#include "base/pipeline.h"
#include "base/xalloc.h"

// The places of all samples stand in a row. All those that have begun alike are neighbours, a
// group; they are parted by the node that comes next, which makes a node of the tree of each part.
// No sample moves past another of its part, so that nothing depends on threads or on hashes.

// More nodes than memory is likely to have room for: stacks are cut there.
enum { NODES_MAX = 1 << 30 };

// Samples that have reached a node, which is not made yet.
struct group {
    uint32_t first, end; // in the places
    uint32_t parent;     // in the grower's nodes, or NO_INDEX
    uint32_t node;       // of the table; NO_INDEX: they have not begun
    bool inlined;
    uint32_t depth; // of the node's children
};

struct child {
    uint32_t n, at; // how many, and where the next of them goes to
    uint32_t node;
    bool inlined;
    int64_t weight;
};

// A group that is left to another grower, and how many nodes come before its own.
struct task {
    struct group group;
    uint32_t at;
};

struct growth {
    const struct profile *p;
    const struct node_table *t;
    struct stack_options options;
    struct stack_place *places;
    uint32_t *leaf;
};

struct grower {
    const struct growth *growth;
    struct arena arena;
    struct stack_place *spare;  // room for the largest group,
    uint32_t *kids;             // and for which child each of its samples goes to
    uint32_t defer_below;       // groups of fewer samples become tasks
    uint32_t most;              // nodes
    uint32_t *child_of;         // by node, while a group is parted
    VEC(struct child) children; // the first are samples that end
    VEC(struct group) groups;
    VEC(struct stack_node) nodes;
    VEC(struct task) tasks;
};

static inline uint32_t location_of(const struct profile *p, const struct stack_place *place)
{
    return p->frames[place->frame];
}

// Moves to the next frame that has nodes.
static void next_frame(const struct profile *p, const struct node_table *t,
                       struct stack_place *place, bool up)
{
    while (place->left) {
        place->left--;
        place->frame += up ? 1 : -1u;
        uint32_t loc = location_of(p, place), first = t->first[loc], end = t->first[loc + 1];
        if (first < end) {
            place->at = up ? first : end - 1;
            return;
        }
    }
    place->at = NO_INDEX;
}

static inline void step(const struct profile *p, const struct node_table *t,
                        struct stack_place *place, bool up)
{
    uint32_t loc = location_of(p, place);
    if (up ? place->at + 1 < t->first[loc + 1] : place->at > t->first[loc])
        place->at += up ? 1 : -1u;
    else
        next_frame(p, t, place, up);
}

void stack_step(const struct profile *p, const struct node_table *t, struct stack_place *place,
                bool up)
{
    step(p, t, place, up);
}

struct stack_place stack_begin(const struct profile *p, const struct node_table *t, uint32_t sample,
                               bool up)
{
    const struct sample *s = &p->samples[sample];
    uint32_t before = up ? s->frame - 1 : s->frame + s->n_frames;
    struct stack_place place = {sample, before, s->n_frames, NO_INDEX};
    next_frame(p, t, &place, up);
    return place;
}

static inline uint32_t node_at(const struct growth *w, const struct stack_place *place)
{
    uint32_t node = w->t->nodes[place->at];
    return w->options.as ? w->options.as[node] : node;
}

static inline bool is_inlined(const struct growth *w, const struct stack_place *place)
{
    return node_is_inlined(w->t, w->p, location_of(w->p, place), place->at);
}

static uint32_t add_node(struct grower *w, uint32_t parent, uint32_t node, bool inlined)
{
    *vec_push(&w->arena, &w->nodes) = (struct stack_node){node, inlined, parent};
    return (uint32_t)w->nodes.n - 1;
}

static struct child *child_of(struct grower *w, uint32_t node)
{
    if (w->child_of[node] == 0) {
        w->child_of[node] = (uint32_t)w->children.n;
        *vec_push(&w->arena, &w->children) = (struct child){.node = node, .inlined = true};
    }
    return &w->children.at[w->child_of[node]];
}

// Finds out where samples go, and moves each a step on.
static void count_children(struct grower *w, const struct group *group)
{
    const struct growth *all = w->growth;
    const int64_t *weights = all->options.weights;
    bool up = all->options.up;
    w->children.n = 0;
    *vec_push(&w->arena, &w->children) = (struct child){0};
    for (uint32_t i = group->first; i < group->end; i++) {
        struct stack_place *place = &all->places[i];
        struct child *child = &w->children.at[0];
        if (place->at != NO_INDEX) {
            child = child_of(w, node_at(all, place));
            child->inlined &= is_inlined(all, place);
            step(all->p, all->t, place, up);
        }
        w->kids[i - group->first] = (uint32_t)(child - w->children.at);
        child->n++;
        if (weights)
            child->weight = i64_add(child->weight, weights[place->sample]);
    }
}

// Brings the samples of each child together.
static void part(struct grower *w, const struct group *group)
{
    struct stack_place *places = w->growth->places;
    struct child *children = w->children.at;
    uint32_t at = group->first, n = group->end - group->first;
    if (w->children.n == 2 && children[0].n == 0)
        return;
    for (size_t i = 0; i < w->children.n; at += children[i++].n)
        children[i].at = at;
    memcpy(w->spare, places + group->first, n * sizeof *places);
    for (uint32_t i = 0; i < n; i++)
        places[children[w->kids[i]].at++] = w->spare[i];
}

// Samples that are cut before their first node have none.
static void end_stacks(const struct growth *w, uint32_t first, uint32_t n, uint32_t leaf)
{
    for (uint32_t i = first; i < first + n; i++)
        w->leaf[w->places[i].sample] = leaf;
}

// Puts the children on the pile of groups, the first on top; those that are not to be seen end
// here.
static void push_children(struct grower *w, const struct group *group, uint32_t leaf)
{
    const struct stack_options *o = &w->growth->options;
    bool deep = (o->depth && group->depth >= o->depth) || w->nodes.n >= w->most;
    uint32_t end = group->end;
    for (size_t i = w->children.n; i-- > 1;) {
        const struct child *child = &w->children.at[i];
        uint32_t first = end - child->n;
        if (deep || child->weight < o->least)
            end_stacks(w->growth, first, child->n, leaf | STACK_CUT);
        else
            *vec_push(&w->arena, &w->groups) = (struct group){
                first, end, leaf, child->node, child->inlined, group->depth + 1,
            };
        end = first;
        w->child_of[child->node] = 0;
    }
}

// What is left of the stack of one sample.
static void add_chain(struct grower *w, const struct group *group, uint32_t leaf)
{
    const struct growth *all = w->growth;
    struct stack_place *place = &all->places[group->first];
    uint32_t most = all->options.depth ? all->options.depth : NODES_MAX, depth = group->depth;
    for (; place->at != NO_INDEX && depth < most && w->nodes.n < w->most; depth++) {
        leaf = add_node(w, leaf, node_at(all, place), is_inlined(all, place));
        step(all->p, all->t, place, all->options.up);
    }
    end_stacks(all, group->first, 1, place->at == NO_INDEX ? leaf : leaf | STACK_CUT);
}

static void grow_group(struct grower *w, const struct group *group)
{
    uint32_t leaf = NO_INDEX;
    if (group->node != NO_INDEX)
        leaf = add_node(w, group->parent, group->node, group->inlined);
    if (group->end - group->first == 1) {
        add_chain(w, group, leaf);
        return;
    }
    count_children(w, group);
    part(w, group);
    end_stacks(w->growth, group->first, w->children.at[0].n, leaf);
    push_children(w, group, leaf);
}

static void grow(struct grower *w, struct group root)
{
    *vec_push(&w->arena, &w->groups) = root;
    while (w->groups.n && !job_stopped(w->growth->t->job)) {
        struct group group = w->groups.at[--w->groups.n];
        if (group.end - group.first < w->defer_below)
            *vec_push(&w->arena, &w->tasks) = (struct task){group, (uint32_t)w->nodes.n};
        else
            grow_group(w, &group);
    }
}

// For groups of up to so many samples.
static void grower_init(struct grower *w, const struct growth *growth, uint32_t n_samples,
                        uint32_t defer_below, uint32_t most)
{
    *w = (struct grower){.growth = growth, .defer_below = defer_below, .most = most};
    w->spare = xmalloc(xmul(n_samples, sizeof *w->spare));
    w->kids = xmalloc(xmul(n_samples, sizeof *w->kids));
    w->child_of = arena_zalloc(&w->arena, growth->t->infos.n, sizeof *w->child_of);
}

static void forget_room(struct grower *w)
{
    free(w->spare);
    free(w->kids);
    w->spare = NULL;
    w->kids = NULL;
}

// One grower parts the large groups; what becomes of the small ones is put between its nodes, where
// they come in the order of the tree.
struct assembly {
    const struct growth *growth;
    struct stacks *s;
    struct arena *arena;
    VEC(struct stack_node) nodes;
    struct grower trunk;
    uint32_t n_taken; // of the trunk's nodes
    uint32_t place;   // whose sample was not yet told its leaf
    uint32_t *ids;    // of the trunk's nodes in the tree
    struct grower slots[PIPELINE_SLOTS_MAX];
    struct task tasks[PIPELINE_SLOTS_MAX];
};

static uint32_t trunk_id(const struct assembly *a, uint32_t node)
{
    return node == NO_INDEX ? NO_INDEX : a->ids[node];
}

// Gives the samples before a place the leaves that the trunk has for them.
static void take_leaves(struct assembly *a, uint32_t end)
{
    for (; a->place < end; a->place++) {
        uint32_t *leaf = &a->growth->leaf[a->growth->places[a->place].sample];
        if (*leaf != NO_INDEX)
            *leaf = a->ids[*leaf & ~STACK_CUT] | (*leaf & STACK_CUT);
    }
}

static void take_trunk(struct assembly *a, uint32_t end)
{
    for (; a->n_taken < end; a->n_taken++) {
        a->ids[a->n_taken] = (uint32_t)a->nodes.n;
        struct stack_node node = a->trunk.nodes.at[a->n_taken];
        node.parent = trunk_id(a, node.parent);
        *vec_push(a->arena, &a->nodes) = node;
    }
}

static void take_task(void *context, unsigned slot)
{
    struct assembly *a = context;
    struct grower *w = &a->slots[slot];
    const struct task *task = &a->tasks[slot];
    take_trunk(a, task->at);
    take_leaves(a, task->group.first);
    uint32_t above = trunk_id(a, task->group.parent), base = (uint32_t)a->nodes.n;
    vec_room(a->arena, &a->nodes, w->nodes.n);
    for (size_t i = 0; i < w->nodes.n; i++) {
        struct stack_node node = w->nodes.at[i];
        node.parent = node.parent == NO_INDEX ? above : base + node.parent;
        *vec_push(a->arena, &a->nodes) = node;
    }
    for (; a->place < task->group.end; a->place++)
        a->growth->leaf[a->growth->places[a->place].sample] += base;
    w->nodes.n = 0;
}

// Tasks have much the same share of the samples.
static uint32_t most_each(const struct assembly *a)
{
    enum { LEAST = 4096 };
    uint32_t most = a->growth->options.most;
    return most ? most / (uint32_t)a->trunk.tasks.n + LEAST : NODES_MAX;
}

static void do_task(void *context, unsigned slot)
{
    struct assembly *a = context;
    struct grower *w = &a->slots[slot];
    struct group group = a->tasks[slot].group;
    if (!w->growth)
        grower_init(w, a->growth, a->trunk.defer_below, 0, most_each(a));
    group.parent = NO_INDEX;
    grow(w, group);
}

static void assemble(struct assembly *a)
{
    const struct job *job = a->growth->t->job;
    struct pipeline *p = pipeline_new(&(struct pipeline_calls){do_task, take_task, a}, job);
    a->ids = arena_alloc(&a->trunk.arena, a->trunk.nodes.n * sizeof *a->ids);
    for (size_t i = 0; i < a->trunk.tasks.n && !job_stopped(job); i++) {
        a->tasks[pipeline_next(p)] = a->trunk.tasks.at[i];
        pipeline_push(p);
    }
    pipeline_drain(p);
    pipeline_free(p);
    take_trunk(a, (uint32_t)a->trunk.nodes.n);
    take_leaves(a, a->s->n_samples);
    for (unsigned i = 0; i < PIPELINE_SLOTS_MAX; i++) {
        forget_room(&a->slots[i]);
        arena_release(&a->slots[i].arena);
    }
    arena_release(&a->trunk.arena);
}

static void begin_places(struct growth *w, struct stacks *s)
{
    const struct profile *p = w->p;
    const struct stack_options *o = &w->options;
    uint32_t most = o->at ? o->n_at : p->n_samples;
    w->places = xmalloc(xmul(most, sizeof *w->places));
    if (p->n_samples)
        memset(w->leaf, 0xff, p->n_samples * sizeof *w->leaf);
    if (most && o->at)
        memcpy(w->places, o->at, most * sizeof *w->places);
    s->n_samples = o->at ? most : 0;
    for (uint32_t i = 0; !o->at && i < most; i++)
        if (!o->counted || o->counted[i])
            w->places[s->n_samples++] = stack_begin(p, w->t, i, o->up);
}

// Small enough for all threads to have work until the end, and for few nodes to be held twice.
static uint32_t task_size(uint32_t n_samples)
{
    enum { LEAST = 2000, TASKS = 64 };
    return n_samples / TASKS < LEAST ? LEAST : n_samples / TASKS;
}

void stacks_build(struct stacks *s, const struct profile *p, const struct node_table *t,
                  const struct stack_options *options, struct arena *arena)
{
    *s = (struct stacks){.leaf = arena_alloc(arena, p->n_samples * sizeof *s->leaf)};
    struct growth growth = {p, t, *options, NULL, s->leaf};
    struct assembly *a = xcalloc(1, sizeof *a);
    *a = (struct assembly){.growth = &growth, .s = s, .arena = arena};
    begin_places(&growth, s);
    grower_init(&a->trunk, &growth, s->n_samples, task_size(s->n_samples),
                options->most ? options->most : NODES_MAX);
    grow(&a->trunk, (struct group){0, s->n_samples, NO_INDEX, NO_INDEX, false, 0});
    forget_room(&a->trunk);
    assemble(a);
    s->nodes = a->nodes.at;
    s->n = (uint32_t)a->nodes.n;
    s->samples = arena_alloc(arena, s->n_samples * sizeof *s->samples);
    for (uint32_t i = 0; i < s->n_samples; i++)
        s->samples[i] = growth.places[i].sample;
    free(growth.places);
    free(a);
}

void stacks_link(struct stacks *s, struct arena *arena)
{
    s->next = arena_alloc(arena, s->n * sizeof *s->next);
    for (uint32_t i = 0; i < s->n; i++)
        s->next[i] = i + 1;
    for (uint32_t i = s->n; i-- > 0;) {
        uint32_t parent = s->nodes[i].parent;
        if (parent != NO_INDEX && s->next[parent] < s->next[i])
            s->next[parent] = s->next[i];
    }
}
