// SPDX-License-Identifier: Apache-2.0
#include "cli/output.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/utf8.h"

void output_message(const char *prefix, const char *text)
{
    struct buf line = {0}, valid = {0};
    utf8_add_valid(&valid, span_of(text));
    buf_add(&line, span_of(prefix));
    for (struct span rest = buf_span(&valid); rest.n;) {
        uint32_t point;
        size_t n = utf8_next(rest, &point);
        if (point < 0x20 || (point >= 0x7f && point < 0xa0))
            buf_printf(&line, "\\x%02x", (unsigned)point);
        else
            buf_add(&line, span_upto(rest, n));
        rest = span_from(rest, n);
    }
    buf_addc(&line, '\n');
    fwrite(line.at, 1, line.n, stderr);
    buf_release(&line);
    buf_release(&valid);
}

void output_note(void *context, const char *line)
{
    (void)context;
    output_message("", line);
}

void output_progress(void *context, const struct job_progress *progress)
{
    enum { PAUSE = 100 * 1000 * 1000 };
    static int64_t last;
    static bool shown;
    (void)context;
    bool ended = progress->done == progress->n;
    if (!isatty(STDERR_FILENO) || (ended && !shown) || (!ended && job_now() - last < PAUSE))
        return;
    if (ended)
        fputs("\r\033[K", stderr);
    else if (last)
        fprintf(stderr, "\r%s %" PRIu64 " of %" PRIu64 " %s\033[K", progress->stage, progress->done,
                progress->n, progress->what);
    shown = !ended && last;
    last = ended ? 0 : job_now();
    fflush(stderr);
}

bool output_colored(const struct config *config)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    if (config->color != WHEN_AUTO)
        return config->color == WHEN_ALWAYS;
    return isatty(STDOUT_FILENO) && !(no_color && *no_color) && term && *term &&
           strcmp(term, "dumb") != 0;
}

void output_screen(unsigned *columns, unsigned *lines)
{
    struct winsize size = {0};
    *columns = *lines = 0;
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
        *columns = size.ws_col;
        *lines = size.ws_row;
    }
}

// A file of the current directory that is not there yet.
static struct sink *open_new_file(const struct session *s, const char *extension, struct err *err)
{
    struct buf path = {0}, suffix = {0}, note = {0};
    buf_printf(&suffix, ".%s", extension);
    struct sink *out = sink_to_numbered_file("profile", buf_cstr(&suffix), &path, err);
    if (out) {
        buf_printf(&note, "the report goes to %s", buf_cstr(&path));
        job_note(s->job, buf_cstr(&note));
    }
    buf_release(&path);
    buf_release(&suffix);
    buf_release(&note);
    return out;
}

static struct sink *open_screen(const struct config *config, const struct output *output)
{
    unsigned columns, lines;
    const char *pager = getenv("PAGER");
    output_screen(&columns, &lines);
    bool paged = output->paged && config->pager != WHEN_NEVER && lines > 1;
    struct sink *out = paged ? sink_to_pager(pager && *pager ? pager : "less -FRX", lines - 1)
                             : sink_to_fd(STDOUT_FILENO);
    sink_set_style(out, (struct sink_style){.visible = isatty(STDOUT_FILENO),
                                            .color = output_colored(config),
                                            .columns = columns});
    return out;
}

static struct sink *open_sink(const struct session *s, const struct request *request,
                              const struct output *output, struct err *err)
{
    const struct config *config = request->config;
    const struct command_def *command = request->command;
    if (output->command || *config->output) {
        struct sink *out = output->command ? sink_to_command(output->command, err)
                                           : sink_to_file(config->output, err);
        if (out)
            sink_set_style(out, (struct sink_style){.color = config->color == WHEN_ALWAYS});
        return out;
    }
    if (command->binary && (output->interactive || isatty(STDOUT_FILENO)))
        return open_new_file(s, command->binary, err);
    return open_screen(config, output);
}

int output_report(struct session *s, const struct request *request, const struct output *output,
                  struct err *err)
{
    struct sink *out = open_sink(s, request, output, err);
    if (!out)
        return -1;
    if (app_run(s, request, out, err)) {
        sink_abort(out);
        return -1;
    }
    if (job_stopped(s->job)) {
        sink_abort(out);
        return 0;
    }
    return sink_finish(out, err);
}
