// SPDX-License-Identifier: Apache-2.0
#include "format/flamelayout.h"

#include "report/flame.h"

struct extent {
    int64_t at, next; // where it begins, and where its next child does; in widths
    uint32_t x, width;
};

static uint32_t column_of(const struct flame_layout *l, int64_t at, int64_t whole)
{
    double share = whole > 0 ? (double)at / (double)whole : 0;
    return (uint32_t)(share * l->columns + 1e-9);
}

// Frames on the path to the view are as wide as it is.
static void place(const struct flame_layout *l, struct extent *extents, uint32_t i)
{
    const struct flame_frame *frames = l->tree->frames;
    int64_t whole = frames[l->tree->view].width;
    if (i <= l->tree->view) {
        extents[i] = (struct extent){0, 0, 0, l->columns};
        return;
    }
    struct extent *above = &extents[frames[i].parent];
    int64_t at = above->next, end = at + frames[i].width;
    uint32_t x = column_of(l, at, whole), to = column_of(l, end, whole);
    bool heaviest = i == frames[i].parent + 1 && above->width > 0;
    if (heaviest && to <= x)
        to = x + 1;
    above->next = end;
    extents[i] = (struct extent){at, at, x, to > x ? to - x : 0};
}

// Where the cells of each row begin.
static void count_rows(struct flame_layout *l, const struct extent *extents, struct arena *arena)
{
    const struct flame_tree *t = l->tree;
    for (uint32_t i = 0; i < t->n; i++)
        if (t->frames[i].depth >= l->n_rows)
            l->n_rows = t->frames[i].depth + 1;
    l->first = arena_zalloc(arena, l->n_rows + 2ul, sizeof *l->first);
    for (uint32_t i = 0; i < t->n; i++)
        l->first[t->frames[i].depth + 1] += extents[i].width > 0;
    for (uint32_t i = 0; i < l->n_rows; i++)
        l->first[i + 1] += l->first[i];
}

void flame_layout_init(struct flame_layout *l, const struct flame_tree *tree, uint32_t columns,
                       struct arena *arena)
{
    *l = (struct flame_layout){.tree = tree, .columns = columns};
    struct extent *extents = arena_alloc(arena, tree->n * sizeof *extents);
    for (uint32_t i = 0; i < tree->n; i++)
        place(l, extents, i);
    count_rows(l, extents, arena);
    l->cells = arena_alloc(arena, l->first[l->n_rows] * sizeof *l->cells);
    uint32_t *next = arena_copy(arena, l->first, l->n_rows + 1ul, sizeof *next);
    for (uint32_t i = 0; i < tree->n; i++) {
        uint32_t row = tree->frames[i].depth, at = next[row];
        struct extent e = extents[i];
        const struct flame_cell *before = at > l->first[row] ? &l->cells[at - 1] : NULL;
        uint32_t free = before ? before->x + before->width : 0;
        uint32_t end = e.x + e.width;
        if (!e.width)
            continue;
        e.x = e.x < free ? free : e.x;
        l->cells[next[row]++] = (struct flame_cell){i, e.x, end > e.x ? end - e.x : 0};
    }
    // Cells that the heaviest path has pushed out of their place are gone.
    uint32_t n = 0;
    for (uint32_t row = 0; row < l->n_rows; row++) {
        uint32_t from = l->first[row], end = l->first[row + 1];
        l->first[row] = n;
        for (uint32_t i = from; i < end; i++)
            if (l->cells[i].width)
                l->cells[n++] = l->cells[i];
    }
    l->first[l->n_rows] = n;
}

const struct flame_cell *flame_cell_of(const struct flame_layout *l, uint32_t frame)
{
    uint32_t row = l->tree->frames[frame].depth;
    for (uint32_t i = l->first[row]; i < l->first[row + 1]; i++)
        if (l->cells[i].frame == frame)
            return &l->cells[i];
    return NULL;
}
