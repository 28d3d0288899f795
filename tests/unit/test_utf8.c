// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

#include "check.h"

static void points_are_read(void)
{
    static const struct {
        struct span bytes;
        uint32_t point;
    } rows[] = {
        {SPAN("a"), 'a'},
        {SPAN("\0"), 0},
        {SPAN("\x7f"), 0x7f},
        {SPAN("\xc2\x80"), 0x80},
        {SPAN("\xdf\xbf"), 0x7ff},
        {SPAN("\xe0\xa0\x80"), 0x800},
        {SPAN("\xed\x9f\xbf"), 0xd7ff},
        {SPAN("\xee\x80\x80"), 0xe000},
        {SPAN("\xef\xbf\xbf"), 0xffff},
        {SPAN("\xf0\x90\x80\x80"), 0x10000},
        {SPAN("\xf4\x8f\xbf\xbf"), 0x10ffff},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t point;
        check_about("U+%04X", (unsigned)rows[i].point);
        CHECK_INT((int64_t)utf8_next(rows[i].bytes, &point), (int64_t)rows[i].bytes.n);
        CHECK_INT(point, rows[i].point);
        CHECK(utf8_valid(rows[i].bytes));
    }
}

static void bad_bytes_stand_alone(void)
{
    static const struct span rows[] = {
        SPAN("\x80"),             // a continuation
        SPAN("\xbf"),             // another
        SPAN("\xc0\x80"),         // too long for NUL
        SPAN("\xc1\xbf"),         // too long for DEL
        SPAN("\xc3"),             // cut
        SPAN("\xc3x"),            // no continuation
        SPAN("\xe0\x9f\xbf"),     // too long
        SPAN("\xe2\x82"),         // cut
        SPAN("\xed\xa0\x80"),     // a surrogate
        SPAN("\xed\xbf\xbf"),     // another
        SPAN("\xf0\x8f\xbf\xbf"), // too long
        SPAN("\xf0\x9f\x98"),     // cut
        SPAN("\xf4\x90\x80\x80"), // beyond U+10FFFF
        SPAN("\xf5\x80\x80\x80"), // beyond
        SPAN("\xff"),
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t point;
        check_about("row %zu", i);
        CHECK_INT((int64_t)utf8_next(rows[i], &point), 1);
        CHECK(point == UTF8_BAD);
        CHECK(!utf8_valid(rows[i]));
    }
}

static void validity_is_of_the_whole(void)
{
    CHECK(utf8_valid((struct span){0}));
    CHECK(utf8_valid(SPAN("0123456789abcdef gr\xc3\xbc\xc3\x9f"
                          "e")));
    // A bad byte is found wherever it stands.
    for (size_t at = 0; at < 20; at++) {
        char text[20];
        memset(text, 'a', sizeof text);
        text[at] = '\xff';
        check_about("a bad byte at %zu", at);
        CHECK(!utf8_valid((struct span){text, sizeof text}));
    }
}

static void bad_bytes_are_replaced(void)
{
    struct buf b = {0};
    utf8_add_valid(&b, SPAN("a\xff\xc3\xbc\xe2\x82z\xc3"));
    CHECK_SPAN(buf_span(&b), SPAN("a\xef\xbf\xbd\xc3\xbc\xef\xbf\xbd\xef\xbf\xbdz\xef\xbf\xbd"));
    CHECK(utf8_valid(buf_span(&b)));
    buf_release(&b);
}

CHECK_MAIN(CASE(points_are_read), CASE(bad_bytes_stand_alone), CASE(validity_is_of_the_whole),
           CASE(bad_bytes_are_replaced))
