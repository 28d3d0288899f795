// SPDX-License-Identifier: Apache-2.0
#include "base/parallel.h"

#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/pool.h"
#include "base/thread.h"

enum { THREADS_MAX = 64 };

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
    if (thread_is_one_of_several())
        return 1;
    unsigned n = job && job->threads ? job->threads : processors();
    return n < THREADS_MAX ? n : THREADS_MAX;
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
