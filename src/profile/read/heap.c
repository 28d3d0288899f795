// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "base/job.h"
#include "base/num.h"
#include "profile/read/golang.h"
#include "profile/read/legacy.h"
#include "profile/read/memstats.h"
#include "profile/read/scan.h"

// Heaps of gperftools and of Go (debug=1). The first line has
//
//     heap profile: COUNT: BYTES [COUNT: BYTES] @ KIND/PERIOD
//
// where those in brackets are of all that was ever allocated. Samples have the same numbers and a
// stack after the @.

struct heap_head {
    struct span inuse_count, inuse_bytes, alloc_count, alloc_bytes;
    struct span kind, period;
};

struct heap {
    struct legacy l;
    struct golang go;
    int64_t period;
    bool has_allocations, unsample;
    uint32_t n_negative; // samples with a count below 0
    bool has_memstats;   // they stand at the end
    struct memstats memstats;
};

static bool scan_number(struct span *s, bool may_be_negative, struct span *number)
{
    struct span from = *s, digits;
    if (may_be_negative)
        scan_text(s, SPAN("-"));
    if (scan_digits(s, &digits) == 0)
        return false;
    *number = span_upto(from, (size_t)(s->at - from.at));
    return true;
}

// COUNT: BYTES [COUNT: BYTES], and blanks where they may be.
static bool scan_counts(struct span *s, bool negative, struct heap_head *h)
{
    if (!scan_number(s, negative, &h->inuse_count) || !scan_text(s, SPAN(":")))
        return false;
    scan_blanks(s);
    if (!scan_number(s, negative, &h->inuse_bytes))
        return false;
    scan_blanks(s);
    if (!scan_text(s, SPAN("[")))
        return false;
    scan_blanks(s);
    if (!scan_number(s, false, &h->alloc_count) || !scan_text(s, SPAN(":")))
        return false;
    scan_blanks(s);
    if (!scan_number(s, false, &h->alloc_bytes))
        return false;
    scan_blanks(s);
    return scan_text(s, SPAN("]"));
}

static bool is_kind(char c)
{
    return c == '_' || scan_is_digit(c) || (c >= 'a' && c <= 'z');
}

static bool scan_kind(struct span s, struct heap_head *h)
{
    static const struct span plain[] = {SPAN("growth"), SPAN("fragmentation")};
    struct span rest = s;
    scan_blanks(&rest);
    scan_text(&rest, SPAN("@"));
    scan_blanks(&rest);
    if (span_starts(rest, SPAN("heap"))) {
        scan_while(&rest, is_kind, &h->kind);
        scan_text(&rest, SPAN("/"));
        scan_digits(&rest, &h->period);
        return true;
    }
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        rest = s;
        h->kind = plain[i];
        if (scan_text(&rest, SPAN(" @ ")) && span_starts(rest, plain[i]))
            return true;
    }
    return false;
}

static bool scan_head(struct span line, struct heap_head *h)
{
    size_t at;
    while ((at = span_find(line, SPAN("heap profile:"))) != SPAN_NOT_FOUND) {
        line = span_from(line, at + strlen("heap profile:"));
        struct span rest = line;
        *h = (struct heap_head){0};
        scan_blanks(&rest);
        if (scan_counts(&rest, false, h) && scan_kind(rest, h))
            return true;
    }
    return false;
}

static bool differs(struct span alloc, struct span inuse)
{
    return !span_eq(alloc, inuse) && !span_eq(alloc, SPAN("0"));
}

static int use_kind(struct heap *h, const struct heap_head *head)
{
    if (!span_starts(head->kind, SPAN("heap"))) {
        h->period = 1;
        return 0;
    }
    if (head->period.n && !scan_i64(head->period, &h->period))
        return legacy_fault(&h->l, "the sampling period does not fit");
    if (span_eq(head->kind, SPAN("heapprofile")))
        h->period = 1;
    else if (span_eq(head->kind, SPAN("heap")))
        h->period /= 2;
    else if (!span_eq(head->kind, SPAN("heapz_v2")) && !span_eq(head->kind, SPAN("heap_v2")))
        return legacy_fault(&h->l, "an unknown kind of heap profile");
    h->unsample = !span_eq(head->kind, SPAN("heapprofile"));
    h->has_allocations = differs(head->alloc_count, head->inuse_count) ||
                         differs(head->alloc_bytes, head->inuse_bytes);
    return 0;
}

static void set_types(struct heap *h)
{
    struct builder *b = &h->l.b;
    b->out->period_type =
        (struct value_type){builder_string(b, SPAN("space")), builder_string(b, SPAN("bytes"))};
    b->out->period = h->period;
    if (h->has_allocations) {
        builder_sample_type(b, SPAN("alloc_objects"), SPAN("count"));
        builder_sample_type(b, SPAN("alloc_space"), SPAN("bytes"));
        builder_sample_type(b, SPAN("inuse_objects"), SPAN("count"));
        builder_sample_type(b, SPAN("inuse_space"), SPAN("bytes"));
    } else {
        builder_sample_type(b, SPAN("objects"), SPAN("count"));
        builder_sample_type(b, SPAN("space"), SPAN("bytes"));
    }
}

// Sizes of which the program says that they are below 0 have run over.
static int bad_sample(const struct heap *h)
{
    struct span line = h->l.lines.line;
    bool negative = span_find(line, SPAN("[-")) != SPAN_NOT_FOUND ||
                    span_find(line, SPAN(": -")) != SPAN_NOT_FOUND;
    return legacy_fault(&h->l, negative ? "a count below 0: it overflowed in the program"
                                        : "expected COUNT: BYTES [COUNT: BYTES] @ STACK");
}

// The numbers may stand anywhere in the line.
static bool scan_sample(struct span line, struct heap_head *s, struct span *stack)
{
    while (line.n) {
        struct span rest = line;
        if (scan_counts(&rest, true, s) && scan_text(&rest, SPAN(" @"))) {
            *stack = legacy_stack(rest);
            return true;
        }
        bool digit = scan_is_digit(*line.at);
        line = span_from(line, 1);
        while (digit && line.n && scan_is_digit(*line.at))
            line = span_from(line, 1);
    }
    return false;
}

static int take_values(struct heap *h, struct span count, struct span bytes, int64_t *values,
                       int64_t *size)
{
    if (!scan_i64(count, &values[0]) || !scan_i64(bytes, &values[1]))
        return legacy_fault(&h->l, "a number has more than 64 bits");
    if (values[0] == 0 && values[1] != 0)
        return legacy_fault(&h->l, "bytes of no object");
    if (values[0] == 0)
        return 0;
    *size = i64_div(values[1], values[0]);
    if (h->unsample)
        legacy_unsample(&values[0], &values[1], h->period);
    return 0;
}

static int take_sample(struct heap *h)
{
    struct heap_head s;
    struct span stack;
    int64_t values[4], *inuse = values, size = 0;
    golang_end_sample(&h->go);
    if (!scan_sample(h->l.lines.line, &s, &stack))
        return bad_sample(h);
    if (h->has_allocations) {
        if (take_values(h, s.alloc_count, s.alloc_bytes, values, &size))
            return -1;
        inuse += 2;
    }
    if (take_values(h, s.inuse_count, s.inuse_bytes, inuse, &size) ||
        legacy_take_addresses(&h->l, stack))
        return -1;
    h->n_negative += inuse[0] < 0 || inuse[1] < 0;
    golang_begin_sample(&h->go, LEAF_IS_CALL, values);
    builder_label_number(&h->l.b, SPAN("bytes"), size, SPAN(""));
    return 0;
}

static void note_overflow(const struct heap *h)
{
    char text[120];
    if (h->n_negative == 0)
        return;
    snprintf(text, sizeof text, "%u samples have counts below 0: these overflowed in the program",
             h->n_negative);
    job_note(h->l.r->job, text);
}

static void take_comment(struct heap *h, struct span line)
{
    golang_take_comment(&h->go);
    if (h->has_memstats)
        memstats_take_line(&h->memstats, line);
    h->has_memstats |= span_eq(line, SPAN("# runtime.MemStats"));
}

static int read_samples(struct heap *h)
{
    int status;
    while ((status = legacy_next(&h->l)) > 0) {
        struct span line = h->l.lines.line;
        if (legacy_is_comment(line))
            take_comment(h, line);
        else if (legacy_is_map(line))
            break;
        else if (take_sample(h))
            return -1;
    }
    golang_end_sample(&h->go);
    return status < 0 ? -1 : legacy_read_maps(&h->l);
}

static int read_heap(struct heap *h)
{
    struct heap_head head;
    if (legacy_next(&h->l) < 0)
        return -1;
    if (!scan_head(h->l.lines.line, &head))
        return bad_sample(h);
    if (use_kind(h, &head))
        return -1;
    set_types(h);
    if (read_samples(h))
        return -1;
    note_overflow(h);
    struct profile *out = h->l.b.out;
    if (h->has_memstats)
        out->memstats = arena_copy(out->arena, &h->memstats, 1, sizeof h->memstats);
    return golang_finish(&h->go);
}

static int heap_read(struct profile *out, const struct reading *r)
{
    struct heap h = {.go.l = &h.l};
    legacy_init(&h.l, r, out);
    return legacy_finish(&h.l, read_heap(&h));
}

static unsigned heap_probe(const struct head *head)
{
    struct heap_head h;
    struct span rest = head->bytes, line = rest;
    scan_upto(&rest, '\n', &line);
    if (scan_head(line, &h))
        return PROBE_CERTAIN;
    return span_starts(line, SPAN("heap profile:")) ? 80 : 0;
}

const struct reader reader_heap = {
    .name = "heap",
    .summary = "heap, growth and fragmentation texts of gperftools and Go",
    .probe_size = 1024,
    .probe = heap_probe,
    .read = heap_read,
};
