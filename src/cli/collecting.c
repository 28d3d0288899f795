// SPDX-License-Identifier: Apache-2.0
#include "cli/collecting.h"

#include <stdio.h>
#include <unistd.h>

#include "app/collect.h"
#include "base/escape.h"
#include "cli/cli.h"
#include "cli/interrupt.h"
#include "cli/output.h"

static void say(void *context, const char *line)
{
    struct buf text = {0};
    (void)context;
    escape_add(&text, span_of(line), &escape_message);
    printf("%s\n", buf_cstr(&text));
    fflush(stdout);
    buf_release(&text);
}

// What is told of a series while it is collected: a report on it, where one is wanted, and each
// entry once that has begun to grow.
struct watcher {
    const struct args *args;
    struct config single, series; // the gates apart
    struct buf told;              // lines of what was said
};

static bool wants_memstats(const struct args *args)
{
    return app_wants_memstats(args->command, &args->config);
}

static void tell_once(void *context, const char *line)
{
    struct watcher *w = context;
    struct span any = SPAN("gate failed: growing(.): "), rest = span_of(line), name;
    if (!span_starts(rest, any) || !span_cut(&rest, ',', &name))
        return;
    size_t slope = span_find(name, SPAN(" by "));
    name = slope == SPAN_NOT_FOUND ? name : span_upto(name, slope);
    if (span_find(buf_span(&w->told), name) != SPAN_NOT_FOUND)
        return;
    buf_add(&w->told, name);
    buf_addc(&w->told, '\n');
    printf("growing: ");
    say(NULL, line + any.n);
}

static const struct loaded *load_series(const struct watcher *w, const struct job *job,
                                        struct err *err)
{
    char *folder = w->args->config.collect;
    unsigned keep = wants_memstats(w->args) ? KEEP_MEMSTATS : KEEP_SERIES | KEEP_BESIDE;
    return app_load(&folder, 1, &w->series, keep, job, err);
}

// Judges what was collected so far; that it cannot be judged yet is not told.
static void judge_so_far(struct watcher *w)
{
    struct job job;
    struct err ignored;
    struct outcome outcome;
    job_init(&job);
    job.note = tell_once;
    job.context = w;
    const struct loaded *l = load_series(w, &job, &ignored);
    struct request request = {.config = &w->series, .job = &job};
    if (l)
        app_run(l, &request, NULL, &outcome, &ignored);
    loaded_unref(l);
    job_release(&job);
}

static void say_and_judge(void *context, const char *line)
{
    struct watcher *w = context;
    say(NULL, line);
    if (w->args->command && !wants_memstats(w->args))
        judge_so_far(w);
}

static int report(struct watcher *w, int status)
{
    struct err err;
    struct output output = {0};
    struct outcome outcome = {0};
    struct job job;
    job_init(&job);
    job.note = output_note;
    const struct loaded *l = load_series(w, &job, &err);
    struct request request = {.command = w->args->command, .config = &w->series, .job = &job};
    bool failed = !l || (request.command ? output_report(l, &request, &output, &outcome, &err)
                                         : app_run(l, &request, NULL, &outcome, &err));
    if (failed) {
        output_message("cprof: ", err.text);
        status = status ? status : EXIT_FAILED;
    } else if (outcome.gates_fired) {
        status = EXIT_GATED;
    }
    loaded_unref(l);
    job_release(&job);
    return status;
}

static struct collecting collecting_of(const struct args *args, struct watcher *w)
{
    return (struct collecting){.urls = args->paths,
                               .n_urls = args->n_paths,
                               .config = w ? &w->single : &args->config,
                               .memstats = wants_memstats(args),
                               .tells = args->command || isatty(STDOUT_FILENO),
                               .say = say_and_judge,
                               .context = w};
}

int collecting_check(const struct args *args, struct err *err)
{
    struct collecting c = collecting_of(args, NULL);
    if (args->command && !app_wants_series(args->command, &args->config) && !wants_memstats(args))
        return err_set(err,
                       "-collect takes snapshots, and of reports -trend, -leaks and -memstats "
                       "alone: leave -%s out",
                       args->command->name);
    return collect_check(&c, err);
}

static int collect(const struct collecting *c)
{
    struct collected result;
    struct job job;
    struct err err;
    job_init(&job);
    job.note = output_note;
    interrupt_catch(&job, true);
    int status = collect_run(c, &job, &result, &err);
    job_release(&job);
    if (status) {
        output_message("cprof: ", err.text);
        return EXIT_FAILED;
    }
    return result.gate_fired ? EXIT_GATED : result.last_failed ? EXIT_FAILED : EXIT_DONE;
}

int collecting_main(const struct args *args)
{
    struct watcher w = {.args = args};
    app_split_gates(&args->config, args->command ? "growing(.)" : "", &w.single, &w.series);
    struct collecting c = collecting_of(args, &w);
    int status = collect(&c);
    if (args->command || *w.series.fail_if) {
        config_release(&w.series); // the report has the gates that were asked for
        config_release(&w.single);
        app_split_gates(&args->config, "", &w.single, &w.series);
        status = report(&w, status);
    }
    config_release(&w.single);
    config_release(&w.series);
    buf_release(&w.told);
    return status;
}
