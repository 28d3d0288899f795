// SPDX-License-Identifier: Apache-2.0
#include "base/pipeline.h"

#include "base/buf.h"
#include "base/parallel.h"
#include "check.h"

enum { PIECES = 3000, MOST_PASSED = 3 };

struct slot {
    unsigned piece;
    struct buf text;
};

struct lines {
    struct pipeline *pipeline;
    struct slot slots[PIPELINE_SLOTS_MAX];
    struct buf out;
};

// Every piece prints its number, in as many steps as the number says.
static void work(void *context, unsigned i)
{
    struct lines *lines = context;
    struct slot *slot = &lines->slots[i];
    for (unsigned step = 0; step < slot->piece % (MOST_PASSED + 1); step++) {
        buf_printf(&slot->text, "%u.%u ", slot->piece, step);
        pipeline_pass_on(lines->pipeline, i);
        buf_clear(&slot->text);
    }
    buf_printf(&slot->text, "%u ", slot->piece);
}

static void take(void *context, unsigned i)
{
    struct lines *lines = context;
    buf_add(&lines->out, buf_span(&lines->slots[i].text));
}

static void begin(struct lines *lines, unsigned threads)
{
    *lines = (struct lines){0};
    struct job job = {.threads = threads, .wake = -1};
    lines->pipeline = pipeline_new(&(struct pipeline_calls){work, take, lines}, &job);
}

static void push(struct lines *lines, unsigned first, unsigned end)
{
    for (unsigned piece = first; piece < end; piece++) {
        struct slot *slot = &lines->slots[pipeline_next(lines->pipeline)];
        slot->piece = piece;
        buf_clear(&slot->text);
        pipeline_push(lines->pipeline);
    }
}

static void end(struct lines *lines)
{
    pipeline_free(lines->pipeline);
    for (unsigned i = 0; i < PIPELINE_SLOTS_MAX; i++)
        buf_release(&lines->slots[i].text);
}

static void expect(struct buf *out, unsigned n)
{
    for (unsigned piece = 0; piece < n; piece++) {
        for (unsigned step = 0; step < piece % (MOST_PASSED + 1); step++)
            buf_printf(out, "%u.%u ", piece, step);
        buf_printf(out, "%u ", piece);
    }
}

static void order_is_kept(void)
{
    struct buf expected = {0};
    expect(&expected, PIECES);
    const unsigned threads[] = {1, 2, 3, 8, 64};
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        struct lines lines;
        check_about("%u threads", threads[i]);
        begin(&lines, threads[i]);
        push(&lines, 0, PIECES / 2);
        pipeline_drain(lines.pipeline);
        push(&lines, PIECES / 2, PIECES);
        pipeline_drain(lines.pipeline);
        CHECK(span_eq(buf_span(&lines.out), buf_span(&expected)));
        end(&lines);
        buf_release(&lines.out);
    }
    buf_release(&expected);
}

static void the_rest_can_be_given_up(void)
{
    struct buf all = {0};
    expect(&all, 100);
    for (unsigned n = 0; n < 100; n++) {
        struct lines lines;
        begin(&lines, 1 + n % 5);
        push(&lines, 0, n);
        end(&lines);
        CHECK(span_starts(buf_span(&all), buf_span(&lines.out)));
        buf_release(&lines.out);
    }
    buf_release(&all);
}

CHECK_MAIN(CASE(order_is_kept), CASE(the_rest_can_be_given_up))
