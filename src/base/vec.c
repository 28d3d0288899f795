// SPDX-License-Identifier: Apache-2.0
#include "base/vec.h"

#include "base/xalloc.h"

enum { STEP_MAX = 1 << 19 }; // a large block of an arena has room after it

void *vec_grown(struct arena *a, void *at, size_t size, size_t need, size_t *cap)
{
    size_t old = *cap;
    size_t step = old / 2 + 8;
    size_t grown = old + (step * size < STEP_MAX ? step : STEP_MAX / size);
    *cap = grown < need ? need : grown;
    return arena_grow(a, at, old * size, xmul(*cap, size));
}
