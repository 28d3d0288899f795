// SPDX-License-Identifier: Apache-2.0
#include "format/inert.h"

#include "base/utf8.h"

static bool is_plain(struct span text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.at[i] < 0x20 || (unsigned char)text.at[i] >= 0x7f)
            return false;
    return true;
}

static bool is_control(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point < 0xa0);
}

// Marks and overrides of direction, and the ends of lines and paragraphs.
static bool is_layout(uint32_t point)
{
    return point == 0x61c || point == 0x200e || point == 0x200f ||
           (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
}

void inert_add(struct buf *out, struct span text, const char *kept)
{
    if (is_plain(text)) {
        buf_add(out, text);
        return;
    }
    for (size_t i = 0; i < text.n;) {
        uint32_t point;
        struct span one = span_from(text, i);
        one = span_upto(one, utf8_next(one, &point));
        if (point == UTF8_BAD)
            buf_add(out, SPAN("\xef\xbf\xbd"));
        else if (is_control(point) && !(point && point < 0x80 && strchr(kept, (int)point)))
            buf_printf(out, "\\x%02x", (unsigned)point);
        else if (is_layout(point))
            buf_printf(out, "\\u%04x", (unsigned)point);
        else
            buf_add(out, one);
        i += one.n;
    }
}
