// SPDX-License-Identifier: Apache-2.0
#include "base/pool.h"

#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include "base/thread.h"

static struct {
    pthread_mutex_t lock;
    pthread_cond_t asked, left; // a helper is wanted; one has returned
    struct pool_task *queue, **end;
    unsigned threads, idle;
    unsigned most; // that one task has asked for
    bool ends;     // the process, in which nobody waits for them
} pool = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .asked = PTHREAD_COND_INITIALIZER,
    .left = PTHREAD_COND_INITIALIZER,
    .end = &pool.queue,
};

static void enqueue(struct pool_task *task)
{
    task->next = NULL;
    task->back = pool.end;
    *pool.end = task;
    pool.end = &task->next;
}

static void dequeue(struct pool_task *task)
{
    *task->back = task->next;
    if (task->next)
        task->next->back = task->back;
    else
        pool.end = task->back;
}

// Helps the first task of the queue, which then waits for its next helper after all others.
static void help(void)
{
    struct pool_task *task = pool.queue;
    dequeue(task);
    task->helping++;
    if (--task->wanted)
        enqueue(task);
    pthread_mutex_unlock(&pool.lock);
    task->run(task->context);
    pthread_mutex_lock(&pool.lock);
    task->helping--;
    pthread_cond_broadcast(&pool.left);
}

static void *work(void *unused)
{
    pthread_mutex_lock(&pool.lock);
    while (!pool.ends) {
        while (!pool.queue && !pool.ends) {
            pool.idle++;
            pthread_cond_wait(&pool.asked, &pool.lock);
            pool.idle--;
        }
        if (pool.queue && !pool.ends)
            help();
    }
    pool.threads--;
    pthread_cond_broadcast(&pool.left);
    pthread_mutex_unlock(&pool.lock);
    return unused;
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LEAKS_ARE_LOOKED_FOR
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define LEAKS_ARE_LOOKED_FOR
#endif

#ifdef LEAKS_ARE_LOOKED_FOR

// A thread that waits and has variables of a library that was loaded later makes LeakSanitizer stop
// now and then at the end. Those that work then are left alone.
static void end_idle_threads(void)
{
    enum { TRIES = 50 };
    static const struct timespec pause = {.tv_nsec = 2000000};
    bool left = true;
    for (int i = 0; i < TRIES && left; i++) {
        pthread_mutex_lock(&pool.lock);
        left = pool.threads > 0;
        pool.ends = true;
        pthread_cond_broadcast(&pool.asked);
        pthread_mutex_unlock(&pool.lock);
        nanosleep(&pause, NULL); // what has left has still to end
    }
}

#endif

static void end_at_exit(void)
{
#ifdef LEAKS_ARE_LOOKED_FOR
    if (pool.threads == 0)
        atexit(end_idle_threads);
#endif
}

static bool start_thread(void)
{
    pthread_t thread;
    end_at_exit();
    if (!thread_start(&thread, work, NULL))
        return false;
    pthread_detach(thread);
    pool.threads++;
    return true;
}

void pool_ask(struct pool_task *task, unsigned helpers)
{
    if (helpers == 0)
        return;
    pthread_mutex_lock(&pool.lock);
    task->wanted = helpers;
    enqueue(task);
    if (pool.most < helpers)
        pool.most = helpers;
    for (unsigned i = 0; i < helpers && i < pool.idle; i++)
        pthread_cond_signal(&pool.asked);
    for (unsigned i = pool.idle; i < helpers && pool.threads < pool.most; i++)
        if (!start_thread())
            break;
    pthread_mutex_unlock(&pool.lock);
}

void pool_dismiss(struct pool_task *task)
{
    pthread_mutex_lock(&pool.lock);
    if (task->wanted)
        dequeue(task);
    task->wanted = 0;
    while (task->helping)
        pthread_cond_wait(&pool.left, &pool.lock);
    pthread_mutex_unlock(&pool.lock);
}
