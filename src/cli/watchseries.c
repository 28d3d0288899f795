// SPDX-License-Identifier: Apache-2.0
#include "cli/watchseries.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/collect.h"
#include "app/options.h"
#include "cli/output.h"

enum { ENOUGH = 3, LOOK_MS = 100 };

static bool wants_memstats(const struct watch *w)
{
    return app_wants_memstats(w->command, w->config);
}

bool watchseries_is_wanted(const struct watch *w)
{
    bool remote = w->n_paths > 0;
    for (size_t i = 0; i < w->n_paths; i++)
        remote &= app_is_remote(w->paths[i]);
    return remote && (app_wants_series(w->command, w->config) || wants_memstats(w));
}

static void say_nothing(void *context, const char *line)
{
    (void)context, (void)line;
}

static void *collect(void *context)
{
    struct watchseries *s = context;
    struct collecting c = {.urls = s->watch.places,
                           .n_urls = s->watch.n_places,
                           .config = &s->config,
                           .memstats = wants_memstats(&s->watch),
                           .say = say_nothing};
    struct collected result;
    struct err err;
    if (collect_run(&c, &s->job, &result, &err))
        output_message("cprof: ", err.text);
    return NULL;
}

// How many snapshots there are; removes them where that is asked for.
static size_t count_files(const char *folder, bool removes)
{
    DIR *dir = opendir(folder);
    size_t n = 0;
    for (const struct dirent *e; dir && (e = readdir(dir));) {
        if (e->d_name[0] == '.' && !removes)
            continue;
        n++;
        if (removes && strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            unlinkat(dirfd(dir), e->d_name, 0);
    }
    if (dir)
        closedir(dir);
    return n;
}

static int set_up(struct watchseries *s, const struct watch *w, struct err *err)
{
    const char *temporary = getenv("TMPDIR");
    int n = snprintf(s->folder, sizeof s->folder, "%s/cprof-watch-XXXXXX",
                     temporary && *temporary ? temporary : "/tmp");
    if (n >= (int)sizeof s->folder || !mkdtemp(s->folder))
        return err_set(err, "cannot make a folder for snapshots: %s", strerror(errno));
    config_copy(&s->config, w->config);
    s->config.interval = w->config->watch;
    int status = option_set(option_find(SPAN("collect")), &s->config, span_of(s->folder), err);
    if (status == 0) // the report judges
        status = option_set(option_find(SPAN("fail_if")), &s->config, SPAN(""), err) ||
                         option_set(option_find(SPAN("policy")), &s->config, SPAN(""), err)
                     ? -1
                     : 0;
    s->path = s->folder;
    s->watch = *w;
    s->watch.places = w->paths;
    s->watch.n_places = w->n_paths;
    s->watch.paths = &s->path;
    s->watch.n_paths = 1;
    return status;
}

// Signals are for the thread that reports.
static bool start(struct watchseries *s)
{
    sigset_t all, before;
    job_init(&s->job);
    s->job.note = output_note;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    s->running = pthread_create(&s->thread, NULL, collect, s) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return s->running;
}

int watchseries_begin(struct watchseries *s, const struct watch *w, struct err *err)
{
    bool once = wants_memstats(w) && !app_has_gates(w->config);
    size_t enough = once ? 1 : ENOUGH * w->n_paths;
    *s = (struct watchseries){0};
    if (set_up(s, w, err))
        return -1;
    if (!start(s)) {
        watchseries_end(s);
        return err_set(err, "there is no thread left to take snapshots");
    }
    if (enough > 1)
        output_note(NULL, "taking the first three snapshots");
    while (count_files(s->folder, false) < enough && !job_stopped(&s->job))
        poll(NULL, 0, LOOK_MS);
    return 0;
}

void watchseries_end(struct watchseries *s)
{
    job_stop(&s->job);
    if (s->running)
        pthread_join(s->thread, NULL);
    count_files(s->folder, true);
    rmdir(s->folder);
    job_release(&s->job);
    config_release(&s->config);
}
