// SPDX-License-Identifier: Apache-2.0
#include "base/strtab.h"

#include "check.h"

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
    strtab_find_all(&known, &asked, 0, ids);
    strtab_find_all(&known, &asked, N / 2, ids);
    for (str_id i = 0; i < N; i++) {
        check_about("%u", i);
        CHECK(ids[i] == strtab_find(&known, strtab_get(&asked, i)));
        CHECK((ids[i] == HASH_NONE) == (i && i % 3 == 0));
    }
    strtab_release(&known);
    strtab_release(&asked);
    arena_release(&a);
}

// How many of the strings are printed, which is with the hash.
static str_id print_of(const char *const *texts, size_t n, bool late, uint64_t *print)
{
    struct arena a = {0};
    struct strtab t;
    struct span spans[8];
    str_id ids[8];
    for (size_t i = 0; i < n; i++)
        spans[i] = span_of(texts[i]);
    strtab_init(&t, &a, NULL);
    if (late)
        strtab_add(&t, SPAN("before"));
    strtab_add_all(&t, spans, n, ids);
    strtab_add(&t, SPAN("after"));
    *print = t.print;
    str_id n_printed = t.n_printed;
    strtab_release(&t);
    arena_release(&a);
    return n_printed;
}

static void the_same_strings_have_the_same_print(void)
{
    static const char *const texts[] = {"", "a", "b", "a"}, *const swapped[] = {"", "b", "a", "a"};
    uint64_t print, other;
    CHECK_INT(print_of(texts, 4, false, &print), 3);
    CHECK_INT(print_of(texts, 4, false, &other), 3);
    CHECK(print == other);
    CHECK_INT(print_of(swapped, 4, false, &other), 3);
    CHECK(print != other);
    CHECK_INT(print_of(texts, 3, false, &other), 3);
    CHECK(print != other); // though the tables are the same
    CHECK_INT(print_of(texts, 4, true, &other), 0);
}

CHECK_MAIN(CASE(strings_are_kept_once), CASE(tables_stand_on_others),
           CASE(all_strings_are_found_at_once), CASE(the_same_strings_have_the_same_print))
