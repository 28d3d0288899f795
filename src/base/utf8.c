// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

static size_t sequence_length(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return 2;
    if (first >= 0xe0 && first <= 0xef)
        return 3;
    return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

size_t utf8_next(struct span s, uint32_t *point)
{
    static const unsigned char first_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *at = (const unsigned char *)s.at;
    size_t n = sequence_length(at[0]);
    *point = UTF8_BAD;
    if (n == 0 || n > s.n)
        return 1;
    uint32_t value = at[0] & first_bits[n];
    for (size_t i = 1; i < n; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 1;
        value = value << 6 | (at[i] & 0x3f);
    }
    if (value < smallest[n] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return 1;
    *point = value;
    return n;
}

static size_t ascii_prefix(struct span s)
{
    size_t i = 0;
    for (uint64_t word; i + 8 <= s.n; i += 8) {
        memcpy(&word, s.at + i, 8);
        if (word & 0x8080808080808080u)
            break;
    }
    while (i < s.n && (unsigned char)s.at[i] < 0x80)
        i++;
    return i;
}

bool utf8_valid(struct span s)
{
    uint32_t point;
    for (size_t i = ascii_prefix(s); i < s.n;) {
        i += utf8_next(span_from(s, i), &point);
        if (point == UTF8_BAD)
            return false;
    }
    return true;
}

size_t utf8_count(struct span s)
{
    size_t count = 0;
    uint32_t point;
    for (size_t i = 0; i < s.n; count++)
        i += utf8_next(span_from(s, i), &point);
    return count;
}

void utf8_add_valid(struct buf *out, struct span s)
{
    uint32_t point;
    for (size_t i = 0; i < s.n;) {
        size_t n = utf8_next(span_from(s, i), &point);
        buf_add(out, point == UTF8_BAD ? SPAN("\xef\xbf\xbd") : span_upto(span_from(s, i), n));
        i += n;
    }
}
