// SPDX-License-Identifier: Apache-2.0
#include "profile/builder.h"
#include "profile/read/gohead.h"
#include "profile/read/goquote.h"
#include "profile/read/lines.h"
#include "profile/read/reader.h"
#include "profile/read/scan.h"

// The stacks of goroutines as Go prints them: /debug/pprof/goroutine?debug=2, a panic, what SIGQUIT
// leaves in a log. A goroutine is a sample; its frames are two lines each, the leaf first:
//
//     main.(*Pool).run(0xc000012345, {0x1, 0x2})
//     	/app/pool.go:32 +0x1a
//     created by main.start in goroutine 1
//     	/app/main.go:40 +0x5c
//
// Source: Go's runtime/traceback.go.

struct dump {
    const struct reading *r;
    struct builder b;
    struct lines lines;
    struct idmap unavailable; // the sample of each goroutine whose stack could not be had
    VEC(uint32_t) gone;       // samples that a better one replaced

    // The goroutine at hand.
    bool open;
    uint64_t id;
    struct span prefix;
    VEC(uint32_t) frames;
    bool no_stack;
    struct span pending; // the name of a frame whose place is in the next line
    bool created;        // that frame is what created the goroutine
};

static uint32_t add_frame(struct dump *d, struct span name, struct span file, int64_t line)
{
    struct line l = {.function = builder_named(&d->b, name, file, 0), .line = line};
    return builder_frame(&d->b, &l);
}

static void push_frame(struct dump *d, uint32_t frame)
{
    *vec_push(d->b.out->arena, &d->frames) = frame;
}

static void end_goroutine(struct dump *d)
{
    if (!d->open)
        return;
    uint32_t before = idmap_get(&d->unavailable, d->id);
    if (before != IDMAP_NONE && !d->no_stack)
        *vec_push(d->b.out->arena, &d->gone) = before;
    if (before == IDMAP_NONE && d->no_stack)
        idmap_add(&d->unavailable, d->id, (uint32_t)d->b.samples.n);
    builder_sample(&d->b, d->frames.at, (uint32_t)d->frames.n, &(int64_t){1});
    d->open = false;
}

static void begin_goroutine(struct dump *d, const struct gohead *h)
{
    struct builder *b = &d->b;
    end_goroutine(d);
    if (h->id == 0)
        return; // a thread's own stack
    d->open = true;
    d->id = h->id;
    d->prefix = arena_span(b->out->arena, h->prefix);
    d->frames.n = 0;
    d->no_stack = false;
    d->pending = SPAN("");
    builder_label_text(b, SPAN("state"), h->state);
    if (h->minutes)
        builder_label_number(b, SPAN("minutes"), h->minutes, SPAN(""));
    if (h->locked)
        builder_label_text(b, SPAN("locked to thread"), SPAN("true"));
    if (h->leaked)
        builder_label_text(b, SPAN("leaked"), SPAN("true"));
    builder_label_number(b, SPAN("goroutine"), (int64_t)h->id, SPAN(""));
    struct span labels = h->labels;
    if (labels.n)
        goquote_take_labels(b, &labels);
}

static void cut_from(struct span *s, struct span mark)
{
    size_t at = span_find(*s, mark);
    if (at != SPAN_NOT_FOUND)
        *s = span_upto(*s, at);
}

// FILE:LINE, and what may follow.
static bool scan_place(struct span text, struct span *file, int64_t *line)
{
    if (text.n == 0 || !scan_is_space(*text.at))
        return false;
    text = scan_trim(text);
    cut_from(&text, SPAN(" +0x"));
    cut_from(&text, SPAN(" fp=0x"));
    cut_from(&text, SPAN(" pc=0x"));
    size_t colon = scan_last(text, ':');
    if (colon == SPAN_NOT_FOUND || !scan_i64(span_from(text, colon + 1), line))
        return false;
    *file = span_upto(text, colon);
    return true;
}

// The function of NAME(ARGUMENTS), or of a C function's NAME. A name has no blanks.
static struct span scan_name(struct span text)
{
    size_t open = span_ends(text, SPAN(")")) ? scan_last(text, '(') : SPAN_NOT_FOUND;
    struct span name = open == SPAN_NOT_FOUND ? text : span_upto(text, open);
    for (size_t i = 0; i < name.n; i++)
        if (scan_is_space(name.at[i]))
            return SPAN("");
    return name;
}

static void take_creator(struct dump *d, struct span text)
{
    size_t in = span_find(text, SPAN(" in goroutine "));
    text = in == SPAN_NOT_FOUND ? text : span_upto(text, in);
    d->pending = arena_span(d->b.out->arena, text);
    d->created = true;
}

static void add_creator(struct dump *d, struct span file, int64_t line)
{
    static const struct span prefix = SPAN("created by ");
    if (d->r->options->created_by == CREATED_BY_ROOT)
        push_frame(d, add_frame(d, d->pending, file, line));
    else if (d->r->options->created_by == CREATED_BY_LABEL)
        builder_label_text(&d->b, SPAN("created by"), span_from(d->pending, prefix.n));
}

static void take_place(struct dump *d, struct span file, int64_t line)
{
    if (d->pending.n == 0)
        return;
    if (d->created)
        add_creator(d, file, line);
    else
        push_frame(d, add_frame(d, d->pending, file, line));
    d->pending = SPAN("");
}

// What Go says in the place of frames.
static bool is_remark(struct span text)
{
    return (span_starts(text, SPAN("...")) && span_ends(text, SPAN("frames elided..."))) ||
           span_starts(text, SPAN("goroutine running on other thread")) ||
           span_starts(text, SPAN("goroutine in C code; stack unavailable"));
}

static void take_text(struct dump *d, struct span text)
{
    struct span trimmed = scan_trim(text), file;
    int64_t line;
    if (trimmed.n == 0 || span_starts(trimmed, SPAN("[originating from goroutine "))) {
        end_goroutine(d); // stacks of its ancestors may follow
    } else if (is_remark(trimmed)) {
        push_frame(d, add_frame(d, trimmed, SPAN(""), 0));
        d->no_stack |= *trimmed.at != '.';
    } else if (scan_place(text, &file, &line)) {
        take_place(d, file, line);
    } else if (span_starts(text, SPAN("created by "))) {
        take_creator(d, trimmed);
    } else if (!scan_is_space(*text.at)) {
        struct span name = scan_name(trimmed);
        if (name.n) {
            d->pending = arena_span(d->b.out->arena, name);
            d->created = false;
        }
    }
}

static void take_line(struct dump *d)
{
    struct span line = d->lines.line;
    struct gohead head;
    if (gohead_parse(line, &head)) {
        begin_goroutine(d, &head);
    } else if (d->open) {
        gohead_cut_prefix(d->prefix, &line);
        take_text(d, line);
    }
}

static void drop_gone(struct dump *d)
{
    struct builder *b = &d->b;
    size_t n = 0;
    for (size_t i = 0; i < d->gone.n; i++)
        b->samples.at[d->gone.at[i]].row = NO_INDEX;
    for (size_t i = 0; i < b->samples.n; i++)
        if (b->samples.at[i].row != NO_INDEX)
            b->samples.at[n++] = b->samples.at[i];
    b->samples.n = n;
}

static int read_dump(struct dump *d)
{
    int status;
    builder_sample_type(&d->b, SPAN("goroutine"), SPAN("count"));
    d->b.out->period_type = d->b.sample_types.at[0];
    d->b.out->period = 1;
    while ((status = lines_next(&d->lines, d->r->err)) > 0)
        take_line(d);
    end_goroutine(d);
    if (status < 0)
        return -1;
    if (d->b.samples.n == 0)
        return err_set(d->r->err, "is a text, but not a profile: there is no stack in it");
    drop_gone(d);
    builder_name_mapping(&d->b);
    return builder_finish(&d->b, d->r->err);
}

static int godump_read(struct profile *out, const struct reading *r)
{
    struct dump d = {.r = r, .lines = {.in = r->in, .job = r->job}};
    builder_init(&d.b, out);
    idmap_init(&d.unavailable, 0);
    int status = read_dump(&d);
    idmap_release(&d.unavailable);
    builder_release(&d.b);
    return status;
}

static bool is_text(struct span bytes)
{
    for (size_t i = 0; i < bytes.n; i++)
        if ((unsigned char)bytes.at[i] < ' ' && !scan_is_space(bytes.at[i]) &&
            bytes.at[i] != '\033')
            return false;
    return true;
}

// A log may say much before it comes to a goroutine: a text that is nothing else is read for one.
static unsigned godump_probe(const struct head *head)
{
    enum { PERHAPS = 2, LIKELY = 90 };
    struct span rest = head->bytes, line;
    struct gohead h;
    for (bool first = true; rest.n; first = false) {
        if (!scan_upto(&rest, '\n', &line)) {
            line = rest;
            rest = SPAN("");
        }
        if (gohead_parse(scan_trim(line), &h))
            return first ? PROBE_CERTAIN : LIKELY;
    }
    return head->bytes.n && is_text(head->bytes) ? PERHAPS : 0;
}

const struct reader reader_godump = {
    .name = "godump",
    .summary = "stacks of goroutines: debug=2, panics and SIGQUIT, also within a log",
    .probe_size = 64 << 10,
    .probe = godump_probe,
    .read = godump_read,
};
