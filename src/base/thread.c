// SPDX-License-Identifier: Apache-2.0
#include "base/thread.h"

#include <signal.h>
#include <stdlib.h>

#include "base/xalloc.h"

static _Thread_local bool one_of_several;

struct start {
    void *(*run)(void *context);
    void *context;
};

static void *run_thread(void *context)
{
    struct start start = *(struct start *)context;
    free(context);
    one_of_several = true;
    return start.run(start.context);
}

bool thread_start(pthread_t *thread, void *(*run)(void *context), void *context)
{
    sigset_t all, before;
    struct start *start = xmalloc(sizeof *start);
    *start = (struct start){run, context};
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(thread, NULL, run_thread, start) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!started)
        free(start);
    return started;
}

bool thread_is_one_of_several(void)
{
    return one_of_several;
}

bool thread_set_one_of_several(bool several)
{
    bool before = one_of_several;
    one_of_several = several;
    return before;
}
