// SPDX-License-Identifier: Apache-2.0
#include "profile/read/golang.h"
#include "profile/read/scan.h"

// Go's goroutine and threadcreate texts (debug=1), and any other profile that counts stacks:
//
//     goroutine profile: total 7
//     6 @ 0x4378b6 0x40619b

// TYPE profile: total N
static bool scan_head(struct span line, struct span *type)
{
    static const struct span words = SPAN(" profile: total ");
    size_t blank = 0;
    while (blank < line.n && !scan_is_space(line.at[blank]))
        blank++;
    struct span rest = span_from(line, blank), digits;
    *type = span_upto(line, blank);
    return blank && scan_text(&rest, words) && scan_digits(&rest, &digits) && rest.n == 0;
}

static bool is_address(char c)
{
    return scan_is_digit(c) || (c >= 'a' && c <= 'f');
}

// COUNT @, and for each frame a blank and a number. Threads that the runtime started have none.
static int take_sample(struct golang *g)
{
    struct legacy *l = g->l;
    struct span rest = l->lines.line, digits, stack;
    int64_t count;
    golang_end_sample(g);
    if (scan_digits(&rest, &digits) == 0 || !scan_any_i64(digits, &count) ||
        !scan_text(&rest, SPAN(" @")))
        return legacy_fault(l, "expected COUNT @ STACK");
    bool threads = span_eq(profile_str(l->b.out, l->b.out->period_type.type), SPAN("threadcreate"));
    if (rest.n == 0 && !threads)
        return legacy_fault(l, "expected a stack");
    for (stack = rest; rest.n;)
        if (!scan_text(&rest, SPAN(" 0x")) || scan_while(&rest, is_address, NULL) == 0)
            return legacy_fault(l, "a stack that is not addresses");
    if (legacy_take_addresses(l, stack))
        return -1;
    golang_begin_sample(g, LEAF_IS_CALL, &count);
    return 0;
}

static void set_types(struct builder *b, struct span type)
{
    builder_sample_type(b, type, SPAN("count"));
    b->out->period_type = b->sample_types.at[0];
    b->out->period = 1;
}

static int read_samples(struct golang *g)
{
    struct legacy *l = g->l;
    int status;
    while ((status = legacy_next(l)) > 0) {
        if (legacy_is_comment(l->lines.line))
            golang_take_comment(g);
        else if (span_starts(l->lines.line, SPAN("---")))
            break;
        else if (take_sample(g))
            return -1;
    }
    golang_end_sample(g);
    return status < 0 ? -1 : legacy_read_maps(l);
}

static int read_counts(struct golang *g)
{
    struct span type;
    if (legacy_skip_comments(g->l))
        return -1;
    if (!scan_head(g->l->lines.line, &type))
        return legacy_fault(g->l, "expected TYPE profile: total N");
    set_types(&g->l->b, type);
    return read_samples(g) ? -1 : golang_finish(g);
}

static int gocount_read(struct profile *out, const struct reading *r)
{
    struct legacy l;
    struct golang g = {.l = &l};
    legacy_init(&l, r, out);
    return legacy_finish(&l, read_counts(&g));
}

static unsigned gocount_probe(const struct head *head)
{
    struct span type;
    return scan_head(legacy_first_line(head->bytes), &type) ? PROBE_CERTAIN : 0;
}

const struct reader reader_gocount = {
    .name = "gocount",
    .summary = "goroutine and threadcreate texts of Go (debug=1)",
    .probe_size = 1024,
    .probe = gocount_probe,
    .read = gocount_read,
};
