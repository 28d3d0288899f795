// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"

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

CHECK_MAIN(CASE(hashes_depend_on_all_bytes), CASE(colliding_entries_are_found))
