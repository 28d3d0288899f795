// SPDX-License-Identifier: Apache-2.0
#include "profile/read/java.h"

#include "base/num.h"
#include "profile/read/maps.h"
#include "profile/read/scan.h"

// Java's heaps and waits for locks, as gperftools has them for C++, but with the numbers in another
// order, attributes of their own and names at the end.
// Rules: google/pprof's profile/legacy_java_profile.go.

struct kind {
    struct span head, count, sum;
    bool heap;
};

static const struct kind kinds[] = {
    {SPAN("--- heapz 1 ---"), SPAN("inuse_objects"), SPAN("inuse_space"), true},
    {SPAN("--- contentionz 1 ---"), SPAN("contentions"), SPAN("delay"), false},
};

struct java {
    struct legacy l;
    const struct kind *kind;
};

static const struct kind *find_kind(struct span line)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (span_eq(scan_trim(line), kinds[i].head))
            return &kinds[i];
    return NULL;
}

static bool is_word(char c)
{
    return c == ' ' || c == '_' || scan_is_digit(c) || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || scan_is_space(c);
}

// WORDS=WORDS, anywhere in the line.
static bool scan_attribute(struct span line, struct span *key, struct span *value)
{
    for (struct span rest = line, before; scan_upto(&rest, '=', &before);) {
        size_t start = before.n;
        while (start > 0 && (is_word(before.at[start - 1])))
            start--;
        *key = scan_trim(span_from(before, start));
        struct span after = rest;
        if (start < before.n && scan_while(&after, is_word, value)) {
            *value = scan_trim(*value);
            return true;
        }
    }
    return false;
}

static void set_types(struct java *j, struct span unit)
{
    struct builder *b = &j->l.b;
    b->sample_types.n = 0;
    builder_sample_type(b, j->kind->count, SPAN("count"));
    builder_sample_type(b, j->kind->sum, unit);
}

static int take_number(struct java *j, struct span key, struct span value)
{
    struct profile *p = j->l.b.out;
    int64_t number;
    if (!scan_any_i64(value, &number))
        return legacy_fault(&j->l, "not a number");
    if (span_eq(key, SPAN("ms since reset"))) {
        p->duration_nanos = number * 1000 * 1000;
        return 0;
    }
    p->period = number;
    p->period_type = (struct value_type){builder_string(&j->l.b, SPAN("contentions")),
                                         builder_string(&j->l.b, SPAN("count"))};
    return 0;
}

static int take_attribute(struct java *j, struct span key, struct span value)
{
    if (span_eq(key, SPAN("format")))
        return span_eq(value, SPAN("java")) ? 0 : legacy_fault(&j->l, "not a format of Java");
    if (span_eq(key, SPAN("resolution"))) {
        set_types(j, value);
        return 0;
    }
    if (!j->kind->heap &&
        (span_eq(key, SPAN("sampling period")) || span_eq(key, SPAN("ms since reset"))))
        return take_number(j, key, value);
    return legacy_fault(&j->l, "an unknown attribute");
}

// Up to the first line that is something else, which is next then. One that is cut off does not
// count, as in the reference.
static int read_attributes(struct java *j)
{
    struct span key, value;
    int status;
    while ((status = legacy_next(&j->l)) > 0) {
        struct span line = scan_trim(j->l.lines.line);
        if (line.n == 0)
            continue;
        if (!j->l.lines.ended || !scan_attribute(line, &key, &value)) {
            lines_back(&j->l.lines);
            return 0;
        }
        if (take_attribute(j, key, value))
            return -1;
    }
    return status;
}

// SUM COUNT @ STACK, with blanks between, anywhere in the line.
static bool scan_sample(struct span line, struct span *sum, struct span *count, struct span *stack)
{
    while (line.n) {
        if (scan_digits(&line, sum) == 0) {
            line = span_from(line, 1);
            continue;
        }
        struct span rest = line;
        if (scan_blanks(&rest) && scan_digits(&rest, count) && scan_blanks(&rest) &&
            scan_text(&rest, SPAN("@")) && scan_blanks(&rest)) {
            *stack = legacy_stack(rest);
            return true;
        }
    }
    return false;
}

static int scale(struct java *j, int64_t *values)
{
    enum { JAVA_RATE = 524288 };
    int64_t period = j->l.b.out->period;
    if (j->kind->heap && values[0] == 0)
        return legacy_fault(&j->l, "bytes of no object");
    if (j->kind->heap) {
        builder_label_number(&j->l.b, SPAN("bytes"), i64_div(values[1], values[0]), SPAN(""));
        legacy_unsample(&values[0], &values[1], JAVA_RATE);
    } else if (period) {
        values[0] *= period;
        values[1] *= period;
    }
    return 0;
}

static int take_sample(struct java *j, struct span sum, struct span count, struct span stack)
{
    int64_t values[2];
    if (legacy_take_addresses(&j->l, stack))
        return -1;
    if (!scan_i64(count, &values[0]) || !scan_i64(sum, &values[1]))
        return legacy_fault(&j->l, "a number has more than 64 bits");
    if (j->l.b.sample_types.n == 0)
        return legacy_fault(&j->l, "a sample, but no resolution before it");
    if (scale(j, values))
        return -1;
    legacy_make_frames(&j->l, NO_CALLS);
    legacy_add_sample(&j->l, values);
    return 0;
}

// Up to the first line that is something else, which is next then.
static int read_samples(struct java *j)
{
    struct span sum, count, stack;
    int status;
    while ((status = legacy_next(&j->l)) > 0) {
        struct span line = scan_trim(j->l.lines.line);
        if (line.n == 0)
            continue;
        if (!j->l.lines.ended || !scan_sample(line, &sum, &count, &stack)) {
            lines_back(&j->l.lines);
            return 0;
        }
        if (take_sample(j, sum, count, stack))
            return -1;
    }
    return status;
}

// FUNCTION (FILE:LINE), where LINE may have a minus; or FUNCTION (LIBRARY).
static void scan_place(struct span text, struct span *name, struct span *file, int64_t *line)
{
    size_t open = scan_last(text, '(');
    *name = text;
    *file = SPAN("");
    *line = 0;
    if (span_ends(text, SPAN(")")) && open != SPAN_NOT_FOUND && open > 0 &&
        scan_is_space(text.at[open - 1])) {
        struct span place = span_upto(span_from(text, open + 1), text.n - open - 2);
        size_t colon = scan_last(place, ':'), slash = scan_last(place, '/');
        int64_t number;
        *name = scan_trim(span_upto(text, open));
        if (colon != SPAN_NOT_FOUND && colon > 0 &&
            scan_i64(span_from(place, colon + 1), &number)) {
            *file = span_upto(place, colon);
            *line = number > 0 ? number : 0;
        } else {
            *file = slash != SPAN_NOT_FOUND ? span_from(place, slash + 1) : place;
        }
    } else if (span_find(text, SPAN("generated stub/JIT")) != SPAN_NOT_FOUND) {
        *name = SPAN("STUB");
    }
}

struct names {
    struct builder *b;
    struct idmap functions; // by name
};

static uint32_t name_function(struct names *n, struct span name, struct span file)
{
    struct function f = {.name = builder_string(n->b, name)};
    uint32_t found = idmap_get(&n->functions, f.name);
    if (found != IDMAP_NONE)
        return found;
    f.system_name = f.name;
    f.filename = builder_string(n->b, file);
    found = builder_function(n->b, &f);
    idmap_add(&n->functions, f.name, found);
    return found;
}

static void take_name(struct names *n, struct span text)
{
    struct span digits, name, file;
    uint64_t address;
    int64_t line;
    if (!scan_text(&text, SPAN("0x")) || scan_hex(&text, &digits) == 0 ||
        !scan_hex_u64(digits, &address) || scan_space(&text) == 0)
        return;
    uint32_t location = idmap_get(&n->b->addresses, address);
    if (location == IDMAP_NONE)
        return;
    scan_place(text, &name, &file, &line);
    uint32_t function = name_function(n, name, file);
    n->b->locations.at[location].n_lines = 0; // the last one counts
    builder_set_lines(n->b, location, &(struct line){.function = function, .line = line}, 1);
    n->b->locations.at[location].address = 0;
}

int java_read_names(struct legacy *l)
{
    struct names n = {.b = &l->b};
    int status;
    idmap_init(&n.functions, 0);
    while ((status = legacy_next(l)) > 0)
        take_name(&n, scan_trim(l->lines.line));
    idmap_release(&n.functions);
    if (status < 0 || maps_assign(&l->b, l->r->err))
        return -1;
    for (size_t i = 0; i < l->b.locations.n; i++) // so that more becomes equal when merged
        l->b.locations.at[i].address = 0;
    return 0;
}

static int read_java(struct java *j)
{
    if (legacy_next(&j->l) < 0)
        return -1;
    j->kind = find_kind(j->l.lines.line);
    if (!j->kind)
        return legacy_fault(&j->l, "not a kind of Java's profiles");
    if (read_attributes(j) || read_samples(j))
        return -1;
    return java_read_names(&j->l);
}

static int java_read(struct profile *out, const struct reading *r)
{
    struct java j = {0};
    legacy_init(&j.l, r, out);
    return legacy_finish(&j.l, read_java(&j));
}

// A wait for locks may also be one of a C++ program: that has no format and no resolution.
static unsigned java_probe(const struct head *head)
{
    struct span rest = head->bytes, line, key, value;
    if (!scan_upto(&rest, '\n', &line))
        return 0;
    const struct kind *kind = find_kind(line);
    if (!kind || kind->heap)
        return kind ? PROBE_CERTAIN : 0;
    while (scan_upto(&rest, '\n', &line) && span_find(line, SPAN("@")) == SPAN_NOT_FOUND) {
        if (scan_attribute(line, &key, &value) &&
            (span_eq(key, SPAN("format")) || span_eq(key, SPAN("resolution"))))
            return PROBE_CERTAIN + 1;
    }
    return 0;
}

const struct reader reader_java = {
    .name = "java",
    .summary = "heaps and waits for locks of Java programs, in gperftools' style",
    .probe_size = 1024,
    .probe = java_probe,
    .read = java_read,
};
