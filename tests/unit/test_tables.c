// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"
#include "base/idmap.h"
#include "base/strtab.h"

#include "check.h"

static void hashes_depend_on_all_bytes(void)
{
    static const char text[] = "abcdefghijklmnopqrstuvwxyz";
    CHECK(hash_bytes(text, 26) == hash_bytes("abcdefghijklmnopqrstuvwxyz", 26));
    for (size_t n = 0; n < 26; n++) {
        char other[sizeof text];
        memcpy(other, text, sizeof text);
        other[n] = '!';
        check_about("byte %zu", n);
        CHECK(hash_bytes(text, 26) != hash_bytes(other, 26));
        CHECK(hash_bytes(text, n) != hash_bytes(text, n + 1));
    }
    CHECK(hash_bytes("\0", 1) != hash_bytes("", 0));
    CHECK(hash_u64(1) != hash_u64(2));
}

static bool same_number(const void *context, uint32_t entry, const void *key)
{
    return ((const uint64_t *)context)[entry] == *(const uint64_t *)key;
}

// The same hash for all keys of one remainder: entries are told apart by their keys alone.
static void colliding_entries_are_found(void)
{
    enum { N = 2000 };
    static uint64_t keys[N];
    struct hash_index h = {0};
    uint64_t absent = N;
    CHECK(hash_find(&h, 0, same_number, keys, &absent) == HASH_NONE);
    for (uint32_t i = 0; i < N; i++) {
        keys[i] = i;
        hash_add(&h, hash_u64(i % 7), i);
    }
    bool found = true;
    for (uint64_t i = 0; i < N; i++)
        found = found && hash_find(&h, hash_u64(i % 7), same_number, keys, &i) == i;
    CHECK(found);
    CHECK(hash_find(&h, hash_u64(3), same_number, keys, &absent) == HASH_NONE);
    hash_release(&h);
    CHECK(!h.slots && !h.n);
}

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

static void strings_are_kept_once(void)
{
    struct arena a = {0};
    struct strtab t;
    strtab_init(&t, &a, NULL);
    CHECK_INT(strtab_add(&t, SPAN("")), 0);
    char text[] = "main.main";
    str_id id = strtab_add(&t, span_of(text));
    text[0] = 'M';
    CHECK_INT(strtab_add(&t, SPAN("main.main")), id);
    CHECK_INT(strtab_find(&t, SPAN("main.main")), id);
    CHECK_SPAN(strtab_get(&t, id), SPAN("main.main"));
    CHECK(strtab_add(&t, SPAN("main.main\0")) != id);
    CHECK(strtab_find(&t, SPAN("absent")) == HASH_NONE);
    CHECK_INT(strtab_count(&t), 3);
    CHECK(strtab_get(&t, strtab_add_borrowed(&t, span_of(text))).at == text);
    strtab_release(&t);
    arena_release(&a);
}

static void tables_stand_on_others(void)
{
    struct arena a = {0};
    struct strtab lower, upper;
    strtab_init(&lower, &a, NULL);
    str_id one = strtab_add(&lower, SPAN("one"));
    strtab_init(&upper, &a, &lower);
    CHECK_INT(strtab_add(&upper, SPAN("one")), one);
    CHECK_INT(strtab_add(&upper, SPAN("")), 0);
    str_id two = strtab_add(&upper, SPAN("two"));
    CHECK_INT(two, strtab_count(&lower));
    CHECK_SPAN(strtab_get(&upper, two), SPAN("two"));
    CHECK_SPAN(strtab_get(&upper, one), SPAN("one"));
    CHECK_INT(strtab_count(&upper), 3);
    CHECK(strtab_find(&lower, SPAN("two")) == HASH_NONE);
    CHECK_INT(strtab_count(&lower), 2);
    strtab_release(&upper);
    strtab_release(&lower);
    arena_release(&a);
}

static void all_strings_are_found_at_once(void)
{
    enum { N = 500 };
    struct arena a = {0};
    struct strtab known, asked;
    str_id ids[N];
    strtab_init(&known, &a, NULL);
    strtab_init(&asked, &a, NULL);
    for (int i = 1; i < N; i++) {
        struct span text = span_of(arena_printf(&a, "function %d", i * 7 % N));
        strtab_add(&asked, text);
        if (i % 3)
            strtab_add(&known, text);
    }
    CHECK_INT(strtab_count(&asked), N);
    strtab_find_all(&known, &asked, ids);
    for (str_id i = 0; i < N; i++) {
        check_about("%u", i);
        CHECK(ids[i] == strtab_find(&known, strtab_get(&asked, i)));
        CHECK((ids[i] == HASH_NONE) == (i && i % 3 == 0));
    }
    strtab_release(&known);
    strtab_release(&asked);
    arena_release(&a);
}

CHECK_MAIN(CASE(hashes_depend_on_all_bytes), CASE(colliding_entries_are_found),
           CASE(ids_dense_and_sparse), CASE(ids_many_sparse), CASE(strings_are_kept_once),
           CASE(tables_stand_on_others), CASE(all_strings_are_found_at_once))
