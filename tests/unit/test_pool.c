// SPDX-License-Identifier: Apache-2.0
#include "base/pool.h"

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/parallel.h"
#include "check.h"

enum { REQUESTS = 50, THREADS = 4, PARTS = 100, ROUNDS = 3 };

static unsigned threads_now(void)
{
    unsigned n = 0;
    DIR *dir = opendir("/proc/self/task");
    while (dir && readdir(dir))
        n++;
    if (dir)
        closedir(dir);
    return n - 2; // . and ..
}

struct request {
    pthread_t thread;
    atomic_uint *most; // threads that were seen at once
    atomic_uint done[PARTS];
    bool wrong;
};

static void do_part(void *context, unsigned i)
{
    struct request *r = context;
    unsigned now = threads_now();
    for (unsigned most = atomic_load(r->most); most < now;)
        if (atomic_compare_exchange_weak(r->most, &most, now))
            break;
    atomic_fetch_add(&r->done[i], 1);
}

static void *do_request(void *context)
{
    struct request *r = context;
    struct job job = {.threads = THREADS, .wake = -1};
    for (unsigned round = 1; round <= ROUNDS; round++) {
        parallel_run(&job, PARTS, do_part, r);
        for (unsigned i = 0; i < PARTS; i++)
            r->wrong |= r->done[i] != round;
    }
    return NULL;
}

static void many_requests_share_few_threads(void)
{
    static struct request requests[REQUESTS];
    atomic_uint most = 0;
    unsigned before = threads_now();
    for (unsigned i = 0; i < REQUESTS; i++) {
        requests[i].most = &most;
        CHECK(pthread_create(&requests[i].thread, NULL, do_request, &requests[i]) == 0);
    }
    for (unsigned i = 0; i < REQUESTS; i++) {
        pthread_join(requests[i].thread, NULL);
        CHECK(!requests[i].wrong);
    }
    CHECK(most <= before + REQUESTS + THREADS - 1);
}

static void count(void *context)
{
    atomic_fetch_add((atomic_uint *)context, 1);
}

static void helpers_are_as_many_as_asked_for_or_fewer(void)
{
    for (unsigned i = 0; i < 200; i++) {
        atomic_uint calls = 0;
        struct pool_task task = {.run = count, .context = &calls};
        pool_ask(&task, i % 5);
        pool_dismiss(&task);
        CHECK(calls <= i % 5);
        CHECK(task.wanted == 0);
        CHECK(task.helping == 0);
    }
}

CHECK_MAIN(CASE(many_requests_share_few_threads), CASE(helpers_are_as_many_as_asked_for_or_fewer))
