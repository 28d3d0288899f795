// SPDX-License-Identifier: Apache-2.0
#include "cli/loading.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static void *load(void *context)
{
    struct loading *l = context;
    l->result = app_load(l->paths, l->n_paths, l->config, l->keep, &l->job, &l->err);
    ssize_t written = write(l->done[1], "", 1);
    (void)written;
    return NULL;
}

// Signals are for the thread that draws.
static bool start_thread(struct loading *l)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(&l->thread, NULL, load, l) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

static void release(struct loading *l)
{
    close(l->done[0]);
    close(l->done[1]);
    job_release(&l->job);
    l->running = false;
}

bool loading_start(struct loading *l, char *const *paths, size_t n_paths,
                   const struct config *config, unsigned keep)
{
    *l = (struct loading){.paths = paths, .n_paths = n_paths, .config = config, .keep = keep};
    if (pipe2(l->done, O_CLOEXEC))
        return false;
    job_init(&l->job);
    l->job.threads = app_threads(config);
    l->running = start_thread(l);
    if (!l->running)
        release(l);
    return l->running;
}

const struct loaded *loading_finish(struct loading *l, struct err *err)
{
    pthread_join(l->thread, NULL);
    release(l);
    if (!l->result)
        *err = l->err;
    return l->result;
}

void loading_stop(struct loading *l)
{
    struct err ignored;
    if (!l->running)
        return;
    job_stop(&l->job);
    loaded_unref(loading_finish(l, &ignored));
}
