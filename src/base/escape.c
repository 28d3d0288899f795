// SPDX-License-Identifier: Apache-2.0
#include "base/escape.h"

#include "base/utf8.h"

const struct escape_rules escape_terminal = {"", "", true, true, true};
const struct escape_rules escape_message = {"", "", false, true, true};
const struct escape_rules escape_file = {"", "", false, true, true};

bool escape_is_plain(struct span text)
{
    bool other = false; // no early end: so it takes many bytes at once
    for (size_t i = 0; i < text.n; i++)
        other |= (unsigned char)text.at[i] < 0x20 || (unsigned char)text.at[i] >= 0x7f;
    return !other;
}

bool escape_is_control(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point < 0xa0);
}

bool escape_is_layout(uint32_t point)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {{0xad, 0xad},     {0x61c, 0x61c},     {0x180e, 0x180e},   {0x200b, 0x200b},
                  {0x200e, 0x200f}, {0x2028, 0x202e},   {0x2060, 0x206f},   {0xfeff, 0xfeff},
                  {0xfff9, 0xfffb}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe007f}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (point >= ranges[i].first && point <= ranges[i].last)
            return true;
    return false;
}

static bool is_one_of(const char *set, uint32_t point)
{
    return point && point < 0x80 && strchr(set, (int)point);
}

static void add_one(struct buf *out, struct span one, uint32_t point,
                    const struct escape_rules *rules)
{
    bool control = point != UTF8_BAD && escape_is_control(point) && !is_one_of(rules->kept, point);
    bool in_xml = rules->controls || (point != 0xfffe && point != 0xffff);
    if (point == UTF8_BAD && rules->bytes)
        buf_printf(out, "\\x%02x", (unsigned char)*one.at);
    else if (control && rules->controls)
        buf_printf(out, "\\x%02x", (unsigned)point);
    else if (point == UTF8_BAD || control || !in_xml)
        buf_add(out, SPAN("\xef\xbf\xbd"));
    else if (rules->layout && escape_is_layout(point))
        buf_printf(out, point > 0xffff ? "\\U%08x" : "\\u%04x", (unsigned)point);
    else if (is_one_of(rules->struck, point))
        buf_printf(out, "\\%c", (char)point);
    else
        buf_add(out, one);
}

void escape_add(struct buf *out, struct span text, const struct escape_rules *rules)
{
    if (!*rules->struck && escape_is_plain(text)) {
        buf_add(out, text);
        return;
    }
    while (text.n) {
        uint32_t point;
        size_t n = utf8_next(text, &point);
        add_one(out, span_upto(text, n), point, rules);
        text = span_from(text, n);
    }
}
