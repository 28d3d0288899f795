// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_VEC_H
#define CPROF_BASE_VEC_H

#include "base/arena.h"

// A growing array in an arena: VEC(struct line) lines = {0}; *vec_push(arena, &lines) = …;
#define VEC(type)      \
    struct {           \
        type *at;      \
        size_t n, cap; \
    }

// Makes room for `more` further elements.
#define vec_room(arena, v, more)                                                                 \
    ((v)->n + (more) <= (v)->cap ? (void)0                                                       \
                                 : (void)((v)->at = vec_grown((arena), (v)->at, sizeof *(v)->at, \
                                                              (v)->n + (more), &(v)->cap)))

// A pointer to one new, uncleared element at the end.
#define vec_push(arena, v) (vec_room((arena), (v), 1), &(v)->at[(v)->n++])

// Makes it one of copies of n elements.
#define vec_copy(arena, v, from, count) \
    ((v)->at = arena_copy((arena), (from), (count), sizeof *(v)->at), (v)->n = (v)->cap = (count))

void *vec_grown(struct arena *a, void *at, size_t size, size_t need, size_t *cap);

#endif
