// SPDX-License-Identifier: Apache-2.0
#include "cli/cli.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/args.h"
#include "cli/collecting.h"
#include "cli/flameview.h"
#include "cli/help.h"
#include "cli/interrupt.h"
#include "cli/nearest.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/serve.h"
#include "cli/shell.h"
#include "cli/tty.h"
#include "cli/watch.h"

static int fail(enum exit_status status, const struct err *err)
{
    output_message("cprof: ", err->text);
    return status;
}

static int fail_by_kind(const struct err *err)
{
    static const enum exit_status statuses[] = {
        [ERR_FAULT] = EXIT_FAILED, [ERR_LOST] = EXIT_LOST, [ERR_OUTPUT] = EXIT_UNWRITTEN};
    return fail(statuses[err->kind], err);
}

// Writes the report that was named, or judges gates without one.
static int obey(const struct loaded *l, const struct args *args, const struct job *job,
                struct outcome *outcome, struct err *err)
{
    struct request request = {
        .command = args->command, .regex = args->regex, .config = &args->config, .job = job};
    struct output output = {.paged = true};
    if (!args->command)
        return app_run(l, &request, NULL, outcome, err);
    if (args->alive)
        return flameview_run(l, &request, err);
    return output_report(l, &request, &output, outcome, err);
}

static const struct loaded *load(const struct args *args, const struct job *job, struct err *err)
{
    struct wants wants = command_wants(args->command, &args->config);
    bool series = app_wants_series(args->command, &args->config);
    unsigned keep = series ? KEEP_SERIES : wants.sides ? KEEP_SIDES : 0;
    if (wants.beside)
        keep |= KEEP_BESIDE;
    if (wants.one_type && !args->alive)
        keep |= KEEP_ONE_TYPE;
    if (app_wants_memstats(args->command, &args->config))
        keep = KEEP_MEMSTATS;
    return app_load(args->paths, args->n_paths, &args->config, keep, job, err);
}

static int run_once(const struct args *args, const struct job *job)
{
    struct err err;
    struct outcome outcome = {0};
    const struct loaded *l = load(args, job, &err);
    int status = EXIT_DONE;
    if (!l || obey(l, args, job, &outcome, &err))
        status = job_stopped(job)  ? EXIT_FAILED
                 : outcome.misused ? fail(EXIT_MISUSED, &err)
                                   : fail_by_kind(&err);
    else if (outcome.gates_fired)
        status = EXIT_GATED;
    loaded_drop(l, job);
    return status;
}

static struct watch watch_of(const struct args *args)
{
    return (struct watch){.paths = args->paths,
                          .n_paths = args->n_paths,
                          .config = &args->config,
                          .command = args->command,
                          .regex = args->regex};
}

static int run(const struct args *args, const struct server_ops *server)
{
    struct job job;
    struct watch w = watch_of(args);
    if (args->config.watch)
        return watch_run(&w);
    bool serves = *args->config.http;
    if (!serves && !args->command && !app_has_gates(&args->config))
        return shell_main(args, server) ? EXIT_FAILED : EXIT_DONE;
    job_init(&job);
    job.note = output_note;
    job.progress = progress_show;
    job.threads = app_threads(&args->config);
    interrupt_catch(&job, true);
    int status;
    struct err err;
    if (serves)
        status = serve_run(args, server, &job, &err) ? fail_by_kind(&err) : EXIT_DONE;
    else
        status = run_once(args, &job);
    tty_pass_on();
    if (!serves)
        interrupt_pass_on();
    job_release(&job);
    return status;
}

// In a terminal, the list of profiles that a service has, where its URL is what is named.
static int list_or_run(const struct args *args, const struct server_ops *server)
{
    struct buf text = {0};
    struct err err;
    int found = args->n_paths == 1 && !*args->config.http && isatty(STDOUT_FILENO)
                    ? app_list_profiles(args->paths[0], &args->config, NULL, &text, &err)
                    : 0;
    if (text.n)
        fwrite(text.at, 1, text.n, stdout);
    buf_release(&text);
    return found > 0 ? EXIT_DONE : found < 0 ? fail(EXIT_FAILED, &err) : run(args, server);
}

static bool is_file(const char *path)
{
    return access(path, F_OK) == 0;
}

// What people type who know other programs: cprof top FILE, cprof -list FILE.
static int check_paths(const struct args *args, struct err *err)
{
    for (size_t i = 0; i < args->n_paths; i++) {
        const char *path = args->paths[i];
        const struct command_def *named = command_find(span_of(path));
        if ((named || !strcmp(path, "help") || !strcmp(path, "version")) && !is_file(path))
            return err_set(err, "there is no file '%s'; did you mean -%s%s?", path, path,
                           named && named->argument ? "=REGEX" : "");
    }
    if (args->n_paths || *args->config.files_from)
        return 0;
    if (args->regex && is_file(args->regex))
        return err_set(err, "the expression is missing: -%s=REGEX '%s'", args->command->name,
                       args->regex);
    return err_set(err, "no profile named; 'cprof -help' tells how to name one");
}

static int check_args(const struct args *args, const struct server_ops *server, struct err *err)
{
    if (*args->config.collect && collecting_check(args, err))
        return -1;
    if (check_paths(args, err))
        return -1;
    if (args->command && command_check_format(args->command, &args->config, err))
        return -1;
    if (args->alive && (!args->command || args->command->report != REPORT_FLAME))
        return err_set(err, "-i is for -flame");
    if (args->alive && !tty_is_there())
        return err_set(err, "-flame -i needs a terminal");
    struct watch w = watch_of(args);
    if (args->config.watch && watch_check(&w, err))
        return -1;
    if (serve_check(args, server, err) || app_check(&args->config, err))
        return -1;
    return app_check_paths(args->command, &args->config, args->paths, args->n_paths, err);
}

static int page_text(struct buf *text, const struct config *config)
{
    struct err err;
    int status = output_page(buf_span(text), config, &err) ? fail_by_kind(&err) : EXIT_DONE;
    buf_release(text);
    return status;
}

static int print_help(const struct args *args)
{
    struct buf text = {0};
    struct err err;
    if (!args->about) {
        help_usage(&text);
    } else if (!help_one(&text, span_of(args->about), false)) {
        const char *near = nearest_flag(span_of(args->about));
        err_set(&err, "there is no flag '-%s'%s%s%s", args->about, near ? "; did you mean -" : "",
                near ? near : "", near ? "?" : "");
        return fail(EXIT_MISUSED, &err);
    }
    return page_text(&text, &args->config);
}

static int print_version(const struct args *args)
{
    struct buf text = {0};
    help_version(&text);
    return page_text(&text, &args->config);
}

int cli_main(int argc, char **argv, const struct server_ops *server)
{
    struct args args;
    struct err err;
    int status;
    signal(SIGPIPE, SIG_IGN); // a closed pipe is seen where it is written to
    if (args_parse(&args, argc, argv, &err))
        status = fail(EXIT_MISUSED, &err);
    else if (args.help)
        status = print_help(&args);
    else if (args.version)
        status = print_version(&args);
    else if (check_args(&args, server, &err))
        status = fail(EXIT_MISUSED, &err);
    else
        status = *args.config.collect ? collecting_main(&args) : list_or_run(&args, server);
    args_release(&args);
    return status;
}
