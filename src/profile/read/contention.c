// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "profile/read/golang.h"
#include "profile/read/scan.h"

// Waits for locks, of gperftools and of Go (block and mutex, debug=1):
//
//     --- contentionz 1 ---
//     cycles/second = 3201000000
//     sampling period = 100
//       19490304       27 @ 0xbccc97 0xc61202
//
// A sample has the cycles of all waits, and how many there were.

struct contention {
    struct legacy l;
    struct golang go;
    int64_t hertz;
};

static bool is_head(struct span line)
{
    return span_starts(line, SPAN("--- contentionz ")) || span_starts(line, SPAN("--- mutex:")) ||
           span_starts(line, SPAN("--- contention:"));
}

static void set_types(struct builder *b)
{
    builder_sample_type(b, SPAN("contentions"), SPAN("count"));
    builder_sample_type(b, SPAN("delay"), SPAN("nanoseconds"));
    b->out->period_type = b->sample_types.at[0];
    b->out->period = 1;
}

static int take_attribute(struct contention *c, struct span key, struct span value)
{
    struct profile *p = c->l.b.out;
    int64_t ms;
    bool good = true;
    if (span_eq(key, SPAN("cycles/second")))
        good = scan_any_i64(value, &c->hertz);
    else if (span_eq(key, SPAN("sampling period")))
        good = scan_any_i64(value, &p->period);
    else if (span_eq(key, SPAN("ms since reset"))) {
        good = scan_any_i64(value, &ms);
        p->duration_nanos = good ? ms * 1000 * 1000 : 0;
    } else if (!span_eq(key, SPAN("discarded samples"))) {
        return legacy_fault(&c->l, "an unknown attribute");
    }
    return good ? 0 : legacy_fault(&c->l, "not a number");
}

// Up to the first line that is not an attribute, which is next then.
static int read_attributes(struct contention *c)
{
    int status;
    while ((status = legacy_next(&c->l)) > 0) {
        struct span value = scan_trim(c->l.lines.line), key;
        if (legacy_is_comment(value))
            continue;
        if (span_starts(value, SPAN("---")) || !scan_upto(&value, '=', &key)) {
            lines_back(&c->l.lines);
            return 0;
        }
        if (take_attribute(c, scan_trim(key), scan_trim(value)))
            return -1;
    }
    return status;
}

// CYCLES COUNT @ STACK, anywhere in a line. Where there is but one number its last digit is the
// count, as the reference has it.
static bool scan_sample(struct span line, struct span *cycles, struct span *count,
                        struct span *stack)
{
    struct span rest;
    while (line.n) {
        if (scan_digits(&line, cycles) == 0) {
            line = span_from(line, 1);
            continue;
        }
        rest = line;
        scan_blanks(&rest);
        if (scan_digits(&rest, count) == 0) {
            rest = line;
            *count = span_from(*cycles, cycles->n - 1);
            cycles->n--;
        }
        if (cycles->n && scan_text(&rest, SPAN(" @"))) {
            *stack = legacy_stack(rest);
            return true;
        }
    }
    return false;
}

static int take_sample(struct contention *c)
{
    int64_t period = c->l.b.out->period, count, cycles;
    struct span number[2], stack;
    golang_end_sample(&c->go);
    if (!scan_sample(c->l.lines.line, &number[0], &number[1], &stack))
        return legacy_fault(&c->l, "expected CYCLES COUNT @ STACK");
    if (!scan_i64(number[0], &cycles) || !scan_i64(number[1], &count))
        return legacy_fault(&c->l, "a number has more than 64 bits");
    if (period > 0 && c->hertz > 0)
        cycles = i64_of((double)cycles * (double)period / ((double)c->hertz / 1e9));
    if (period > 0)
        count *= period;
    if (legacy_take_addresses(&c->l, stack))
        return -1;
    golang_begin_sample(&c->go, LEAF_IS_CALL, (int64_t[]){count, cycles});
    return 0;
}

static int read_samples(struct contention *c)
{
    int status;
    while ((status = legacy_next(&c->l)) > 0) {
        struct span line = scan_trim(c->l.lines.line);
        if (span_starts(line, SPAN("---")))
            break;
        if (legacy_is_comment(line))
            golang_take_comment(&c->go);
        else if (take_sample(c))
            return -1;
    }
    golang_end_sample(&c->go);
    return status < 0 ? -1 : legacy_read_maps(&c->l);
}

static int contention_read(struct profile *out, const struct reading *r)
{
    struct contention c = {.go.l = &c.l};
    legacy_init(&c.l, r, out);
    set_types(&c.l.b);
    int status = legacy_next(&c.l) < 0 || read_attributes(&c) || read_samples(&c);
    return legacy_finish(&c.l, status ? -1 : golang_finish(&c.go));
}

static unsigned contention_probe(const struct head *head)
{
    return is_head(head->bytes) ? PROBE_CERTAIN : 0;
}

const struct reader reader_contention = {
    .name = "contention",
    .summary = "waits for locks: contentionz of gperftools, block and mutex texts of Go",
    .probe_size = 64,
    .probe = contention_probe,
    .read = contention_read,
};
