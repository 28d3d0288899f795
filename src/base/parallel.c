// SPDX-License-Identifier: Apache-2.0
#include "base/parallel.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/pool.h"
#include "base/xalloc.h"

enum { THREADS_MAX = 64 };

static _Thread_local bool is_worker;

static unsigned processors(void)
{
#ifdef __linux__
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
#else
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (unsigned)n : 1;
#endif
}

unsigned parallel_threads(const struct job *job)
{
    if (is_worker)
        return 1;
    unsigned n = job && job->threads ? job->threads : processors();
    return n < THREADS_MAX ? n : THREADS_MAX;
}

struct start {
    void *(*run)(void *context);
    void *context;
};

static void *run_worker(void *context)
{
    struct start start = *(struct start *)context;
    free(context);
    is_worker = true;
    return start.run(start.context);
}

bool parallel_start(pthread_t *thread, void *(*run)(void *context), void *context)
{
    sigset_t all, before;
    struct start *start = xmalloc(sizeof *start);
    *start = (struct start){run, context};
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(thread, NULL, run_worker, start) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!started)
        free(start);
    return started;
}

struct task {
    void (*part)(void *context, unsigned i);
    void *context;
    unsigned n_parts;
    atomic_uint next;
};

static void work(void *context)
{
    struct task *task = context;
    for (unsigned i; (i = atomic_fetch_add(&task->next, 1)) < task->n_parts;)
        task->part(task->context, i);
}

void parallel_run(const struct job *job, unsigned n_parts, void (*part)(void *context, unsigned i),
                  void *context)
{
    struct task task = {part, context, n_parts, 0};
    struct pool_task helped = {.run = work, .context = &task};
    unsigned n = n_parts > 1 ? parallel_threads(job) : 1;
    if (n > 1)
        pool_ask(&helped, (n < n_parts ? n : n_parts) - 1);
    work(&task);
    if (n > 1)
        pool_dismiss(&helped);
}
