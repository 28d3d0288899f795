// SPDX-License-Identifier: Apache-2.0
#include "base/radix.h"

#include <string.h>

enum { BYTES = 16, VALUES = 256 };

static inline unsigned byte_of(const struct radix_item *item, unsigned byte)
{
    return (byte < 8 ? item->low >> 8 * byte : item->high >> 8 * (byte - 8)) & 0xff;
}

// Moves items to where those with a smaller byte, and those before them, leave room.
static void sort_by_byte(const struct radix_item *from, struct radix_item *to, size_t n,
                         unsigned byte)
{
    size_t at[VALUES] = {0}, first = 0;
    for (size_t i = 0; i < n; i++)
        at[byte_of(&from[i], byte)]++;
    for (unsigned value = 0; value < VALUES; value++) {
        size_t count = at[value];
        at[value] = first;
        first += count;
    }
    for (size_t i = 0; i < n; i++)
        to[at[byte_of(&from[i], byte)]++] = from[i];
}

void radix_sort(struct radix_item *items, struct radix_item *spare, size_t n)
{
    struct radix_item differs = {0}, *from = items, *to = spare;
    for (size_t i = 1; i < n; i++) {
        differs.high |= items[i].high ^ items[0].high;
        differs.low |= items[i].low ^ items[0].low;
    }
    for (unsigned byte = 0; byte < BYTES; byte++) {
        if (byte_of(&differs, byte) == 0)
            continue;
        sort_by_byte(from, to, n, byte);
        struct radix_item *sorted = to;
        to = from;
        from = sorted;
    }
    if (from != items)
        memcpy(items, from, n * sizeof *items);
}
