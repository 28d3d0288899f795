// SPDX-License-Identifier: Apache-2.0
#include "base/vec.h"

#include "base/xalloc.h"

void *vec_grown(struct arena *a, void *at, size_t size, size_t need, size_t *cap)
{
    size_t old = *cap;
    size_t grown = old + old / 2 + 8;
    *cap = grown < need ? need : grown;
    return arena_grow(a, at, old * size, xmul(*cap, size));
}
