// SPDX-License-Identifier: Apache-2.0
#include "format/put.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

// Layout: the String method of google/pprof's profile.Profile.

enum { VALUE_WIDTH = 10, ID_WIDTH = 6, DURATION_SHOWN = 4 };
#define NANOS_PER_SECOND 1000000000

static void put_time(int64_t nanos, struct sink *out)
{
    time_t seconds = (time_t)(nanos / NANOS_PER_SECOND - (nanos % NANOS_PER_SECOND < 0));
    int fraction = (int)(nanos - (int64_t)seconds * NANOS_PER_SECOND);
    struct tm local;
    char text[64] = "", zone[64] = "", digits[16] = "";
    if (localtime_r(&seconds, &local)) {
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &local);
        strftime(zone, sizeof zone, " %z %Z", &local);
    }
    if (fraction)
        snprintf(digits, sizeof digits, ".%09d", fraction);
    for (size_t n = strlen(digits); n && digits[n - 1] == '0';)
        digits[--n] = '\0';
    sink_printf(out, "Time: %s%s%s\n", text, digits, zone);
}

// A fraction of a unit with no vain zeros: "1.5", "2".
static void add_decimal(struct buf *b, uint64_t value, uint64_t unit)
{
    buf_printf(b, "%" PRIu64, value / unit);
    uint64_t rest = value % unit;
    if (!rest)
        return;
    buf_addc(b, '.');
    for (uint64_t digit = unit / 10; rest; digit /= 10) {
        buf_addc(b, (char)('0' + rest / digit));
        rest %= digit;
    }
}

// As Go prints a time.Duration, cut to its first characters.
static void put_duration(int64_t nanos, struct sink *out)
{
    struct buf text = {0};
    uint64_t v = nanos < 0 ? -(uint64_t)nanos : (uint64_t)nanos;
    if (nanos < 0)
        buf_addc(&text, '-');
    if (v < NANOS_PER_SECOND) {
        uint64_t unit = v < 1000 ? 1 : v < 1000000 ? 1000 : 1000000;
        add_decimal(&text, v, unit);
        buf_add(&text, unit == 1 ? SPAN("ns") : unit == 1000 ? SPAN("\xc2\xb5s") : SPAN("ms"));
    } else {
        uint64_t minutes = v / NANOS_PER_SECOND / 60;
        if (minutes >= 60)
            buf_printf(&text, "%" PRIu64 "h", minutes / 60);
        if (minutes)
            buf_printf(&text, "%" PRIu64 "m", minutes % 60);
        add_decimal(&text, v % (60ull * NANOS_PER_SECOND), NANOS_PER_SECOND);
        buf_addc(&text, 's');
    }
    size_t n = 0;
    for (int shown = 0; n < text.n && shown < DURATION_SHOWN; shown++)
        for (n++; n < text.n && ((unsigned char)text.at[n] & 0xc0) == 0x80;)
            n++;
    sink_printf(out, "Duration: %.*s\n", (int)n, text.at);
    buf_release(&text);
}

static void put_header(const struct profile *p, struct sink *out)
{
    for (uint32_t i = 0; i < p->n_comments; i++) {
        sink_write(out, SPAN("Comment: "));
        put_text(out, profile_str(p, p->comments[i]));
        sink_putc(out, '\n');
    }
    if (p->doc_url) {
        sink_write(out, SPAN("Doc: "));
        put_text(out, profile_str(p, p->doc_url));
        sink_putc(out, '\n');
    }
    sink_write(out, SPAN("PeriodType: "));
    put_text(out, profile_str(p, p->period_type.type));
    sink_putc(out, ' ');
    put_text(out, profile_str(p, p->period_type.unit));
    sink_printf(out, "\nPeriod: %" PRId64 "\n", p->period);
    if (p->time_nanos)
        put_time(p->time_nanos, out);
    if (p->duration_nanos)
        put_duration(p->duration_nanos, out);
}

static void put_sample_types(const struct profile *p, struct sink *out)
{
    sink_write(out, SPAN("Samples:\n"));
    for (uint32_t i = 0; i < p->n_sample_types; i++) {
        bool is_default = p->sample_types[i].type == p->default_sample_type;
        sink_write(out, i ? SPAN(" ") : SPAN(""));
        put_text(out, profile_str(p, p->sample_types[i].type));
        sink_putc(out, '/');
        put_text(out, profile_str(p, p->sample_types[i].unit));
        sink_write(out, is_default ? SPAN("[dflt]") : SPAN(""));
    }
    sink_putc(out, '\n');
}

// "key:[a b]"
static struct span label_text(const struct report *r, const struct label *labels, uint32_t n,
                              str_id key, bool numbers)
{
    const struct profile *p = r->profile;
    struct buf text = {0};
    bool units = numbers && labels_have_units(labels, n, key), first = true;
    buf_add(&text, profile_str(p, key));
    buf_add(&text, SPAN(":["));
    for (uint32_t i = 0; i < n; i++) {
        const struct label *l = &labels[i];
        if (l->key != key || label_is_number(l) != numbers)
            continue;
        buf_add(&text, first ? SPAN("") : SPAN(" "));
        first = false;
        if (numbers)
            buf_printf(&text, "%" PRId64 "%s", l->num, units ? " " : "");
        if (!numbers || l->kind == LABEL_NUM_UNIT)
            buf_add(&text, profile_str(p, l->value));
    }
    buf_addc(&text, ']');
    struct span copy = arena_span(r->arena, buf_span(&text));
    buf_release(&text);
    return copy;
}

static int cmp_texts(const void *a, const void *b)
{
    return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

static void put_labels(const struct report *r, const struct sample *s, bool numbers,
                       struct sink *out)
{
    const struct label *labels = r->profile->labels + s->label;
    struct span *texts = arena_alloc(r->arena, s->n_labels * sizeof *texts);
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->n_labels; i++)
        if (label_is_number(&labels[i]) == numbers && label_is_first(labels, i))
            texts[n++] = label_text(r, labels, s->n_labels, labels[i].key, numbers);
    if (n == 0)
        return;
    qsort(texts, n, sizeof *texts, cmp_texts);
    sink_fill(out, ' ', 16);
    for (uint32_t i = 0; i < n; i++) {
        sink_write(out, i ? SPAN(" ") : SPAN(""));
        put_text(out, texts[i]);
    }
    sink_putc(out, '\n');
}

static void put_sample(const struct report *r, const struct sample *s, struct sink *out)
{
    const struct profile *p = r->profile;
    const int64_t *values = sample_values(p, s);
    for (uint32_t i = 0; i < p->n_sample_types; i++) {
        sink_putc(out, ' ');
        put_number(out, values[i], VALUE_WIDTH);
    }
    sink_write(out, SPAN(": "));
    for (uint32_t i = 0; i < s->n_frames; i++) {
        const struct location *loc = &p->locations[p->frames[s->frame + i]];
        if (loc->hidden)
            continue;
        put_unsigned(out, loc->id);
        sink_putc(out, ' ');
    }
    sink_putc(out, '\n');
    put_labels(r, s, false, out);
    put_labels(r, s, true, out);
}

static void put_line(const struct profile *p, const struct line *line, struct sink *out)
{
    const struct function *f = &p->functions[line->function];
    put_text(out, profile_str(p, f->name));
    sink_putc(out, ' ');
    put_text(out, profile_str(p, f->filename));
    sink_printf(out, ":%" PRId64 ":%" PRId64 " s=%" PRId64, line->line, line->column,
                f->start_line);
    if (f->name != f->system_name) {
        sink_putc(out, '(');
        put_text(out, profile_str(p, f->system_name));
        sink_putc(out, ')');
    }
    sink_putc(out, '\n');
}

static void put_location(const struct profile *p, const struct location *loc, struct sink *out)
{
    sink_printf(out, "%*" PRIu64 ": ", ID_WIDTH, loc->id);
    put_hex(out, loc->address);
    sink_putc(out, ' ');
    if (loc->mapping != NO_INDEX)
        sink_printf(out, "M=%" PRIu64 " ", p->mappings[loc->mapping].id);
    sink_write(out, loc->folded ? SPAN("[F] ") : SPAN(""));
    for (uint32_t i = 0; i < loc->n_lines; i++) {
        sink_write(out, i ? SPAN("             ") : SPAN(""));
        put_line(p, &p->lines[loc->line + i], out);
    }
    if (loc->n_lines == 0)
        sink_putc(out, '\n');
}

static void put_mapping(const struct profile *p, const struct mapping *m, struct sink *out)
{
    sink_printf(out, "%" PRIu64 ": ", m->id);
    put_hex(out, m->start);
    sink_putc(out, '/');
    put_hex(out, m->limit);
    sink_putc(out, '/');
    put_hex(out, m->offset);
    sink_putc(out, ' ');
    put_text(out, profile_str(p, m->file));
    sink_putc(out, ' ');
    put_text(out, profile_str(p, m->build_id));
    sink_printf(out, " %s%s%s%s\n", m->has_functions ? "[FN]" : "", m->has_filenames ? "[FL]" : "",
                m->has_line_numbers ? "[LN]" : "", m->has_inline_frames ? "[IN]" : "");
}

void format_raw(const struct report *r, struct sink *out)
{
    const struct profile *p = r->profile;
    put_header(p, out);
    put_sample_types(p, out);
    for (uint32_t i = 0; i < p->n_samples; i++)
        put_sample(r, &p->samples[i], out);
    sink_write(out, SPAN("Locations\n"));
    for (uint32_t i = 0; i < p->n_locations; i++)
        put_location(p, &p->locations[i], out);
    sink_write(out, SPAN("Mappings\n"));
    for (uint32_t i = 0; i < p->n_mappings; i++)
        put_mapping(p, &p->mappings[i], out);
}

void format_comments(const struct report *r, struct sink *out)
{
    const struct profile *p = r->profile;
    for (uint32_t i = 0; i < p->n_comments; i++) {
        put_text(out, profile_str(p, p->comments[i]));
        sink_putc(out, '\n');
    }
}
