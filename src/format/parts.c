// SPDX-License-Identifier: Apache-2.0
#include "format/parts.h"

#include "base/pipeline.h"

struct parts {
    struct sink *out;
    void (*print)(void *context, struct part *part);
    void *context;
    struct pipeline *pipeline;
    struct part slots[PIPELINE_SLOTS_MAX];
};

static void print_part(void *context, unsigned slot)
{
    struct parts *all = context;
    all->print(all->context, &all->slots[slot]);
}

static void write_part(void *context, unsigned slot)
{
    struct parts *all = context;
    sink_write(all->out, buf_span(&all->slots[slot].text));
}

void part_pass_on(struct part *part)
{
    pipeline_pass_on(part->parts->pipeline, part->slot);
    buf_clear(&part->text);
}

static void begin_part(struct parts *all, unsigned slot, uint32_t index)
{
    struct part *part = &all->slots[slot];
    if (!part->out) {
        part->out = sink_to_buf(&part->text);
        sink_set_style(part->out, *sink_style(all->out));
    }
    part->parts = all;
    part->slot = slot;
    part->index = index;
    buf_clear(&part->text);
    buf_clear(&part->scratch);
    arena_clear(&part->arena);
}

static void release(struct part *part)
{
    if (part->out)
        sink_abort(part->out);
    buf_release(&part->text);
    buf_release(&part->scratch);
    arena_release(&part->arena);
}

void parts_print(struct sink *out, uint32_t n, void (*print)(void *context, struct part *part),
                 void *context)
{
    struct parts all = {.out = out, .print = print, .context = context};
    const struct job *job = sink_job(out);
    all.pipeline = pipeline_new(&(struct pipeline_calls){print_part, write_part, &all}, job);
    for (uint32_t i = 0; i < n && !job_stopped(job) && !sink_is_shut(out); i++) {
        begin_part(&all, pipeline_next(all.pipeline), i);
        pipeline_push(all.pipeline);
    }
    if (!job_stopped(job))
        pipeline_drain(all.pipeline);
    pipeline_free(all.pipeline);
    for (unsigned i = 0; i < PIPELINE_SLOTS_MAX; i++)
        release(&all.slots[i]);
}
