// SPDX-License-Identifier: Apache-2.0
#include "cli/watch.h"

#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "app/options.h"
#include "cli/cli.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/shell.h"
#include "cli/tty.h"
#include "cli/watchscreen.h"
#include "cli/watchseries.h"

// What is fetched is looked at and not kept. A profile of some seconds takes the interval.
static void adapt_config(struct config *to, const struct watch *w)
{
    config_copy(to, w->config);
    to->no_save = true;
    to->compact_labels = true;
    if (!to->seconds && w->n_paths && app_takes_time(w->paths, w->n_paths))
        to->seconds = (w->config->watch + 999999999) / 1000000000;
}

unsigned watch_keep(const struct watch *w)
{
    struct wants wants = command_wants(w->command, w->config);
    if (app_wants_memstats(w->command, w->config))
        return KEEP_MEMSTATS;
    return wants.series ? KEEP_SERIES | (wants.beside ? KEEP_BESIDE : 0) : KEEP_ALL;
}

int watch_check(const struct watch *w, struct err *err)
{
    if (!w->command)
        return err_set(err, "-watch needs a report, such as -top");
    if (app_reads_stdin(w->paths, w->n_paths, w->config))
        return err_set(err, "standard input cannot be watched: it is read once");
    if (command_format(w->command, w->config)->binary || w->command->viewers)
        return err_set(err, "%s cannot be watched", w->command->name);
    return 0;
}

static void print_time(struct sink *out)
{
    char text[40];
    time_t now = time(NULL);
    struct tm tm;
    localtime_r(&now, &tm);
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S\n", &tm);
    sink_write(out, span_of(text));
}

// One report, whole, with the time on top and an empty line below. 1 where the reader has gone.
static int print_report(const struct watch *w, const struct loaded *l, const struct job *job,
                        struct outcome *outcome, struct err *err)
{
    struct request request = {
        .command = w->command, .regex = w->regex, .config = w->config, .job = job};
    struct buf text = {0};
    struct sink *memory = sink_to_buf(&text);
    sink_set_style(memory, (struct sink_style){.color = output_colored(w->config)});
    int status = app_run(l, &request, memory, outcome, err);
    if (status || outcome->stopped)
        sink_abort(memory);
    else
        status = sink_finish(memory, err);
    if (status == 0 && !outcome->stopped) {
        struct sink *out = sink_to_fd(STDOUT_FILENO);
        print_time(out);
        sink_write(out, buf_span(&text));
        sink_putc(out, '\n');
        status = sink_finish(out, err);
    }
    buf_release(&text);
    return status;
}

// Whether somebody still reads standard output.
static bool is_read(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO};
    return poll(&out, 1, 0) <= 0 || !(out.revents & (POLLERR | POLLNVAL));
}

static void sleep_until(int64_t when, const struct job *job)
{
    for (int64_t now = job_now(); now < when && !job_stopped(job) && is_read(); now = job_now()) {
        enum { STEP = 200 }; // milliseconds between two looks at the reader
        int64_t rest = (when - now + 999999) / 1000000;
        struct pollfd wake = {.fd = job_wake(job), .events = POLLIN};
        poll(&wake, 1, rest < STEP ? (int)rest : STEP);
    }
}

// The first reading has to succeed: after that what is away may come back.
static int watch_plainly(const struct watch *w, struct job *job)
{
    struct output output = {0};
    int64_t next = job_now();
    int status = EXIT_DONE;
    for (bool first = true; !job_stopped(job) && is_read(); first = false) {
        struct err err;
        struct outcome outcome = {0};
        const struct loaded *l =
            app_load(w->paths, w->n_paths, w->config, watch_keep(w), job, &err);
        struct request request = {w->command, w->regex, w->config, .job = job};
        bool failed =
            !l || (*w->config->output ? output_report(l, &request, &output, &outcome, &err)
                                      : print_report(w, l, job, &outcome, &err));
        loaded_unref(l);
        if (failed && !job_stopped(job))
            output_message("cprof: ", err.text);
        if (failed && first)
            return EXIT_FAILED;
        status = outcome.gates_fired ? EXIT_GATED : status;
        next += w->config->watch;
        next = next < job_now() ? job_now() : next;
        sleep_until(next, job);
    }
    return status;
}

// Ends the series that is watched, if any, before a signal is passed on.
static int run(const struct watch *w, struct watchseries *series)
{
    struct config config;
    struct watch own = *w;
    int status;
    adapt_config(&config, w);
    own.config = &config;
    if (tty_is_there() && !*config.output) {
        status = watchscreen_run(&own);
        if (series)
            watchseries_end(series);
        if (w->in_shell)
            tty_forget_interrupt();
        tty_pass_on();
    } else {
        struct job job;
        job_init(&job);
        job.note = output_note;
        job.threads = app_threads(&config);
        interrupt_catch(&job, true);
        status = watch_plainly(&own, &job);
        if (series)
            watchseries_end(series);
        interrupt_pass_on();
        job_release(&job);
    }
    config_release(&config);
    return status;
}

int watch_run(const struct watch *w)
{
    struct watchseries series;
    struct err err;
    if (!watchseries_is_wanted(w))
        return run(w, NULL);
    if (watchseries_begin(&series, w, &err)) {
        output_message("cprof: ", err.text);
        return EXIT_FAILED;
    }
    return run(&series.watch, &series);
}
