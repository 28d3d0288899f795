// SPDX-License-Identifier: Apache-2.0
#include "profile/read/memstats.h"

#include "base/num.h"
#include "profile/read/jsonread.h"
#include "profile/read/lines.h"
#include "profile/read/scan.h"

// NAME = NUMBER, or NAME = NUMBER / NUMBER, of which the second has a name of its own in JSON.
static const struct number {
    const char *text, *json;
    size_t offset, second;
    const char *second_json;
} numbers[] = {
#define NUMBER(name, member)                                   \
    {                                                          \
        name, name, offsetof(struct memstats, member), 0, NULL \
    }
#define PAIR(name, first, a, b, second)                                                 \
    {                                                                                   \
        name, first, offsetof(struct memstats, a), offsetof(struct memstats, b), second \
    }
    NUMBER("Alloc", alloc),
    NUMBER("TotalAlloc", total_alloc),
    NUMBER("Sys", sys),
    NUMBER("Lookups", lookups),
    NUMBER("Mallocs", mallocs),
    NUMBER("Frees", frees),
    NUMBER("HeapAlloc", heap_alloc),
    NUMBER("HeapSys", heap_sys),
    NUMBER("HeapIdle", heap_idle),
    NUMBER("HeapInuse", heap_inuse),
    NUMBER("HeapReleased", heap_released),
    NUMBER("HeapObjects", heap_objects),
    PAIR("Stack", "StackInuse", stack_inuse, stack_sys, "StackSys"),
    PAIR("MSpan", "MSpanInuse", mspan_inuse, mspan_sys, "MSpanSys"),
    PAIR("MCache", "MCacheInuse", mcache_inuse, mcache_sys, "MCacheSys"),
    NUMBER("BuckHashSys", buck_hash_sys),
    NUMBER("GCSys", gc_sys),
    NUMBER("OtherSys", other_sys),
    NUMBER("NextGC", next_gc),
    NUMBER("LastGC", last_gc),
    NUMBER("NumGC", num_gc),
    NUMBER("NumForcedGC", num_forced_gc),
    NUMBER("MaxRSS", max_rss),
#undef NUMBER
#undef PAIR
};

enum { N_NUMBERS = sizeof numbers / sizeof *numbers, PAUSES = 256 };

struct pauses {
    int64_t at[PAUSES];
    size_t n;
};

static int64_t *member(struct memstats *m, size_t offset)
{
    return (int64_t *)(void *)((char *)m + offset);
}

// The last one's place in the ring follows from how many there were.
static void set_pauses(struct memstats *m, const struct pauses *p)
{
    uint64_t last = ((uint64_t)m->num_gc + PAUSES - 1) % PAUSES;
    if (m->num_gc > 0 && last < p->n)
        m->pause_last = p->at[last];
    for (size_t i = 0; i < p->n; i++)
        m->pause_worst = p->at[i] > m->pause_worst ? p->at[i] : m->pause_worst;
}

static bool scan_number(struct span *s, int64_t *value)
{
    struct span digits;
    scan_space(s);
    return scan_digits(s, &digits) && scan_i64(digits, value);
}

static void take_pauses(struct pauses *p, struct span values)
{
    scan_text(&values, SPAN("["));
    while (p->n < PAUSES && scan_number(&values, &p->at[p->n]))
        p->n++;
}

static void take_line(struct memstats *m, struct pauses *p, struct span name, struct span value)
{
    if (span_eq(name, SPAN("PauseNs")))
        take_pauses(p, value);
    if (span_eq(name, SPAN("GCCPUFraction")))
        num_parse_f64(value, &m->gc_cpu_fraction);
    for (size_t i = 0; i < N_NUMBERS; i++) {
        if (!span_eq(name, span_of(numbers[i].text)))
            continue;
        scan_number(&value, member(m, numbers[i].offset));
        scan_space(&value);
        if (numbers[i].second_json && scan_text(&value, SPAN("/")))
            scan_number(&value, member(m, numbers[i].second));
    }
}

void memstats_take_line(struct memstats *m, struct span line)
{
    struct pauses ignored = {.n = 0};
    struct span name;
    if (scan_text(&line, SPAN("# ")) && scan_upto(&line, '=', &name))
        take_line(m, &ignored, scan_trim(name), scan_trim(line));
}

static int read_text(struct memstats *m, struct lines *l, struct err *err)
{
    struct pauses p = {.n = 0};
    bool found = false;
    int status;
    while ((status = lines_next(l, err)) > 0) {
        struct span value = l->line, name;
        if (span_eq(value, SPAN("# runtime.MemStats")))
            found = true;
        else if (found && scan_text(&value, SPAN("# ")) && scan_upto(&value, '=', &name))
            take_line(m, &p, scan_trim(name), scan_trim(value));
    }
    set_pauses(m, &p);
    if (status == 0 && !found)
        return err_set(err, "has no runtime.MemStats: want /debug/pprof/heap?debug=1 or "
                            "/debug/vars");
    return status;
}

static int take_json(struct memstats *m, const struct json_value *v, struct err *err)
{
    struct pauses p = {.n = 0};
    const struct json_value *inner = jsonread_get(v, "memstats"), *pauses;
    v = inner ? inner : v;
    if (!jsonread_get(v, "TotalAlloc"))
        return err_set(err, "is JSON, but has no memstats: want what expvar gives at /debug/vars");
    for (size_t i = 0; i < N_NUMBERS; i++) {
        *member(m, numbers[i].offset) = jsonread_int(jsonread_get(v, numbers[i].json));
        if (numbers[i].second_json)
            *member(m, numbers[i].second) = jsonread_int(jsonread_get(v, numbers[i].second_json));
    }
    m->gc_cpu_fraction = jsonread_real(jsonread_get(v, "GCCPUFraction"));
    pauses = jsonread_get(v, "PauseNs");
    for (; p.n < PAUSES && p.n < jsonread_count(pauses); p.n++)
        p.at[p.n] = jsonread_int(jsonread_at(pauses, p.n));
    set_pauses(m, &p);
    return 0;
}

static int read_json(struct memstats *m, struct stream *in, struct err *err)
{
    struct buf text = {0};
    int status = stream_read_all(in, LINES_WHOLE_MAX, &text, err);
    struct json_document *d = status ? NULL : jsonread_read(buf_span(&text), err);
    status = d ? take_json(m, jsonread_root(d), err) : -1;
    jsonread_free(d);
    buf_release(&text);
    return status;
}

int memstats_read(struct memstats *out, struct stream *in, const struct job *job, struct err *err)
{
    struct lines l = {.in = in, .job = job};
    *out = (struct memstats){0};
    if (stream_need(in, 1, err))
        return -1;
    bool json = stream_have(in) && *in->at == '{';
    return json ? read_json(out, in, err) : read_text(out, &l, err);
}
