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

struct job {
    struct pipeline *pipeline;
    struct slot slots[PIPELINE_SLOTS_MAX];
    struct buf out;
};

// Every piece prints its number, in as many steps as the number says.
static void work(void *context, unsigned i)
{
    struct job *job = context;
    struct slot *slot = &job->slots[i];
    for (unsigned step = 0; step < slot->piece % (MOST_PASSED + 1); step++) {
        buf_printf(&slot->text, "%u.%u ", slot->piece, step);
        pipeline_pass_on(job->pipeline, i);
        buf_clear(&slot->text);
    }
    buf_printf(&slot->text, "%u ", slot->piece);
}

static void take(void *context, unsigned i)
{
    struct job *job = context;
    buf_add(&job->out, buf_span(&job->slots[i].text));
}

static void begin(struct job *job, unsigned threads)
{
    *job = (struct job){0};
    parallel_limit(threads);
    job->pipeline = pipeline_new(&(struct pipeline_calls){work, take, job});
}

static void push(struct job *job, unsigned first, unsigned end)
{
    for (unsigned piece = first; piece < end; piece++) {
        struct slot *slot = &job->slots[pipeline_next(job->pipeline)];
        slot->piece = piece;
        buf_clear(&slot->text);
        pipeline_push(job->pipeline);
    }
}

static void end(struct job *job)
{
    pipeline_free(job->pipeline);
    for (unsigned i = 0; i < PIPELINE_SLOTS_MAX; i++)
        buf_release(&job->slots[i].text);
    parallel_limit(0);
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
        struct job job;
        check_about("%u threads", threads[i]);
        begin(&job, threads[i]);
        push(&job, 0, PIECES / 2);
        pipeline_drain(job.pipeline);
        push(&job, PIECES / 2, PIECES);
        pipeline_drain(job.pipeline);
        CHECK(span_eq(buf_span(&job.out), buf_span(&expected)));
        end(&job);
        buf_release(&job.out);
    }
    buf_release(&expected);
}

static void the_rest_can_be_given_up(void)
{
    struct buf all = {0};
    expect(&all, 100);
    for (unsigned n = 0; n < 100; n++) {
        struct job job;
        begin(&job, 1 + n % 5);
        push(&job, 0, n);
        end(&job);
        CHECK(span_starts(buf_span(&all), buf_span(&job.out)));
        buf_release(&job.out);
    }
    buf_release(&all);
}

CHECK_MAIN(CASE(order_is_kept), CASE(the_rest_can_be_given_up))
