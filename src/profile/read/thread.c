// SPDX-License-Identifier: Apache-2.0
#include "profile/read/legacy.h"
#include "profile/read/scan.h"

// The stacks of all threads, by gperftools' threadz:
//
//     --- Thread 7f794ab90940 (name: main/14748) stack: ---
//       0x0040be31: main

static const struct span stack_mark = SPAN(") stack: ---");

// Whether the text has "/DIGITS) stack: ---" in it.
static bool has_stack_mark(struct span s)
{
    size_t at;
    for (size_t from = 0; (at = span_find(span_from(s, from), stack_mark)) != SPAN_NOT_FOUND;
         from += at + stack_mark.n) {
        size_t end = from + at, n = end;
        while (n > 0 && scan_is_digit(s.at[n - 1]))
            n--;
        if (n < end && n > 0 && s.at[n - 1] == '/')
            return true;
    }
    return false;
}

static bool is_thread(struct span line)
{
    size_t at;
    while ((at = span_find(line, SPAN("--- Thread "))) != SPAN_NOT_FOUND) {
        line = span_from(line, at + strlen("--- Thread "));
        struct span rest = line, id;
        if (scan_hex(&rest, &id) && scan_text(&rest, SPAN(" (name: ")) && has_stack_mark(rest))
            return true;
    }
    return false;
}

static bool is_head(struct span line)
{
    size_t at;
    while ((at = span_find(line, SPAN("--- threadz "))) != SPAN_NOT_FOUND) {
        line = span_from(line, at + strlen("--- threadz "));
        struct span rest = line, digits;
        if (scan_digits(&rest, &digits) && scan_text(&rest, SPAN(" ---")))
            return true;
    }
    return false;
}

// Makes the first thread, or the memory map, the line at hand.
static int find_first(struct legacy *l)
{
    int status = 1;
    if (legacy_skip_comments(l))
        return -1;
    if (!is_head(l->lines.line))
        return 0;
    while ((status = legacy_next(l)) > 0)
        if (legacy_is_map(l->lines.line) || span_starts(l->lines.line, SPAN("-")))
            return 0;
    return status < 0 ? -1 : err_set(l->r->err, "there are no threads");
}

// The lines of one thread, up to the next one or the memory map. No addresses: it is the same as
// the one before.
static int read_stack(struct legacy *l)
{
    bool same = false;
    int status;
    while ((status = legacy_next(l)) > 0) {
        struct span line = scan_trim(l->lines.line);
        if (span_starts(line, SPAN("---")))
            break;
        if (span_find(line, SPAN("same as previous thread")) != SPAN_NOT_FOUND)
            same = true;
        else if (legacy_take_addresses(l, line))
            return -1;
    }
    if (same)
        l->addresses.n = 0;
    if (status == 0)
        return err_set(l->r->err, "the threads do not end with a memory map: is it cut off?");
    return status < 0 ? -1 : 0;
}

static void add_thread(struct legacy *l)
{
    struct builder *b = &l->b;
    if (l->addresses.n) {
        legacy_make_frames(l, LEAF_IS_NOT_CALL);
        legacy_add_sample(l, &(int64_t){1});
    } else if (b->values.n) {
        b->values.at[b->values.n - 1]++;
    }
}

static int read_threads(struct legacy *l)
{
    while (!legacy_is_map(l->lines.line)) {
        if (span_starts(l->lines.line, SPAN("---- no stack trace for")))
            return 0;
        if (!is_thread(l->lines.line))
            return legacy_fault(l, "expected --- Thread ID (name: NAME/NUMBER) stack: ---");
        if (read_stack(l))
            return -1;
        add_thread(l);
    }
    return 0;
}

static int thread_read(struct profile *out, const struct reading *r)
{
    struct legacy l;
    legacy_init(&l, r, out);
    builder_sample_type(&l.b, SPAN("thread"), SPAN("count"));
    out->period_type = l.b.sample_types.at[0];
    out->period = 1;
    int status = find_first(&l) || read_threads(&l) || legacy_read_maps(&l) ? -1 : 0;
    if (status == 0)
        legacy_drop_twins(&l);
    return legacy_finish(&l, status);
}

static unsigned thread_probe(const struct head *head)
{
    struct span line = legacy_first_line(head->bytes);
    return is_head(line) || is_thread(line) ? PROBE_CERTAIN : 0;
}

const struct reader reader_thread = {
    .name = "thread",
    .summary = "stacks of all threads: threadz of gperftools",
    .probe_size = 1024,
    .probe = thread_probe,
    .read = thread_read,
};
