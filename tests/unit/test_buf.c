// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"

#include "check.h"

static void adds_in_order(void)
{
    struct buf b = {0};
    buf_fill(&b, 'x', 0);
    buf_add(&b, SPAN("one"));
    buf_addc(&b, ' ');
    buf_fill(&b, '-', 3);
    buf_fill(&b, 'x', 0);
    buf_printf(&b, "%d%s", 42, "!");
    buf_add(&b, (struct span){0});
    CHECK_SPAN(buf_span(&b), SPAN("one ---42!"));
    buf_release(&b);
}

static void grows_and_keeps(void)
{
    struct buf b = {0};
    for (int i = 0; i < 100000; i++)
        buf_addc(&b, (char)('a' + i % 26));
    CHECK_INT((int64_t)b.n, 100000);
    bool kept = true;
    for (int i = 0; i < 100000; i++)
        kept = kept && b.at[i] == (char)('a' + i % 26);
    CHECK(kept);
    buf_release(&b);
}

static void prints_long_texts(void)
{
    struct buf b = {0};
    buf_printf(&b, "%*d", 5000, 7);
    CHECK_INT((int64_t)b.n, 5000);
    CHECK(b.at[0] == ' ' && b.at[4999] == '7');
    buf_release(&b);
}

static void cstr_is_not_counted(void)
{
    struct buf b = {0};
    CHECK_STR(buf_cstr(&b), "");
    buf_add(&b, SPAN("text"));
    CHECK_STR(buf_cstr(&b), "text");
    buf_addc(&b, 's');
    CHECK_SPAN(buf_span(&b), SPAN("texts"));
    buf_release(&b);
}

static void room_is_not_counted(void)
{
    struct buf b = {0};
    memcpy(buf_room(&b, 1000), "ab", 2);
    CHECK_INT((int64_t)b.n, 0);
    b.n = 2;
    CHECK_SPAN(buf_span(&b), SPAN("ab"));
    buf_release(&b);
}

static void clear_and_release(void)
{
    struct buf b = {0};
    buf_add(&b, SPAN("old"));
    buf_clear(&b);
    buf_add(&b, SPAN("new"));
    CHECK_SPAN(buf_span(&b), SPAN("new"));
    buf_release(&b);
    CHECK(b.at == NULL && b.n == 0 && b.cap == 0);
    buf_release(&b);
}

static void spans_compare(void)
{
    CHECK(span_eq(SPAN(""), (struct span){0}));
    CHECK(!span_eq(SPAN("a"), SPAN("ab")));
    CHECK(span_cmp(SPAN("a"), SPAN("b")) < 0);
    CHECK(span_cmp(SPAN("ab"), SPAN("a")) > 0);
    CHECK(span_cmp(SPAN("\xff"), SPAN("a")) > 0);
    CHECK_INT(span_cmp(SPAN("a"), SPAN("a")), 0);
    CHECK(span_starts(SPAN("abc"), SPAN("ab")) && !span_starts(SPAN("a"), SPAN("ab")));
    CHECK(span_ends(SPAN("abc"), SPAN("bc")) && !span_ends(SPAN("c"), SPAN("bc")));
    CHECK(span_starts(SPAN(""), SPAN("")) && span_ends((struct span){0}, SPAN("")));
}

static void spans_find(void)
{
    CHECK_INT((int64_t)span_find(SPAN("a/b/c"), SPAN("/")), 1);
    CHECK_INT((int64_t)span_find(SPAN("abc"), SPAN("")), 0);
    CHECK(span_find(SPAN("abc"), SPAN("abcd")) == SPAN_NOT_FOUND);
    CHECK(span_find((struct span){0}, SPAN("a")) == SPAN_NOT_FOUND);
    CHECK_SPAN(span_from(SPAN("abc"), 1), SPAN("bc"));
    CHECK_SPAN(span_upto(SPAN("abc"), 1), SPAN("a"));
}

CHECK_MAIN(CASE(adds_in_order), CASE(grows_and_keeps), CASE(prints_long_texts),
           CASE(cstr_is_not_counted), CASE(room_is_not_counted), CASE(clear_and_release),
           CASE(spans_compare), CASE(spans_find))
