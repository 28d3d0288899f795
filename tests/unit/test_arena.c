// SPDX-License-Identifier: Apache-2.0
#include "base/arena.h"

#include "base/vec.h"
#include "check.h"

static bool is_filled(const unsigned char *at, unsigned char with, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (at[i] != with)
            return false;
    return true;
}

static void pieces_do_not_overlap(void)
{
    static const size_t sizes[] = {0, 1, 15, 16, 17, 4000, 9000, 65535, 65536, 300000};
    enum { N = sizeof sizes / sizeof sizes[0] };
    unsigned char *pieces[N];
    struct arena a = {0};
    for (size_t i = 0; i < N; i++) {
        pieces[i] = arena_alloc(&a, sizes[i]);
        memset(pieces[i], (int)i + 1, sizes[i]);
    }
    for (size_t i = 0; i < N; i++) {
        check_about("%zu bytes", sizes[i]);
        CHECK_INT((intptr_t)pieces[i] % 16, 0);
        CHECK(is_filled(pieces[i], (unsigned char)(i + 1), sizes[i]));
    }
    arena_release(&a);
    CHECK(!a.chunks && !a.blocks);
}

static void zalloc_clears(void)
{
    struct arena a = {0};
    memset(arena_alloc(&a, 4096), 0xaa, 4096);
    arena_clear(&a);
    CHECK(is_filled(arena_zalloc(&a, 64, 64), 0, 4096));
    CHECK(arena_zalloc(&a, 0, 8) != NULL);
    arena_release(&a);
}

static void clear_uses_memory_again(void)
{
    struct arena a = {0};
    void *first = arena_alloc(&a, 100);
    arena_alloc(&a, 1 << 20);
    arena_clear(&a);
    CHECK(arena_alloc(&a, 100) == first);
    CHECK(!a.blocks);
    arena_release(&a);
}

static void grow_keeps_content(void)
{
    static const size_t sizes[] = {10, 100, 65000, 66000, 1 << 20, 3 << 20};
    struct arena a = {0};
    unsigned char *at = NULL;
    size_t size = 0;
    arena_alloc(&a, 100000); // neighbours of the block that moves
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        at = arena_grow(&a, at, size, sizes[i]);
        CHECK(is_filled(at, 7, size));
        memset(at, 7, sizes[i]);
        size = sizes[i];
        arena_alloc(&a, 100000);
    }
    arena_release(&a);
}

static void texts_are_copied(void)
{
    struct arena a = {0};
    char text[] = "text";
    struct span copy = arena_span(&a, span_of(text));
    char *cstr = arena_cstr(&a, (struct span){text, 2});
    text[0] = 'n';
    CHECK_SPAN(copy, SPAN("text"));
    CHECK_STR(cstr, "te");
    CHECK_STR(arena_cstr(&a, (struct span){0}), "");
    CHECK_STR(arena_printf(&a, "%s-%d", "n", 5), "n-5");
    CHECK_INT((int64_t)strlen(arena_printf(&a, "%*d", 70000, 5)), 70000);
    arena_release(&a);
}

static void vectors_grow(void)
{
    struct arena a = {0};
    VEC(uint32_t) v = {0};
    for (uint32_t i = 0; i < 100000; i++)
        *vec_push(&a, &v) = i;
    CHECK_INT((int64_t)v.n, 100000);
    bool kept = true;
    for (uint32_t i = 0; i < v.n; i++)
        kept = kept && v.at[i] == i;
    CHECK(kept);
    vec_room(&a, &v, 50000);
    CHECK(v.cap >= 150000 && v.n == 100000);
    CHECK_INT(v.at[99999], 99999);
    arena_release(&a);
}

CHECK_MAIN(CASE(pieces_do_not_overlap), CASE(zalloc_clears), CASE(clear_uses_memory_again),
           CASE(grow_keeps_content), CASE(texts_are_copied), CASE(vectors_grow))
