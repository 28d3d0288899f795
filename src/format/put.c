// SPDX-License-Identifier: Apache-2.0
#include "format/put.h"

#include "base/utf8.h"

static void put_escaped(struct sink *out, struct span text, const struct escape_rules *rules)
{
    struct buf shown = {0};
    escape_add(&shown, text, rules);
    sink_write(out, buf_span(&shown));
    buf_release(&shown);
}

void put_text_for(const struct sink *reader, struct sink *out, struct span text)
{
    if (!sink_style(reader)->visible || escape_is_plain(text))
        sink_write(out, text);
    else
        put_escaped(out, text, &escape_terminal);
}

void put_text(struct sink *out, struct span text)
{
    put_text_for(out, out, text);
}

void put_text_line(struct sink *out, struct span text)
{
    struct escape_rules rules = escape_terminal;
    rules.kept = "\t";
    if (!sink_style(out)->visible || escape_is_plain(text))
        sink_write(out, text);
    else
        put_escaped(out, text, &rules);
}

void put_right(struct sink *out, struct span text, size_t width)
{
    size_t used = text.n >= width && escape_is_plain(text) ? width : utf8_count(text);
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

void put_weight_or_dot(struct sink *out, const struct report *r, const struct value_format *f,
                       int64_t value)
{
    if (value)
        put_weight(out, r, f, value, WEIGHT_WIDTH);
    else
        put_right(out, SPAN("."), WEIGHT_WIDTH);
}

void put_routine_sums(struct sink *out, const struct report *r, const struct value_format *f,
                      int64_t flat, int64_t cum)
{
    put_value(out, f, flat, WEIGHT_WIDTH);
    sink_putc(out, ' ');
    put_value(out, f, cum, WEIGHT_WIDTH);
    sink_write(out, SPAN(" (flat, cum) "));
    put_percent(out, cum, r->total);
    sink_write(out, SPAN(" of Total\n"));
}

static struct span reference_of(char c)
{
    switch (c) {
    case '<':
        return SPAN("&lt;");
    case '>':
        return SPAN("&gt;");
    case '&':
        return SPAN("&amp;");
    default:
        return SPAN("&quot;");
    }
}

void put_marked_up(struct sink *out, struct span text, const char *signs,
                   const struct escape_rules *rules)
{
    struct buf plain = {0};
    escape_add(&plain, text, rules);
    for (size_t i = 0; i < plain.n; i++) {
        if (plain.at[i] && strchr(signs, plain.at[i]))
            sink_write(out, reference_of(plain.at[i]));
        else
            sink_putc(out, plain.at[i]);
    }
    buf_release(&plain);
}
