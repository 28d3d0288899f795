// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "profile/read/legacy.h"
#include "profile/read/scan.h"

// Heaps of jemalloc (MALLOC_CONF=prof:true):
//
//     heap_v2/524288
//       t*: 28106: 56637512 [0: 0]          all threads: COUNT: BYTES [COUNT: BYTES]
//       t0: 28106: 56637512 [0: 0]
//     @ 0x5f1d32 0x5f6a7b                   a stack; its threads follow in the same way
//       t*: 13: 6688 [0: 0]
//
// Those in brackets were ever allocated, where prof_accum is set. The threads' own lines are left
// out: their numbers are those of t*. Source: jemalloc's src/prof_data.c and its jeprof.

struct jemalloc {
    struct legacy l;
    int64_t period;
    bool has_allocations;
    bool has_stack; // whose t* is to come
};

static bool take_number(struct span *s, int64_t *value)
{
    struct span digits;
    scan_blanks(s);
    return scan_digits(s, &digits) && scan_i64(digits, value);
}

// t*: COUNT: BYTES [COUNT: BYTES], in the order of set_types.
static bool scan_totals(struct span line, int64_t *values)
{
    struct span s = scan_trim(line);
    return scan_text(&s, SPAN("t*:")) && take_number(&s, &values[2]) && scan_text(&s, SPAN(":")) &&
           take_number(&s, &values[3]) && scan_text(&s, SPAN(" [")) &&
           take_number(&s, &values[0]) && scan_text(&s, SPAN(":")) && take_number(&s, &values[1]) &&
           scan_text(&s, SPAN("]"));
}

static void set_types(struct jemalloc *j)
{
    struct builder *b = &j->l.b;
    if (j->has_allocations) {
        builder_sample_type(b, SPAN("alloc_objects"), SPAN("count"));
        builder_sample_type(b, SPAN("alloc_space"), SPAN("bytes"));
    }
    builder_sample_type(b, SPAN("inuse_objects"), SPAN("count"));
    builder_sample_type(b, SPAN("inuse_space"), SPAN("bytes"));
    b->out->period_type =
        (struct value_type){builder_string(b, SPAN("space")), builder_string(b, SPAN("bytes"))};
    b->out->period = j->period;
}

static int take_totals(struct jemalloc *j)
{
    int64_t values[4], size;
    if (!scan_totals(j->l.lines.line, values))
        return legacy_fault(&j->l, "expected t*: COUNT: BYTES [COUNT: BYTES]");
    if (j->l.b.sample_types.n == 0) { // the whole heap's
        j->has_allocations = values[0] > 0;
        set_types(j);
        return 0;
    }
    if (!j->has_stack)
        return legacy_fault(&j->l, "numbers without a stack before them");
    j->has_stack = false;
    size = values[2]   ? i64_div(values[3], values[2])
           : values[0] ? i64_div(values[1], values[0])
                       : 0;
    builder_label_number(&j->l.b, SPAN("bytes"), size, SPAN(""));
    legacy_unsample(&values[0], &values[1], j->period);
    legacy_unsample(&values[2], &values[3], j->period);
    legacy_make_frames(&j->l, LEAF_IS_CALL);
    legacy_add_sample(&j->l, j->has_allocations ? values : values + 2);
    return 0;
}

static int take_line(struct jemalloc *j)
{
    struct span line = scan_trim(j->l.lines.line);
    if (line.n == 0)
        return 0;
    if (*line.at == '@') {
        j->l.addresses.n = 0;
        j->has_stack = true;
        return legacy_take_addresses(&j->l, line);
    }
    if (span_starts(line, SPAN("t*:")))
        return take_totals(j);
    return *line.at == 't' ? 0 : legacy_fault(&j->l, "expected a stack or a thread's numbers");
}

static bool scan_head(struct span line, struct span *period)
{
    return scan_text(&line, SPAN("heap_v2/")) && scan_digits(&line, period) &&
           scan_trim(line).n == 0;
}

static int read_heap(struct jemalloc *j)
{
    struct span period;
    int status = legacy_next(&j->l);
    if (status < 0)
        return -1;
    if (!scan_head(j->l.lines.line, &period) || !scan_i64(period, &j->period))
        return legacy_fault(&j->l, "expected heap_v2/PERIOD");
    while ((status = legacy_next(&j->l)) > 0 && !legacy_is_map(j->l.lines.line))
        if (take_line(j))
            return -1;
    if (j->l.b.sample_types.n == 0 && status == 0)
        return err_set(j->l.r->err, "the heap has no numbers: is it cut off?");
    return status < 0 ? -1 : legacy_read_maps(&j->l);
}

static int jemalloc_read(struct profile *out, const struct reading *r)
{
    struct jemalloc j = {0};
    legacy_init(&j.l, r, out);
    if (legacy_finish(&j.l, read_heap(&j)))
        return -1;
    struct span drop = profile_str(out, out->drop_frames);
    const char *more = arena_printf(
        out->arena,
        SPAN_FMT
        "|(_rjem_)?je_.*|_rjem_.*|newImpl.*|fallbackNewImpl.*|mallocx|rallocx|malloc_usable_size",
        SPAN_ARG(drop));
    out->drop_frames = strtab_add(out->strings, span_of(more));
    return 0;
}

static unsigned jemalloc_probe(const struct head *head)
{
    struct span rest = head->bytes, line = rest, period;
    scan_upto(&rest, '\n', &line);
    return scan_head(line, &period) ? PROBE_CERTAIN : 0;
}

const struct reader reader_jemalloc = {
    .name = "jemalloc",
    .summary = "heaps of jemalloc (heap_v2)",
    .probe_size = 64,
    .probe = jemalloc_probe,
    .read = jemalloc_read,
};
