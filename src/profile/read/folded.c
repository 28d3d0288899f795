// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "base/num.h"
#include "profile/builder.h"
#include "profile/read/lines.h"
#include "profile/read/reader.h"
#include "profile/read/scan.h"

// Folded stacks, as Brendan Gregg's stackcollapse programs, async-profiler, py-spy, bcc and others
// write them: a stack a line, its root first, and its weight.
//
//     main;parse;read_[k] 12
//     main;parse;read 12 [ms]
//     main;parse (app.py:7) 12 34       before and after, as of difffolded.pl
//
// A first line of TYPE/UNIT names the numbers, one of [UNIT] their unit. A frame may say what it
// is:
// _[k] the kernel's, _[i] inlined into the one before it, _[j] compiled on the fly.

enum { VALUES_MAX = 8 };

struct folded {
    const struct reading *r;
    struct builder b;
    struct lines lines;
    uint32_t n_values; // of a line
    VEC(uint32_t) frames;
    VEC(struct line) inlined; // of the location that is being made; its outermost line first
    struct idmap known;       // the location of a frame's text, where no other is inlined into it
};

struct sample_line {
    struct span stack, unit;
    double values[VALUES_MAX];
    uint32_t n;
};

// Digits, perhaps a minus and a point.
static bool is_decimal(struct span s)
{
    scan_text(&s, SPAN("-"));
    if (scan_digits(&s, NULL) == 0)
        return false;
    if (scan_text(&s, SPAN(".")))
        scan_digits(&s, NULL);
    return s.n == 0;
}

// Takes a number off the end of a text, and the blanks before it.
static bool cut_number(struct span *s, double *value)
{
    size_t n = s->n;
    while (n > 0 && !scan_is_space(s->at[n - 1]))
        n--;
    struct span number = span_from(*s, n);
    if (n == 0 || !is_decimal(number) || !num_parse_f64(number, value))
        return false;
    *s = scan_trim(span_upto(*s, n));
    return true;
}

static bool cut_unit(struct span *s, struct span *unit)
{
    size_t open = scan_last(*s, '[');
    if (!span_ends(*s, SPAN("]")) || open == SPAN_NOT_FOUND || open < 2 || s->at[open - 1] != ' ')
        return false;
    *unit = span_upto(span_from(*s, open + 1), s->n - open - 2);
    *s = scan_trim(span_upto(*s, open));
    return true;
}

// As many numbers as there are at the end, at most n.
static bool scan_line(struct span line, uint32_t n, struct sample_line *out)
{
    *out = (struct sample_line){.stack = scan_trim(line)};
    struct span whole = out->stack;
    if (cut_unit(&out->stack, &out->unit) && !cut_number(&out->stack, &out->values[0]))
        out->stack = whole;
    else if (out->unit.n)
        out->n = 1;
    if (out->n == 0)
        out->unit = SPAN("");
    while (out->n < n && cut_number(&out->stack, &out->values[out->n]))
        out->n++;
    for (uint32_t i = 0; i < out->n / 2; i++) {
        double first = out->values[i];
        out->values[i] = out->values[out->n - 1 - i];
        out->values[out->n - 1 - i] = first;
    }
    return out->n > 0 && out->stack.n > 0;
}

// TYPE/UNIT, once or more.
static bool is_header(struct span line)
{
    struct span rest = scan_trim(line);
    if (memchr(rest.n ? rest.at : "", ';', rest.n))
        return false;
    for (size_t i = 0; i < rest.n; i++)
        if (rest.at[i] == '/' && i > 0 && i + 1 < rest.n && !scan_is_digit(rest.at[rest.n - 1]))
            return !scan_is_space(rest.at[i - 1]) && rest.at[0] != '/';
    return false;
}

static bool is_unit(struct span line)
{
    line = scan_trim(line);
    return line.n > 2 && *line.at == '[' && span_ends(line, SPAN("]"));
}

static struct span type_of(struct span unit)
{
    static const struct span times[] = {
        SPAN("ns"),          SPAN("us"),      SPAN("ms"),           SPAN("s"),
        SPAN("nanoseconds"), SPAN("seconds"), SPAN("microseconds"), SPAN("milliseconds"),
        SPAN("minutes")};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (span_eq(unit, times[i]))
            return SPAN("time");
    bool size = span_eq(unit, SPAN("bytes")) || span_eq(unit, SPAN("B")) ||
                span_ends(unit, SPAN("iB")) || span_ends(unit, SPAN("kB"));
    return size ? SPAN("space") : SPAN("samples");
}

static void set_unit(struct folded *f, struct span unit)
{
    builder_sample_type(&f->b, type_of(unit), unit);
    f->n_values = 1;
}

static void set_types(struct folded *f, struct span header)
{
    struct span rest = scan_trim(header), type;
    while (f->n_values < VALUES_MAX && scan_upto(&rest, '/', &type)) {
        struct span unit;
        size_t n = 0;
        while (n < rest.n && !scan_is_space(rest.at[n]))
            n++;
        unit = span_upto(rest, n);
        rest = span_from(rest, n);
        scan_space(&rest);
        builder_sample_type(&f->b, scan_trim(type), unit);
        f->n_values++;
    }
}

// Whether all lines at hand have two numbers: so those of a comparison.
static bool are_pairs(const struct stream *in)
{
    struct span rest = {(const char *)in->at, stream_have(in)}, line;
    struct sample_line s;
    bool any = false;
    while (scan_upto(&rest, '\n', &line)) {
        if (scan_trim(line).n == 0 || *line.at == '#')
            continue;
        if (!scan_line(line, 2, &s) || s.n < 2)
            return false;
        any = true;
    }
    return any;
}

static void set_default_types(struct folded *f, bool pairs, struct span unit)
{
    if (!pairs) {
        set_unit(f, unit.n ? unit : SPAN("count"));
        return;
    }
    builder_sample_type(&f->b, SPAN("before"), SPAN("count"));
    builder_sample_type(&f->b, SPAN("after"), SPAN("count"));
    f->n_values = 2;
}

// Takes the mark of what kind of frame it is off a name: its letter, or 0.
static char cut_mark(struct span *name)
{
    static const struct span inlined = SPAN(" (inlined)");
    size_t n = name->n;
    if (span_ends(*name, inlined)) {
        name->n -= inlined.n;
        return 'i';
    }
    if (n < 5 || name->at[n - 1] != ']' || name->at[n - 3] != '[' || name->at[n - 4] != '_')
        return 0;
    char mark = name->at[n - 2];
    if (!strchr("01ijkw", mark))
        return 0;
    name->n -= 4;
    return mark;
}

// NAME (INSIDE); false where there are no parentheses after a blank.
static bool cut_parentheses(struct span *name, struct span *inside)
{
    size_t open = span_ends(*name, SPAN(")")) ? scan_last(*name, '(') : SPAN_NOT_FOUND;
    if (open == SPAN_NOT_FOUND || open < 2 || name->at[open - 1] != ' ')
        return false;
    *inside = span_upto(span_from(*name, open + 1), name->n - open - 2);
    *name = span_upto(*name, open - 1);
    return true;
}

// NAME (FILE:LINE), as py-spy has it; NAME (/LIBRARY) or NAME ([kernel.kallsyms]), as perf has it.
static struct line scan_frame(struct folded *f, struct span name, struct span *module)
{
    struct span whole = name, inside, file = SPAN("");
    int64_t number = 0;
    if (cut_parentheses(&name, &inside)) {
        size_t colon = scan_last(inside, ':');
        if (colon != SPAN_NOT_FOUND && colon > 0 && scan_i64(span_from(inside, colon + 1), &number))
            file = span_upto(inside, colon);
        else if (inside.n && (*inside.at == '/' || *inside.at == '['))
            *module = inside;
        else
            name = whole;
    }
    uint32_t function = builder_named(&f->b, scan_without_offset(name), file, 0);
    return (struct line){.function = function, .line = number};
}

// Makes a location of the lines at hand, whose innermost is the last.
static void end_location(struct folded *f, struct span module)
{
    size_t n = f->inlined.n;
    if (n == 0)
        return;
    struct line *lines = f->inlined.at;
    for (size_t i = 0; i < n / 2; i++) {
        struct line outer = lines[i];
        lines[i] = lines[n - 1 - i];
        lines[n - 1 - i] = outer;
    }
    struct location l = {.mapping = builder_module(&f->b, module), .n_lines = (uint32_t)n};
    *vec_push(f->b.out->arena, &f->frames) = builder_location_once(&f->b, &l, lines);
    f->inlined.n = 0;
}

// Whether the frame that a stack begins with has others inlined into it.
static bool is_inlined_next(struct span stack)
{
    struct span name = stack;
    scan_upto(&stack, ';', &name);
    return cut_mark(&name) == 'i';
}

static void add_frame(struct folded *f, struct span name, char mark, struct span *module)
{
    if (mark != 'i' || f->inlined.n == 0) {
        end_location(f, *module);
        *module = mark == 'k' ? SPAN("[kernel.kallsyms]") : SPAN("");
    }
    *vec_push(f->b.out->arena, &f->inlined) = scan_frame(f, name, module);
}

static void make_frames(struct folded *f, struct span stack)
{
    struct span name, module = SPAN("");
    f->frames.n = 0;
    for (bool more = true; more;) {
        more = scan_upto(&stack, ';', &name);
        name = more ? name : stack;
        if (name.n == 0)
            continue;
        str_id text = builder_string(&f->b, name);
        char mark = cut_mark(&name);
        bool alone = mark != 'i' && !(more && is_inlined_next(stack));
        uint32_t known = alone ? idmap_get(&f->known, text) : IDMAP_NONE;
        if (known == IDMAP_NONE)
            add_frame(f, name, mark, &module);
        if (alone) {
            end_location(f, module);
            if (known == IDMAP_NONE)
                idmap_add(&f->known, text, f->frames.at[f->frames.n - 1]);
            else
                *vec_push(f->b.out->arena, &f->frames) = known;
        }
    }
    end_location(f, module);
    for (size_t i = 0, n = f->frames.n; i < n / 2; i++) { // the leaf comes first
        uint32_t root = f->frames.at[i];
        f->frames.at[i] = f->frames.at[n - 1 - i];
        f->frames.at[n - 1 - i] = root;
    }
}

static int take_sample(struct folded *f)
{
    struct sample_line s;
    int64_t values[VALUES_MAX] = {0};
    if (!scan_line(f->lines.line, f->n_values ? f->n_values : 1, &s))
        return lines_fault(&f->lines, f->r->err, "expected FRAME;FRAME COUNT");
    if (f->n_values == 0)
        set_default_types(f, false, s.unit);
    if (s.n != f->n_values)
        return lines_fault(&f->lines, f->r->err, "has fewer numbers than the lines before");
    for (uint32_t i = 0; i < s.n; i++)
        values[i] = i64_cut(round(s.values[i]));
    make_frames(f, s.stack);
    builder_sample(&f->b, f->frames.at, (uint32_t)f->frames.n, values);
    return 0;
}

static int take_line(struct folded *f)
{
    struct span line = scan_trim(f->lines.line);
    if (line.n == 0 || *line.at == '#')
        return 0;
    if (f->n_values == 0 && is_unit(line))
        set_unit(f, span_upto(span_from(line, 1), line.n - 2));
    else if (f->n_values == 0 && is_header(line))
        set_types(f, line);
    else
        return take_sample(f);
    return 0;
}

static int read_folded(struct folded *f)
{
    int status;
    if (are_pairs(f->r->in))
        set_default_types(f, true, SPAN(""));
    while ((status = lines_next(&f->lines, f->r->err)) > 0)
        if (take_line(f))
            return -1;
    return status < 0 ? -1 : builder_finish(&f->b, f->r->err);
}

static int folded_read(struct profile *out, const struct reading *r)
{
    struct folded f = {.r = r, .lines = {.in = r->in, .job = r->job}};
    builder_init(&f.b, out);
    idmap_init(&f.known, 0);
    int status = read_folded(&f);
    idmap_release(&f.known);
    builder_release(&f.b);
    return status;
}

// That a text is folded stacks shows in that lines have a number at their end: all of them, or most
// where there are stacks; then what is wrong with the others is for the reader to say.
static unsigned folded_probe(const struct head *head)
{
    enum { STACKS = 85, MOST = 40, NAMES = 30 };
    struct span rest = head->bytes, line;
    struct sample_line s;
    unsigned n = 0, good = 0, stacks = 0;
    bool typed = false;
    for (bool ended = true; ended && rest.n;) {
        ended = scan_upto(&rest, '\n', &line);
        if (!ended && !head->whole)
            break;
        line = ended ? line : rest;
        bool head_line = n == 0 && (is_header(line) || is_unit(line));
        typed |= head_line;
        if (scan_trim(line).n == 0 || *line.at == '#' || head_line)
            continue;
        n++;
        if (scan_is_space(*line.at) || !scan_line(line, 1, &s))
            continue;
        good++;
        stacks += memchr(s.stack.at, ';', s.stack.n) != NULL;
    }
    if (good < n)
        return stacks && good >= n / 2 ? MOST : 0;
    return stacks ? STACKS : n > 1 || typed ? NAMES : 0;
}

const struct reader reader_folded = {
    .name = "folded",
    .summary = "folded stacks: a;b;c 12, as flame graph programs read them",
    .probe_size = 16 << 10,
    .probe = folded_probe,
    .read = folded_read,
};
