// SPDX-License-Identifier: Apache-2.0
#include "format/put.h"

#include "base/utf8.h"

static bool is_plain(struct span text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.at[i] < 0x20 || (unsigned char)text.at[i] >= 0x7f)
            return false;
    return true;
}

static void put_visible(struct sink *out, struct span text, uint32_t kept)
{
    while (text.n) {
        uint32_t point;
        size_t n = utf8_next(text, &point);
        bool control = point < 0x20 || (point >= 0x7f && point < 0xa0);
        if (point == UTF8_BAD)
            sink_printf(out, "\\x%02x", (unsigned char)*text.at);
        else if (control && point != kept)
            sink_printf(out, "\\x%02x", (unsigned)point);
        else
            sink_write(out, span_upto(text, n));
        text = span_from(text, n);
    }
}

void put_text_for(const struct sink *reader, struct sink *out, struct span text)
{
    if (!sink_style(reader)->visible || is_plain(text))
        sink_write(out, text);
    else
        put_visible(out, text, UTF8_BAD);
}

void put_text(struct sink *out, struct span text)
{
    put_text_for(out, out, text);
}

void put_text_line(struct sink *out, struct span text)
{
    if (!sink_style(out)->visible || is_plain(text))
        sink_write(out, text);
    else
        put_visible(out, text, '\t');
}

void put_right(struct sink *out, struct span text, size_t width)
{
    size_t used = text.n >= width && is_plain(text) ? width : utf8_count(text);
    if (used < width)
        sink_fill(out, ' ', width - used);
    put_text(out, text);
}

void put_value(struct sink *out, const struct value_format *f, int64_t value, size_t width)
{
    char text[UNIT_LABEL_MAX];
    put_right(out, (struct span){text, value_print(text, f, value)}, width);
}

void put_percent(struct sink *out, int64_t value, int64_t total)
{
    char text[PERCENT_MAX];
    sink_write(out, (struct span){text, unit_percent(text, value, total)});
}

void put_number(struct sink *out, int64_t value, size_t width)
{
    char text[1 + NUM_DIGITS_MAX];
    size_t n = num_signed(text, value);
    if (n < width)
        sink_fill(out, ' ', width - n);
    sink_write(out, (struct span){text, n});
}

void put_unsigned(struct sink *out, uint64_t value)
{
    char text[NUM_DIGITS_MAX];
    sink_write(out, (struct span){text, num_digits(text, value)});
}

void put_hex(struct sink *out, uint64_t value)
{
    char text[2 + 16];
    size_t at = sizeof text;
    do {
        text[--at] = "0123456789abcdef"[value % 16];
        value /= 16;
    } while (value);
    text[--at] = 'x';
    text[--at] = '0';
    sink_write(out, span_from((struct span){text, sizeof text}, at));
}

void put_lines(struct sink *out, const label_lines *lines)
{
    for (size_t i = 0; i < lines->n; i++) {
        put_text(out, lines->at[i]);
        sink_putc(out, '\n');
    }
}

void put_measure(struct sink *out, int64_t value, struct span unit)
{
    char text[UNIT_LABEL_MAX];
    struct unit_conv conv = unit_conv_of(unit, SPAN("auto"));
    put_text(out, (struct span){text, unit_format(text, &conv, value)});
}
