// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>

#include "base/num.h"
#include "profile/builder.h"
#include "profile/read/lines.h"
#include "profile/read/reader.h"
#include "profile/read/scan.h"

// What `perf script` prints of Linux perf's samples, the leaf first:
//
//     python3 4711/4712 [002] 1672.065244:    5025125 task-clock:u:
//     	      55d0e1a0c1a5 parse+0x1c (/usr/bin/app)
//     	      55d0e1a0c330 inner (inlined)
//     	      55d0e1a0c330 main+0x32 (/usr/bin/app)
//       main.c:12
//
// The process and the thread may be one number; the processor, the time and the period may be
// missing. Source: perf-script(1).

enum { EVENTS_MAX = 32 };

struct perf_head {
    struct span command, event;
    int64_t pid, tid, period; // tid, period: 0 where not told
    double time;              // in seconds; below 0 where not told
};

struct perf_sample {
    uint32_t event;
    int64_t period;
    struct perf_head head; // its texts are the arena's
    size_t frame;
    uint32_t n_frames;
};

struct perf {
    const struct reading *r;
    struct builder b;
    struct lines lines;
    struct span events[EVENTS_MAX];
    uint32_t n_events;
    bool has_periods;
    double first, last; // times
    bool open;
    struct perf_sample sample;
    VEC(struct perf_sample) samples;
    VEC(uint32_t) frames;
    VEC(struct line) inlined; // functions inlined into the next frame, the innermost first
};

static bool is_solid(char c)
{
    return !scan_is_space(c);
}

static bool scan_word(struct span *s, struct span *word)
{
    scan_space(s);
    return scan_while(s, is_solid, word) > 0;
}

// PID or PID/TID
static bool scan_ids(struct span word, struct perf_head *h)
{
    struct span digits;
    if (scan_digits(&word, &digits) == 0 || !scan_i64(digits, &h->pid))
        return false;
    h->tid = h->pid;
    if (scan_text(&word, SPAN("/")) &&
        (scan_digits(&word, &digits) == 0 || !scan_i64(digits, &h->tid)))
        return false;
    return word.n == 0;
}

static bool scan_time(struct span word, struct perf_head *h)
{
    return span_ends(word, SPAN(":")) && memchr(word.at, '.', word.n) &&
           num_parse_f64(span_upto(word, word.n - 1), &h->time);
}

// Without the letters after its last colon that say how it was counted, such as "u" and "ppp".
static struct span cut_modifiers(struct span event)
{
    size_t colon = scan_last(event, ':');
    if (colon == SPAN_NOT_FOUND || colon == 0)
        return event;
    for (size_t i = colon + 1; i < event.n; i++)
        if (!strchr("ukhpPGHIDWeSb", event.at[i]))
            return event;
    return span_upto(event, colon);
}

// [CPU]
static bool is_processor(struct span word)
{
    return scan_text(&word, SPAN("[")) && scan_digits(&word, NULL) && span_eq(word, SPAN("]"));
}

static bool is_event(struct span word)
{
    return word.n > 1 && span_ends(word, SPAN(":")) && !scan_is_digit(*word.at) &&
           !memchr("[(@", *word.at, 3);
}

// What stands after the numbers of process and thread.
static bool scan_event(struct span rest, struct perf_head *h)
{
    struct span word, digits;
    h->time = -1;
    while (scan_word(&rest, &word)) {
        struct span number = word;
        if (is_processor(word) || scan_time(word, h))
            continue;
        if (scan_digits(&number, &digits) && number.n == 0) {
            if (!scan_i64(digits, &h->period))
                return false;
        } else if (is_event(word)) {
            h->event = cut_modifiers(span_upto(word, word.n - 1));
            return h->event.n > 0;
        } else if (h->time >= 0) {
            return false;
        }
    }
    return h->time >= 0;
}

// The command may have blanks and numbers in it.
static bool scan_head(struct span line, struct perf_head *h)
{
    struct span rest = line, word;
    if (line.n == 0 || scan_is_space(*line.at) || *line.at == '#' || !scan_word(&rest, &word))
        return false;
    while (scan_word(&rest, &word)) {
        *h = (struct perf_head){.command = scan_trim(span_upto(line, (size_t)(word.at - line.at)))};
        if (scan_ids(word, h) && scan_event(rest, h))
            return true;
    }
    return false;
}

static uint32_t find_event(struct perf *p, struct span event)
{
    for (uint32_t i = 0; i < p->n_events; i++)
        if (span_eq(p->events[i], event))
            return i;
    if (p->n_events == EVENTS_MAX)
        return EVENTS_MAX;
    p->events[p->n_events] = arena_span(p->b.out->arena, event);
    return p->n_events++;
}

static void end_sample(struct perf *p)
{
    if (!p->open)
        return;
    p->open = false;
    p->inlined.n = 0;
    p->sample.n_frames = (uint32_t)(p->frames.n - p->sample.frame);
    *vec_push(p->b.out->arena, &p->samples) = p->sample;
}

static int begin_sample(struct perf *p, const struct perf_head *h)
{
    end_sample(p);
    p->open = true;
    p->sample = (struct perf_sample){.event = find_event(p, h->event.n ? h->event : SPAN("event")),
                                     .period = h->period ? h->period : 1,
                                     .head = *h,
                                     .frame = p->frames.n};
    p->sample.head.command = arena_span(p->b.out->arena, h->command);
    p->has_periods |= h->period > 0;
    if (h->time >= 0) {
        p->first = p->samples.n == 0 || h->time < p->first ? h->time : p->first;
        p->last = h->time > p->last ? h->time : p->last;
    }
    return p->sample.event < EVENTS_MAX
               ? 0
               : lines_fault(&p->lines, p->r->err, "more than 32 kinds of events");
}

// The part in parentheses that a line ends with.
static bool cut_module(struct span *s, struct span *module)
{
    size_t depth = 0, i = s->n;
    if (!span_ends(*s, SPAN(")")))
        return false;
    while (i > 0) {
        char c = s->at[--i];
        depth += c == ')';
        depth -= c == '(';
        if (depth == 0)
            break;
    }
    if (depth)
        return false;
    *module = span_upto(span_from(*s, i + 1), s->n - i - 2);
    *s = scan_trim(span_upto(*s, i));
    return true;
}

static void push_frame(struct perf *p, uint64_t address, struct span module)
{
    struct arena *arena = p->b.out->arena;
    struct location l = {.address = address,
                         .mapping = builder_module(&p->b, module),
                         .n_lines = (uint32_t)p->inlined.n};
    *vec_push(arena, &p->frames) = builder_location_once(&p->b, &l, p->inlined.at);
    p->inlined.n = 0;
}

// ADDRESS SYMBOL+OFFSET (MODULE); false where the line is something else.
static bool take_frame(struct perf *p, struct span line)
{
    struct span digits, module = SPAN("");
    uint64_t address;
    scan_space(&line);
    if (scan_hex(&line, &digits) == 0 || !scan_hex_u64(digits, &address) ||
        (line.n && !scan_is_space(*line.at)))
        return false;
    struct span symbol = scan_trim(line);
    if (cut_module(&symbol, &module) && span_eq(module, SPAN("[unknown]")))
        module = SPAN("");
    symbol = scan_without_offset(symbol);
    bool named = symbol.n && !span_eq(symbol, SPAN("[unknown]"));
    if (named)
        *vec_push(p->b.out->arena, &p->inlined) =
            (struct line){.function = builder_named(&p->b, symbol, SPAN(""), 0)};
    if (!span_eq(module, SPAN("inlined")))
        push_frame(p, address, module);
    return true;
}

static int take_line(struct perf *p)
{
    struct span line = p->lines.line;
    struct perf_head h;
    if (scan_trim(line).n == 0)
        end_sample(p);
    else if (*line.at == '#')
        return 0;
    else if (p->open && scan_is_space(*line.at))
        take_frame(p, line); // or the place in the source of the frame before, or more of the event
    else if (scan_head(line, &h))
        return begin_sample(p, &h);
    else
        return lines_fault(&p->lines, p->r->err, "expected COMMAND PID TIME: EVENT:");
    return 0;
}

static bool is_clock(struct span event)
{
    return span_eq(event, SPAN("cpu-clock")) || span_eq(event, SPAN("task-clock"));
}

static void set_types(struct perf *p)
{
    struct builder *b = &p->b;
    builder_sample_type(b, SPAN("samples"), SPAN("count"));
    for (uint32_t i = 0; i < p->n_events && (p->has_periods || p->n_events > 1); i++)
        builder_sample_type(b, is_clock(p->events[i]) ? SPAN("cpu") : p->events[i],
                            is_clock(p->events[i]) ? SPAN("nanoseconds") : SPAN("count"));
    b->out->period_type = b->sample_types.at[b->sample_types.n > 1];
    b->out->default_sample_type = b->out->period_type.type;
    if (p->last > p->first)
        b->out->duration_nanos = i64_of((p->last - p->first) * 1e9);
}

static void add_sample(struct perf *p, const struct perf_sample *s)
{
    int64_t values[1 + EVENTS_MAX] = {1};
    struct builder *b = &p->b;
    values[1 + s->event] = s->period;
    builder_label_text(b, SPAN("comm"), s->head.command);
    builder_label_number(b, SPAN("pid"), s->head.pid, SPAN(""));
    if (s->head.tid != s->head.pid)
        builder_label_number(b, SPAN("tid"), s->head.tid, SPAN(""));
    builder_sample(b, p->frames.at + s->frame, s->n_frames, values);
}

static int read_perf(struct perf *p)
{
    int status;
    while ((status = lines_next(&p->lines, p->r->err)) > 0)
        if (take_line(p))
            return -1;
    end_sample(p);
    if (status < 0)
        return -1;
    set_types(p);
    for (size_t i = 0; i < p->samples.n; i++)
        add_sample(p, &p->samples.at[i]);
    return builder_finish(&p->b, p->r->err);
}

static int perf_read(struct profile *out, const struct reading *r)
{
    struct perf p = {.r = r, .lines = {.in = r->in, .job = r->job}};
    builder_init(&p.b, out);
    int status = read_perf(&p);
    builder_release(&p.b);
    return status;
}

static bool is_frame(struct span line)
{
    struct span digits;
    scan_space(&line);
    return scan_hex(&line, &digits) >= 1 && line.n && scan_is_space(*line.at) &&
           span_ends(scan_trim(line), SPAN(")"));
}

// The first line that is not a comment begins a sample, and a frame follows.
static unsigned perf_probe(const struct head *head)
{
    enum { SAMPLE = 80, STACK = 90 };
    struct span rest = head->bytes, line;
    struct perf_head h;
    while (scan_upto(&rest, '\n', &line)) {
        if (scan_trim(line).n == 0 || *line.at == '#')
            continue;
        if (!scan_head(line, &h) || h.event.n == 0)
            return 0;
        return scan_upto(&rest, '\n', &line) && is_frame(line) ? STACK : SAMPLE;
    }
    return 0;
}

const struct reader reader_perf = {
    .name = "perf",
    .summary = "what perf script prints",
    .probe_size = 8 << 10,
    .probe = perf_probe,
    .read = perf_read,
};
