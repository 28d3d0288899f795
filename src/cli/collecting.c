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

static struct collecting collecting_of(const struct args *args)
{
    return (struct collecting){.urls = args->paths,
                               .n_urls = args->n_paths,
                               .config = &args->config,
                               .tells = isatty(STDOUT_FILENO),
                               .say = say};
}

int collecting_check(const struct args *args, struct err *err)
{
    struct collecting c = collecting_of(args);
    if (args->command)
        return err_set(err, "-collect takes snapshots, and no report: leave -%s out",
                       args->command->name);
    return collect_check(&c, err);
}

int collecting_main(const struct args *args)
{
    struct collecting c = collecting_of(args);
    struct collected result;
    struct job job;
    struct err err;
    job_init(&job);
    job.note = output_note;
    interrupt_catch(&job, true);
    int status = collect_run(&c, &job, &result, &err);
    job_release(&job);
    if (status) {
        output_message("cprof: ", err.text);
        return EXIT_FAILED;
    }
    return result.gate_fired ? EXIT_GATED : result.last_failed ? EXIT_FAILED : EXIT_DONE;
}
