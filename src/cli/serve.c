// SPDX-License-Identifier: Apache-2.0
#include "cli/serve.h"

#include "cli/output.h"

int serve_check(const struct args *args, const struct server_ops *ops, struct err *err)
{
    if (!*args->config.http)
        return 0;
    if (args->command)
        return err_set(err, "-http serves all reports: it does not go together with -%s",
                       args->command->name);
    if (!ops)
        return err_set(err, "this build of cprof cannot serve; -html writes the page as one file");
    return 0;
}

int serve_run(const struct args *args, const struct server_ops *ops, const struct job *job,
              struct err *err)
{
    struct serving serving = {.address = args->config.http,
                              .browser = !args->config.no_browser,
                              .config = &args->config,
                              .paths = args->paths,
                              .n_paths = args->n_paths,
                              .job = job};
    struct server *server = ops->start(&serving, err);
    struct buf text = {0};
    if (!server)
        return -1;
    buf_printf(&text, "serving web UI on %s", ops->url(server));
    output_note(NULL, buf_cstr(&text));
    buf_release(&text);
    int status = ops->wait(server, err);
    ops->stop(server);
    return status;
}
