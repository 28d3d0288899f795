// SPDX-License-Identifier: Apache-2.0
#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "format/table.h"
#include "format/trendtext.h"

enum { SPARK_WIDTH = 30 };
#include "report/gate.h"

enum { MOST = 10 }; // rows that are not folded

// A comment of a pull request has room for some hundred names of this length.
enum { NAME_MAX = 200 };

static size_t skip_characters(struct span text, size_t n)
{
    size_t at = 0;
    uint32_t point;
    while (n-- && at < text.n)
        at += utf8_next(span_from(text, at), &point);
    return at;
}

// What would end a code span, or the cell that it is in, becomes something that looks alike.
static void put_inside(struct sink *out, struct span text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.at[i] == '|')
            sink_write(out, SPAN("¦"));
        else if (text.at[i] == '`')
            sink_putc(out, '\'');
        else
            sink_putc(out, text.at[i]);
    }
}

// A code span: nothing in it is obeyed. Of a long name the middle is left out.
static void put_name(struct sink *out, struct span name)
{
    struct buf escaped = {0};
    escape_add(&escaped, name, &escape_file);
    struct span text = buf_span(&escaped);
    size_t count = utf8_count(text);
    sink_putc(out, '`');
    if (count > NAME_MAX) {
        put_inside(out, span_upto(text, skip_characters(text, NAME_MAX / 2)));
        sink_write(out, SPAN("…"));
        text = span_from(text, skip_characters(text, count - NAME_MAX / 2));
    }
    put_inside(out, text);
    sink_write(out, escaped.n ? SPAN("`") : SPAN(" `"));
    buf_release(&escaped);
}

static bool is_plain(struct span text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!isalnum((unsigned char)text.at[i]) && !(text.at[i] && strchr("+-._", text.at[i])))
            return false;
    return true;
}

// A word that is mostly the program's own. A strange unit or type makes it a name.
static void put_word(struct sink *out, struct span word)
{
    if (is_plain(word))
        sink_write(out, word);
    else
        put_name(out, word);
}

static struct value_format each_in_its_unit(const struct report *r)
{
    return (struct value_format){unit_conv_of(r->options.unit, SPAN("auto")), r->options.ratio};
}

static void put_value_as(struct sink *out, const struct value_format *f, int64_t value, bool sign)
{
    char text[UNIT_LABEL_MAX];
    size_t n = value_print(text, f, value);
    if (sign && value > 0)
        sink_putc(out, '+');
    put_word(out, (struct span){text, n});
}

// How much of the total, without the blanks that line it up elsewhere.
static void put_share(struct sink *out, const char *sign, int64_t value, int64_t total)
{
    char text[PERCENT_MAX];
    if (fabs((double)value) < fabs((double)total) / 10000) {
        sink_write(out, SPAN("less than 0.01%"));
        return;
    }
    sink_write(out, span_of(sign));
    sink_write(out, unit_share(text, value, total));
}

static void put_filters(struct table *t)
{
    if (t->r->overflow)
        sink_write(t->out, SPAN("**Overflow**: sums do not fit 64 bits; what does not is the "
                                "largest or the least number\n\n"));
    const struct report_options *o = &t->r->options;
    for (size_t i = 0; i < o->n_filters; i++) {
        sink_write(t->out, i ? SPAN(", ") : SPAN("Filters: "));
        put_name(t->out, o->filters[i]);
    }
    sink_write(t->out, o->n_filters ? SPAN("\n\n") : SPAN(""));
}

// A gate has a line, and the functions to blame have some below it.
static void put_gates(struct table *t)
{
    if (!t->r->gates)
        return;
    label_lines lines = format_gates(t->r, t->r->gates, true);
    for (size_t i = 0; i < lines.n; i++) {
        struct span line = lines.at[i];
        bool below = span_starts(line, SPAN("  "));
        sink_write(t->out, below ? SPAN("  - ") : SPAN("- "));
        put_name(t->out, below ? span_from(line, 2) : line);
        sink_putc(t->out, '\n');
    }
    sink_putc(t->out, '\n');
}

static void put_noise(struct table *t)
{
    struct value_format values = each_in_its_unit(t->r);
    if (!t->noise)
        return;
    struct span text = span_of(format_noise(t->r, t->noise, &values));
    sink_write(t->out, SPAN("Noise: "));
    if (is_plain(t->r->options.unit))
        sink_write(t->out, text);
    else
        put_name(t->out, text);
    sink_write(t->out, SPAN("\n\n"));
}

static void begin(struct table *t)
{
    struct value_format values = each_in_its_unit(t->r);
    sink_printf(t->out, "**%s** of ", t->document->subject->command);
    put_name(t->out, t->r->options.type);
    sink_write(t->out, SPAN(": "));
    put_value_as(t->out, &values, t->r->total, false);
    sink_write(t->out, SPAN(" in all\n\n"));
    put_gates(t);
    put_filters(t);
    put_noise(t);
    for (size_t i = 0; i < t->n_columns; i++) {
        if (t->columns[i].in_name) // the name says it all
            continue;
        sink_write(t->out, SPAN("| "));
        put_word(t->out, span_of(t->columns[i].name));
        sink_putc(t->out, ' ');
    }
    sink_write(t->out, SPAN("|\n"));
    for (size_t i = 0; i < t->n_columns; i++)
        if (!t->columns[i].in_name)
            sink_write(t->out, t->columns[i].is_value ? SPAN("| ---: ") : SPAN("| --- "));
    sink_write(t->out, SPAN("|\n"));
}

static void put_label(struct table *t, const struct label *l)
{
    const struct profile *p = t->r->profile;
    struct buf text = {0};
    buf_add(&text, profile_str(p, l->key));
    buf_addc(&text, '=');
    if (label_is_number(l))
        buf_printf(&text, "%" PRId64 SPAN_FMT, l->num,
                   SPAN_ARG(label_unit(p, t->r->options.tag_units, l)));
    else
        buf_add(&text, profile_str(p, l->value));
    put_name(t->out, buf_span(&text));
    buf_release(&text);
}

// In a comparison a share of the total says little.
static void put_weight_of(struct table *t, const struct value_format *values, int64_t value)
{
    put_value_as(t->out, values, value, t->r->options.comparison);
    if (t->r->options.comparison || value == 0 || t->r->total <= 0 || t->r->options.all_types)
        return;
    sink_write(t->out, SPAN(" ("));
    put_share(t->out, "", value, t->r->total);
    sink_putc(t->out, ')');
}

// Two are the ends of an interval, more are a picture.
static void put_reals(struct table *t, const struct value_format *values, const struct cell *c)
{
    struct buf spark = {0};
    if (c->n == 2) {
        put_value_as(t->out, values, i64_cut(round(c->reals[0])), true);
        sink_write(t->out, SPAN(" to "));
        put_value_as(t->out, values, i64_cut(round(c->reals[1])), true);
        return;
    }
    trend_add_sparkline(&spark, c->reals, (uint32_t)c->n, SPARK_WIDTH);
    sink_write(t->out, buf_span(&spark));
    buf_release(&spark);
}

static void put_cell(struct table *t, size_t column, const struct cell *c)
{
    struct value_format values = {unit_conv_of(t->columns[column].unit, SPAN("auto")),
                                  t->r->options.ratio};
    if (c->kind == CELL_TEXT)
        put_name(t->out, c->text);
    else if (c->kind == CELL_NUMBER && !t->columns[column].is_value)
        sink_printf(t->out, "%" PRId64, c->number);
    else if (c->kind == CELL_ERROR)
        put_value_as(t->out, &values, i64_cut(round(c->error)), false);
    else if (c->kind == CELL_NUMBER)
        put_weight_of(t, &values, c->number);
    else if (c->kind == CELL_REAL && t->columns[column].is_value)
        put_value_as(t->out, &values, i64_cut(round(c->error)), false);
    else if (c->kind == CELL_REAL)
        sink_printf(t->out, "%.3g", c->error);
    else if (c->kind == CELL_REALS)
        put_reals(t, &values, c);
    for (size_t i = 0; c->kind != CELL_REALS && i < c->n; i++) {
        sink_write(t->out, i ? SPAN("<br>") : SPAN(""));
        if (c->kind == CELL_FRAMES)
            put_name(t->out, node_name(t->nodes, c->frames[i].node));
        else
            put_label(t, &c->labels[i]);
    }
}

static void row(struct table *t, const struct cell *cells)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        if (t->columns[i].in_name) // the name says it all
            continue;
        sink_write(t->out, SPAN("| "));
        put_cell(t, i, &cells[i]);
        sink_putc(t->out, ' ');
    }
    sink_write(t->out, SPAN("|\n"));
}

static void end(struct table *t)
{
    (void)t;
}

// "+12.40MB (+8.10%)", or that there was nothing before, or that nothing is left.
static void put_change(struct table *t, int64_t before, int64_t after)
{
    struct value_format values = each_in_its_unit(t->r);
    int64_t change = after - before;
    put_value_as(t->out, &values, change, true);
    if (change == 0)
        return;
    sink_write(t->out, SPAN(" ("));
    if (before == 0) {
        sink_write(t->out, SPAN("new"));
    } else if (after == 0) {
        sink_write(t->out, SPAN("gone"));
    } else {
        put_share(t->out, change > 0 ? "+" : "-", change, before);
    }
    sink_putc(t->out, ')');
}

static void put_error(struct table *t, double error)
{
    struct value_format values = each_in_its_unit(t->r);
    if (error <= 0)
        return;
    sink_write(t->out, SPAN(" ± "));
    put_value_as(t->out, &values, format_margin(error), false);
}

// One of an entry's weights on both sides.
struct change {
    int64_t before, after;
    double error;
};

static struct change change_of(const struct top_row *row, bool cum)
{
    const struct side_weights *before = &row->sides[SIDE_BEFORE], *after = &row->sides[SIDE_AFTER];
    return cum ? (struct change){before->cum, after->cum, row->errors.cum}
               : (struct change){before->flat, after->flat, row->errors.flat};
}

// What rows are sorted by comes first.
static void put_entry(struct table *t, const struct top_row *row)
{
    struct value_format values = each_in_its_unit(t->r);
    bool cum = t->r->options.trim.cum_sort;
    struct change first = change_of(row, cum), second = change_of(row, !cum);
    sink_write(t->out, SPAN("| "));
    put_change(t, first.before, first.after);
    put_error(t, first.error);
    sink_write(t->out, SPAN(" | "));
    put_value_as(t->out, &values, first.before, false);
    sink_write(t->out, SPAN(" | "));
    put_value_as(t->out, &values, first.after, false);
    sink_write(t->out, SPAN(" | "));
    put_change(t, second.before, second.after);
    put_error(t, second.error);
    sink_write(t->out, SPAN(" | "));
    put_name(t->out, row->name);
    sink_write(t->out, SPAN(" |\n"));
}

static void put_entries_head(struct table *t)
{
    sink_write(t->out, t->r->options.trim.cum_sort
                           ? SPAN("| change with its calls | before | after | without | name |\n")
                           : SPAN("| change | before | after | with its calls | name |\n"));
    sink_write(t->out, SPAN("| ---: | ---: | ---: | ---: | --- |\n"));
}

enum part { GREW, SHRANK, STAYED };

// What rows are sorted by decides.
static enum part part_of(const struct table *t, const struct top_row *row)
{
    int64_t change = t->r->options.trim.cum_sort ? row->cum : row->flat;
    return change > 0 ? GREW : change < 0 ? SHRANK : STAYED;
}

static void put_part(struct table *t, const struct top *top, enum part part, const char *title)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < top->n_rows && n < MOST; i++) {
        if (part_of(t, &top->rows[i]) != part)
            continue;
        if (n++ == 0) {
            sink_printf(t->out, "#### %s\n\n", title);
            put_entries_head(t);
        }
        put_entry(t, &top->rows[i]);
    }
    sink_write(t->out, n ? SPAN("\n") : SPAN(""));
}

// What the parts had no room for.
static void put_rest(struct table *t, const struct top *top)
{
    uint32_t seen[STAYED + 1] = {0}, n = 0;
    for (int pass = 0; pass < 2; pass++) {
        memset(seen, 0, sizeof seen);
        if (pass && n) {
            sink_printf(t->out, "<details><summary>%u more</summary>\n\n", n);
            put_entries_head(t);
        }
        for (uint32_t i = 0; i < top->n_rows; i++) {
            enum part part = part_of(t, &top->rows[i]);
            if (part != STAYED && seen[part]++ < MOST)
                continue;
            n += pass == 0;
            if (pass)
                put_entry(t, &top->rows[i]);
        }
    }
    sink_write(t->out, n ? SPAN("\n</details>\n") : SPAN(""));
}

static void comparison(struct table *t, const struct top *top)
{
    struct value_format values = each_in_its_unit(t->r);
    sink_write(t->out, SPAN("### "));
    put_name(t->out, t->r->options.type);
    sink_putc(t->out, ' ');
    put_change(t, t->totals[SIDE_BEFORE], t->totals[SIDE_AFTER]);
    sink_write(t->out, SPAN("\n\nfrom "));
    put_value_as(t->out, &values, t->totals[SIDE_BEFORE], false);
    sink_write(t->out, SPAN(" to "));
    put_value_as(t->out, &values, t->totals[SIDE_AFTER], false);
    sink_write(t->out, SPAN("\n\n"));
    put_gates(t);
    put_filters(t);
    put_noise(t);
    put_part(t, top, GREW, "Grew");
    put_part(t, top, SHRANK, "Shrank");
    put_rest(t, top);
}

const struct table_format table_markdown = {
    .begin = begin, .row = row, .end = end, .comparison = comparison};
