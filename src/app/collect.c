// SPDX-License-Identifier: Apache-2.0
#include "app/collect.h"

#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/fetching.h"
#include "app/snapshot.h"
#include "app/take.h"
#include "base/thread.h"
#include "base/quantity.h"
#include "base/xalloc.h"
#include "input/source.h"

#define NS_PER_MS ((int64_t)1000000)

int collect_check(const struct collecting *c, struct err *err)
{
    const struct config *config = c->config;
    struct buf ignored = {0};
    int status = 0;
    if (config->interval <= 0)
        status = err_set(err, "-interval has to be longer than 0");
    else if (*config->files_from)
        status = err_set(err, "-collect and -files_from do not go together");
    else if (c->n_urls == 0)
        status = err_set(err, "-collect needs a URL, such as "
                              "http://localhost:6060/debug/pprof/heap");
    for (size_t i = 0; i < c->n_urls && status == 0; i++)
        if ((status = snapshot_stem(c->urls[i], &ignored, err)))
            source_blame(c->urls[i], err);
    buf_release(&ignored);
    return status;
}

// Waits until that time of the monotonic clock; false where the job is stopped before.
static bool wait_until(int64_t time, const struct job *job)
{
    struct pollfd wake = {.fd = job_wake(job), .events = POLLIN};
    for (int64_t left; !job_stopped(job) && (left = time - job_now()) > 0;) {
        int64_t ms = left / NS_PER_MS + 1;
        poll(&wake, 1, ms < 1000 ? (int)ms : 1000);
    }
    return !job_stopped(job);
}

static void note_missed(const struct service *s, int64_t n, int64_t took)
{
    struct buf text = {0};
    buf_printf(&text, "missed %" PRId64 " %s: the one before took ", n, n == 1 ? "slot" : "slots");
    duration_print(took - took % NS_PER_MS, &text);
    service_note(s, buf_cstr(&text));
    buf_release(&text);
}

// A slot that has begun long ago is missed, so that all that are taken are where they should be.
static int64_t next_slot(struct service *s, int64_t slot, int64_t began)
{
    const struct config *c = s->collection->c->config;
    int64_t now = job_now(), late = c->interval / 10, next = slot + 1, missed = 0;
    while (s->collection->start + next * c->interval + late < now &&
           (c->count == 0 || next < c->count)) {
        next++;
        missed++;
    }
    if (missed && !job_stopped(s->collection->job)) {
        note_missed(s, missed, now - began);
        s->n_missed += missed;
    }
    return next;
}

// The slots of one URL, on a thread of its own: one that hangs does not hold up the others.
static void *collect_service(void *context)
{
    struct service *s = context;
    struct collection *all = s->collection;
    const struct config *c = all->c->config;
    for (int64_t slot = 0; c->count == 0 || slot < c->count;) {
        if (!wait_until(all->start + slot * c->interval, all->job))
            break;
        int64_t began = job_now();
        service_take(s);
        slot = next_slot(s, slot, began);
    }
    return NULL;
}

// Two URLs never share a name.
static void name_service(struct collection *all, size_t index)
{
    struct buf stem = {0}, name = {0};
    struct err ignored;
    bool taken = true;
    snapshot_stem(all->c->urls[index], &stem, &ignored);
    for (unsigned i = 1; taken; i++) {
        buf_clear(&name);
        buf_add(&name, buf_span(&stem));
        if (i > 1)
            buf_printf(&name, "-%u", i);
        taken = false;
        for (size_t j = 0; j < index; j++)
            taken |= strcmp(all->services[j].stem, buf_cstr(&name)) == 0;
    }
    all->services[index].stem = xstrdup(buf_cstr(&name));
    buf_release(&stem);
    buf_release(&name);
}

static void init(struct collection *all)
{
    const struct collecting *c = all->c;
    all->services = xcalloc(c->n_urls, sizeof *all->services);
    all->slots_left = (unsigned)c->config->fetch_parallel;
    pthread_mutex_init(&all->lock, NULL);
    pthread_cond_init(&all->changed, NULL);
    for (size_t i = 0; i < c->n_urls; i++) {
        struct service *s = &all->services[i];
        *s = (struct service){.collection = all, .url = c->urls[i], .first_fd = -1};
        name_service(all, i);
    }
}

static void run_services(struct collection *all)
{
    size_t n = all->c->n_urls;
    pthread_t *threads = xcalloc(n, sizeof *threads);
    bool *started = xcalloc(n, sizeof *started);
    for (size_t i = 1; i < n; i++)
        started[i] = thread_start(&threads[i], collect_service, &all->services[i]);
    collect_service(&all->services[0]);
    for (size_t i = 1; i < n; i++) {
        if (started[i])
            pthread_join(threads[i], NULL);
        else
            service_note(&all->services[i], "no thread can be started");
    }
    free(threads);
    free(started);
}

static void release(struct collection *all)
{
    for (size_t i = 0; i < all->c->n_urls; i++)
        service_release(&all->services[i]);
    pthread_mutex_destroy(&all->lock);
    pthread_cond_destroy(&all->changed);
    if (all->base_fd >= 0)
        close(all->base_fd);
    free(all->services);
}

int collect_run(const struct collecting *c, struct job *job, struct collected *out, struct err *err)
{
    struct collection all = {.c = c, .job = job, .base_fd = -1};
    *out = (struct collected){0};
    if (snapshot_folder(c->config->collect, err) || collection_read_base(&all, err))
        return -1;
    init(&all);
    all.runner = runner_new(c->config->exec, job);
    all.start = job_now();
    run_services(&all);
    runner_free(all.runner, job_stopped(job) && !all.stopped_by_gate);
    for (size_t i = 0; i < c->n_urls; i++) {
        service_sum_up(&all.services[i]);
        out->last_failed |= all.services[i].failed;
    }
    out->gate_fired = all.gate_fired;
    release(&all);
    return 0;
}
