// SPDX-License-Identifier: Apache-2.0
#include "cli/output.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/escape.h"
#include "cli/progress.h"
#include "sink/process.h"

void output_message(const char *prefix, const char *text)
{
    struct buf line = {0};
    buf_add(&line, span_of(prefix));
    escape_add(&line, span_of(text), &escape_message);
    buf_addc(&line, '\n');
    progress_hold();
    fwrite(line.at, 1, line.n, stderr);
    progress_let_go();
    buf_release(&line);
}

void output_note(void *context, const char *line)
{
    (void)context;
    output_message("", line);
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
static struct sink *open_new_file(const char *extension, const struct job *job, struct err *err)
{
    struct buf path = {0}, suffix = {0}, note = {0};
    buf_printf(&suffix, ".%s", extension);
    struct sink *out = sink_to_numbered_file("profile", buf_cstr(&suffix), &path, err);
    if (out) {
        buf_printf(&note, "the report goes to %s", buf_cstr(&path));
        job_note(job, buf_cstr(&note));
    }
    buf_release(&path);
    buf_release(&suffix);
    buf_release(&note);
    return out;
}

unsigned output_columns(const struct config *config, unsigned columns)
{
    return columns && config->width >= 0 ? (unsigned)config->width : columns;
}

static struct sink *open_screen(const struct config *config, const struct output *output)
{
    unsigned columns, lines;
    const char *pager = getenv("PAGER");
    output_screen(&columns, &lines);
    bool paged = output->paged && config->pager != WHEN_NEVER && lines > 1;
    struct sink *out = paged ? sink_to_pager(pager && *pager ? pager
                                             : output->waits ? "less -R"
                                                             : "less -FRX",
                                             output->waits ? 0 : lines - 1)
                             : sink_to_fd(STDOUT_FILENO);
    sink_set_style(out, (struct sink_style){.visible = isatty(STDOUT_FILENO),
                                            .color = output_colored(config),
                                            .columns = output_columns(config, columns)});
    return out;
}

int output_page(struct span text, const struct config *config, struct err *err)
{
    struct output output = {.paged = true};
    struct sink *out = open_screen(config, &output);
    sink_write(out, text);
    return sink_finish(out, err);
}

static struct sink *open_sink(const struct request *request, const struct output *output,
                              struct err *err)
{
    const struct config *config = request->config;
    const struct format *format = command_format(request->command, config);
    if (output->command || *config->output) {
        struct sink *out = output->command ? sink_to_command(output->command, err)
                                           : sink_to_file(config->output, err);
        if (out)
            sink_set_style(out, (struct sink_style){.color = config->color == WHEN_ALWAYS});
        if (out && config->durable && !output->command)
            sink_set_durable(out);
        return out;
    }
    if (format->binary && (output->interactive || isatty(STDOUT_FILENO)))
        return open_new_file(format->extension, request->job, err);
    return open_screen(config, output);
}

// What a viewer's command line is made of; NULL where it names no program.
static char *const *viewer_argv(struct arena *arena, const char *viewer, char *file)
{
    VEC(char *) argv = {0};
    const char *command = strcmp(viewer, "$BROWSER") == 0 ? getenv("BROWSER") : viewer;
    struct span rest = span_of(command ? command : ""), word;
    while (span_cut(&rest, ' ', &word))
        if (word.n)
            *vec_push(arena, &argv) = arena_cstr(arena, word);
    if (argv.n == 0)
        return NULL;
    *vec_push(arena, &argv) = file;
    *vec_push(arena, &argv) = NULL;
    return argv.at;
}

// Shows a file in the first of the command's viewers that starts.
static int show(const struct request *request, struct span content, struct err *err)
{
    const char *const *viewers = request->command->viewers;
    const struct format *format = command_format(request->command, request->config);
    struct arena arena = {0};
    char *file = process_temporary(format->extension, content, err);
    int status = -1;
    if (!file)
        return -1;
    for (size_t i = 0; status && viewers[i]; i++) {
        char *const *argv = viewer_argv(&arena, viewers[i], file);
        status = argv ? process_show(argv) : -1;
    }
    if (status)
        err_set(err, "none of the programs that could show the report is installed, such as %s",
                viewers[1] ? viewers[1] : viewers[0]);
    unlink(file);
    free(file);
    arena_release(&arena);
    return status;
}

int output_report(const struct loaded *l, const struct request *request,
                  const struct output *output, struct outcome *outcome, struct err *err)
{
    bool table = request->command->has_tables && request->config->format;
    bool shown =
        request->command->viewers && !table && !output->command && !*request->config->output;
    struct buf content = {0};
    struct sink *out = shown ? sink_to_buf(&content) : open_sink(request, output, err);
    if (!out)
        return -1;
    int status = app_run(l, request, out, outcome, err);
    if (status || outcome->stopped)
        sink_abort(out);
    else
        status = sink_finish(out, err);
    if (status == 0 && shown && !outcome->stopped)
        status = show(request, buf_span(&content), err);
    buf_release(&content);
    return status;
}
