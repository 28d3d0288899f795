// SPDX-License-Identifier: Apache-2.0
#include "profile/read/scan.h"

struct span scan_trim(struct span s)
{
    scan_space(&s);
    while (s.n && scan_is_space(s.at[s.n - 1]))
        s.n--;
    return s;
}

size_t scan_last(struct span s, char c)
{
    const char *hit = s.n ? memrchr(s.at, c, s.n) : NULL;
    return hit ? (size_t)(hit - s.at) : SPAN_NOT_FOUND;
}

static unsigned digit_of(char c)
{
    if (scan_is_digit(c))
        return (unsigned)(c - '0');
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 99;
}

static bool parse(struct span digits, unsigned base, uint64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < digits.n; i++) {
        unsigned digit = digit_of(digits.at[i]);
        if (digit >= base || __builtin_mul_overflow(*value, base, value) ||
            __builtin_add_overflow(*value, digit, value))
            return false;
    }
    return digits.n > 0;
}

static bool parse_signed(struct span text, bool minus, unsigned base, int64_t *value)
{
    uint64_t n;
    if (!parse(text, base, &n) || n > (uint64_t)INT64_MAX + minus)
        return false;
    *value = (int64_t)(minus ? -n : n);
    return true;
}

bool scan_i64(struct span text, int64_t *value)
{
    bool minus = scan_text(&text, SPAN("-"));
    return parse_signed(text, minus, 10, value);
}

bool scan_hex_u64(struct span digits, uint64_t *value)
{
    return parse(digits, 16, value);
}

bool scan_any_i64(struct span text, int64_t *value)
{
    static const struct {
        struct span prefix;
        unsigned base;
    } bases[] = {
        {SPAN("0x"), 16}, {SPAN("0X"), 16}, {SPAN("0o"), 8},
        {SPAN("0O"), 8},  {SPAN("0b"), 2},  {SPAN("0B"), 2},
    };
    bool minus = scan_text(&text, SPAN("-"));
    if (!minus)
        scan_text(&text, SPAN("+"));
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++)
        if (scan_text(&text, bases[i].prefix))
            return parse_signed(text, minus, bases[i].base, value);
    return parse_signed(text, minus, text.n > 1 && text.at[0] == '0' ? 8 : 10, value);
}

struct span scan_without_offset(struct span name)
{
    size_t plus = scan_last(name, '+');
    if (plus == SPAN_NOT_FOUND || plus == 0)
        return name;
    struct span rest = span_from(name, plus + 1);
    return scan_text(&rest, SPAN("0x")) && scan_hex(&rest, NULL) && rest.n == 0
               ? span_upto(name, plus)
               : name;
}
