// SPDX-License-Identifier: Apache-2.0
#include "base/idmap.h"

#include "check.h"

static void ids_dense_and_sparse(void)
{
    static const uint64_t keys[] = {0, 1, 99, 100, 101, 1ull << 32, (1ull << 32) + 1, UINT64_MAX};
    enum { N = sizeof keys / sizeof keys[0] };
    struct idmap m;
    idmap_init(&m, 100);
    for (uint32_t i = 0; i < N; i++) {
        check_about("key %llu", (unsigned long long)keys[i]);
        CHECK(idmap_get(&m, keys[i]) == IDMAP_NONE);
        idmap_add(&m, keys[i], i + 1);
    }
    for (uint32_t i = 0; i < N; i++) {
        check_about("key %llu", (unsigned long long)keys[i]);
        CHECK_INT(idmap_get(&m, keys[i]), i + 1);
    }
    CHECK(idmap_get(&m, 2) == IDMAP_NONE);
    CHECK(idmap_get(&m, 102) == IDMAP_NONE);
    idmap_release(&m);
}

static void ids_many_sparse(void)
{
    struct idmap m;
    idmap_init(&m, 0);
    for (uint32_t i = 0; i < 10000; i++)
        idmap_add(&m, (uint64_t)i << 32, i);
    bool found = true;
    for (uint32_t i = 0; i < 10000; i++)
        found = found && idmap_get(&m, (uint64_t)i << 32) == i;
    CHECK(found);
    CHECK(idmap_get(&m, 1) == IDMAP_NONE);
    idmap_release(&m);
}

static void ids_in_order(void)
{
    static const uint64_t keys[] = {1, 2, 3, 5, 4, 0, 6, 7};
    enum { N = sizeof keys / sizeof keys[0] };
    for (uint64_t dense = 0; dense <= 6; dense += 3) {
        struct idmap m;
        idmap_init(&m, dense);
        for (uint32_t i = 0; i < N; i++) {
            check_about("key %llu of %llu", (unsigned long long)keys[i], (unsigned long long)dense);
            CHECK(idmap_get(&m, keys[i]) == IDMAP_NONE);
            idmap_add(&m, keys[i], i);
            for (uint32_t j = 0; j <= i; j++)
                CHECK_INT(idmap_get(&m, keys[j]), j);
        }
        CHECK(idmap_get(&m, UINT64_MAX) == IDMAP_NONE);
        idmap_release(&m);
    }
}

CHECK_MAIN(CASE(ids_dense_and_sparse), CASE(ids_many_sparse), CASE(ids_in_order))
