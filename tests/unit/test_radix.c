// SPDX-License-Identifier: Apache-2.0
#include "base/radix.h"

#include "check.h"

static uint64_t drawn(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 16;
}

// Whether items are in order, equal ones by their index.
static bool in_order(const struct radix_item *items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const struct radix_item *a = &items[i - 1], *b = &items[i];
        if (a->high != b->high ? a->high > b->high
                               : (a->low != b->low ? a->low > b->low : a->index >= b->index))
            return false;
    }
    return true;
}

static void radix_orders_and_keeps(void)
{
    static const uint64_t masks[][2] = {{0, 0},       {0xff, 0},        {0, 0xff},
                                        {0xf00, 0xf}, {0xff, 7u << 30}, {UINT64_MAX, UINT64_MAX}};
    enum { N = 1000 };
    static struct radix_item items[N], spare[N];
    uint64_t state = 1;
    for (size_t m = 0; m < sizeof masks / sizeof *masks; m++) {
        check_about("masks %zu", m);
        for (uint32_t i = 0; i < N; i++)
            items[i] = (struct radix_item){drawn(&state) & masks[m][0],
                                           drawn(&state) << 40 & masks[m][1], i};
        radix_sort(items, spare, N);
        CHECK(in_order(items, N));
    }
}

static void radix_few(void)
{
    struct radix_item items[2] = {{1, 0, 0}, {0, UINT64_MAX, 1}}, spare[2];
    radix_sort(items, spare, 0);
    radix_sort(items, spare, 1);
    CHECK_INT(items[0].index, 0);
    radix_sort(items, spare, 2);
    CHECK_INT(items[0].index, 1);
    CHECK_INT(items[1].index, 0);
}

CHECK_MAIN(CASE(radix_orders_and_keeps), CASE(radix_few))
