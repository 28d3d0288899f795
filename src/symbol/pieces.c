// SPDX-License-Identifier: Apache-2.0
#include "symbol/pieces.h"

#include <stdlib.h>

static int cmp_pieces(const void *a, const void *b)
{
    const struct piece *x = a, *y = b;
    if (x->low != y->low)
        return x->low < y->low ? -1 : 1;
    return (x->of > y->of) - (x->of < y->of);
}

void pieces_sort(struct pieces *p)
{
    if (p->all.n)
        qsort(p->all.at, p->all.n, sizeof *p->all.at, cmp_pieces);
    uint64_t reach = 0;
    for (size_t i = 0; i < p->all.n; i++) {
        reach = p->all.at[i].high > reach ? p->all.at[i].high : reach;
        p->all.at[i].reach = reach;
    }
}

size_t pieces_upto(const struct pieces *p, uint64_t address)
{
    size_t low = 0, high = p->all.n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (p->all.at[middle].low <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
