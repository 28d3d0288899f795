// SPDX-License-Identifier: Apache-2.0
#include "cli/cli.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/utf8.h"
#include "cli/args.h"
#include "cli/help.h"

// Names from profiles and command lines go to the terminal with nothing in them that it would obey.
static void put_stderr_line(const char *prefix, const char *text)
{
    struct buf line = {0};
    buf_add(&line, span_of(prefix));
    for (const char *at = text; *at; at++) {
        unsigned char c = (unsigned char)*at;
        if (c < 0x20 || c == 0x7f)
            buf_printf(&line, "\\x%02x", c);
        else
            buf_addc(&line, (char)c);
    }
    struct buf valid = {0};
    utf8_add_valid(&valid, buf_span(&line));
    buf_addc(&valid, '\n');
    fwrite(valid.at, 1, valid.n, stderr);
    buf_release(&line);
    buf_release(&valid);
}

static void put_note(void *context, const char *line)
{
    (void)context;
    put_stderr_line("", line);
}

static int fail(enum exit_status status, const struct err *err)
{
    put_stderr_line("cprof: ", err->text);
    return status;
}

static int write_report(struct session *s, const struct args *args, struct err *err)
{
    const char *path = args->config.output;
    struct sink *out = *path ? sink_to_file(path, err) : sink_to_fd(STDOUT_FILENO);
    if (!out)
        return -1;
    struct request request = {args->command, args->regex, &args->config};
    if (app_run(s, &request, out, err)) {
        sink_abort(out);
        return -1;
    }
    return sink_finish(out, err);
}

static int run(const struct args *args)
{
    struct err err;
    struct session session = {.notes = {put_note, NULL}};
    if (app_load(&session, args->paths, args->n_paths, &args->config, &err))
        return fail(EXIT_FAILED, &err);
    int status = write_report(&session, args, &err) ? fail(EXIT_FAILED, &err) : EXIT_DONE;
    app_release(&session);
    return status;
}

static int check_args(const struct args *args, struct err *err)
{
    if (args->n_paths == 0)
        return err_set(err, "no profile named; 'cprof -help' tells how to name one");
    if (!args->command)
        return err_set(err, "no report named, such as -top; 'cprof -help' lists them");
    return 0;
}

static int print_text(void (*print)(struct buf *))
{
    struct buf text = {0};
    struct err err;
    struct sink *out = sink_to_fd(STDOUT_FILENO);
    print(&text);
    sink_write(out, buf_span(&text));
    buf_release(&text);
    return sink_finish(out, &err) ? fail(EXIT_FAILED, &err) : EXIT_DONE;
}

int cli_main(int argc, char **argv)
{
    struct args args;
    struct err err;
    int status;
    signal(SIGPIPE, SIG_IGN); // a closed pipe is seen where it is written to
    if (args_parse(&args, argc, argv, &err))
        status = fail(EXIT_MISUSED, &err);
    else if (args.help)
        status = print_text(help_usage);
    else if (args.version)
        status = print_text(help_version);
    else if (check_args(&args, &err))
        status = fail(EXIT_MISUSED, &err);
    else
        status = run(&args);
    args_release(&args);
    return status;
}
