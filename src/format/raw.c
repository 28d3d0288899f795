// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "format/emits.h"
#include "format/keytexts.h"
#include "format/put.h"

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
static void add_label(void *profile, struct buf *text, const struct sample *s,
                      const struct label *first)
{
    const struct profile *p = profile;
    const struct label *end = p->labels + s->label + s->n_labels;
    bool numbers = label_is_number(first);
    bool units = numbers && labels_have_units(first, (uint32_t)(end - first), first->key);
    buf_add(text, profile_str(p, first->key));
    buf_add(text, SPAN(":["));
    for (const struct label *l = first; l < end; l++) {
        if (l->key != first->key || label_is_number(l) != numbers)
            continue;
        if (l != first)
            buf_addc(text, ' ');
        if (numbers)
            text->n += num_signed(buf_room(text, 1 + NUM_DIGITS_MAX), l->num);
        if (units)
            buf_addc(text, ' ');
        if (!numbers || l->kind == LABEL_NUM_UNIT)
            buf_add(text, profile_str(p, l->value));
    }
    buf_addc(text, ']');
}

static void put_labels(const struct profile *p, const struct sample *s, bool numbers,
                       struct part *part)
{
    struct key_texts texts = key_texts_of(part, p, s, numbers, add_label, (void *)p);
    if (texts.n == 0)
        return;
    buf_fill(&part->text, ' ', 16);
    for (uint32_t i = 0; i < texts.n; i++) {
        if (i)
            buf_addc(&part->text, ' ');
        put_text(part->out, texts.at[i]);
        part_limit(part);
    }
    buf_addc(&part->text, '\n');
}

// A location's id with a blank after it. Nothing else is printed as often.
struct id_text {
    char text[7];
    uint8_t n; // ID_LONG: the id does not fit
};

#define ID_LONG UINT8_MAX

static struct id_text id_text_of(const struct location *loc)
{
    struct id_text id = {.n = ID_LONG};
    char text[NUM_DIGITS_MAX];
    size_t n = num_digits(text, loc->id);
    if (loc->hidden)
        return (struct id_text){.n = 0};
    if (n >= sizeof id.text)
        return id;
    memcpy(id.text, text, n);
    id.text[n] = ' ';
    id.n = (uint8_t)(n + 1);
    return id;
}

struct samples {
    const struct profile *p;
    const struct id_text *ids; // by location
};

static void put_ids(const struct samples *samples, const uint32_t *frames, uint32_t n,
                    struct buf *text)
{
    char *at = buf_room(text, n * (NUM_DIGITS_MAX + 1ul));
    for (uint32_t i = 0; i < n; i++) {
        const struct id_text *id = &samples->ids[frames[i]];
        if (id->n == ID_LONG) {
            at += num_digits(at, samples->p->locations[frames[i]].id);
            *at++ = ' ';
        } else {
            memcpy(at, id, sizeof *id);
            at += id->n;
        }
    }
    text->n = (size_t)(at - text->at);
}

static void put_stack(const struct samples *samples, const struct sample *s, struct part *part)
{
    enum { AT_ONCE = 1000 };
    const uint32_t *frames = samples->p->frames + s->frame;
    for (uint32_t left = s->n_frames, n; left; left -= n, frames += n) {
        n = left < AT_ONCE ? left : AT_ONCE;
        put_ids(samples, frames, n, &part->text);
        part_limit(part);
    }
}

static void put_padded(int64_t value, struct buf *text)
{
    char digits[1 + NUM_DIGITS_MAX];
    size_t n = num_signed(digits, value), blanks = 1 + (n < VALUE_WIDTH ? VALUE_WIDTH - n : 0);
    char *at = buf_room(text, blanks + n);
    memset(at, ' ', blanks);
    memcpy(at + blanks, digits, n);
    text->n += blanks + n;
}

static void put_samples(void *context, struct part *part)
{
    const struct samples *samples = context;
    const struct profile *p = samples->p;
    struct part_samples range = part_samples(p, part);
    for (uint32_t i = range.first; i < range.end; i++) {
        const struct sample *s = &p->samples[i];
        for (uint32_t type = 0; type < p->n_sample_types; type++)
            put_padded(sample_values(p, s)[type], &part->text);
        buf_add(&part->text, SPAN(": "));
        put_stack(samples, s, part);
        buf_addc(&part->text, '\n');
        put_labels(p, s, false, part);
        put_labels(p, s, true, part);
        part_limit(part);
    }
}

static void put_all_samples(const struct report *r, struct sink *out)
{
    const struct profile *p = r->profile;
    struct id_text *ids = arena_alloc(r->arena, p->n_locations * sizeof *ids);
    for (uint32_t i = 0; i < p->n_locations; i++)
        ids[i] = id_text_of(&p->locations[i]);
    struct samples samples = {p, ids};
    parts_print(out, parts_of_samples(p), put_samples, &samples);
}

static void put_line(const struct profile *p, const struct line *line, struct sink *out)
{
    const struct function *f = &p->functions[line->function];
    put_text(out, profile_str(p, f->name));
    sink_putc(out, ' ');
    put_text(out, profile_str(p, f->filename));
    sink_putc(out, ':');
    put_number(out, line->line, 0);
    sink_putc(out, ':');
    put_number(out, line->column, 0);
    sink_write(out, SPAN(" s="));
    put_number(out, f->start_line, 0);
    if (f->name != f->system_name) {
        sink_putc(out, '(');
        put_text(out, profile_str(p, f->system_name));
        sink_putc(out, ')');
    }
    sink_putc(out, '\n');
}

static void put_location(const struct profile *p, const struct location *loc, struct sink *out)
{
    char id[NUM_DIGITS_MAX];
    put_right(out, (struct span){id, num_digits(id, loc->id)}, ID_WIDTH);
    sink_write(out, SPAN(": "));
    put_hex(out, loc->address);
    sink_putc(out, ' ');
    if (loc->mapping != NO_INDEX) {
        sink_write(out, SPAN("M="));
        put_unsigned(out, p->mappings[loc->mapping].id);
        sink_putc(out, ' ');
    }
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

void raw_profile(const struct document *d, struct sink *out)
{
    const struct profile *p = d->data.profile;
    struct report report = *d->report;
    report.profile = p;
    put_header(p, out);
    put_sample_types(p, out);
    put_all_samples(&report, out);
    sink_write(out, SPAN("Locations\n"));
    for (uint32_t i = 0; i < p->n_locations; i++)
        put_location(p, &p->locations[i], out);
    sink_write(out, SPAN("Mappings\n"));
    for (uint32_t i = 0; i < p->n_mappings; i++)
        put_mapping(p, &p->mappings[i], out);
}

void text_comments(const struct document *d, struct sink *out)
{
    const struct profile *p = d->report->profile;
    for (uint32_t i = 0; i < p->n_comments; i++) {
        put_text(out, profile_str(p, p->comments[i]));
        sink_putc(out, '\n');
    }
}
