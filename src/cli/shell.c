// SPDX-License-Identifier: Apache-2.0
#include "cli/shell.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/options.h"
#include "base/num.h"
#include "base/xalloc.h"
#include "cli/nearest.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/shellcommands.h"
#include "cli/shellhelp.h"
#include "cli/shellreport.h"
#include "cli/shellwords.h"

static void complain(const struct err *err)
{
    output_message("", err->text);
}

static char **copy_paths(char *const *paths, size_t n)
{
    char **copy = xcalloc(n + 1, sizeof *copy);
    for (size_t i = 0; i < n; i++)
        copy[i] = xstrdup(paths[i]);
    return copy;
}

static void free_paths(char **paths, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(paths[i]);
    free(paths);
}

int shell_load(struct shell *sh, char *const *paths, size_t n, struct err *err)
{
    char *const *from = paths ? paths : sh->paths;
    size_t n_from = paths ? n : sh->n_paths;
    if (sh->loaded && app_reads_stdin(from, n_from, &sh->config))
        return err_set(err, "standard input cannot be read again");
    sh->job.threads = app_threads(&sh->config);
    // What later reports will want to know is not known yet.
    const struct loaded *fresh = app_load(from, n_from, &sh->config, KEEP_ALL, &sh->job, err);
    if (!fresh)
        return -1;
    loaded_unref(sh->loaded);
    sh->loaded = fresh;
    sh->generation++;
    if (paths) {
        char **copy = copy_paths(paths, n);
        free_paths(sh->paths, sh->n_paths);
        sh->paths = copy;
        sh->n_paths = n;
    }
    return 0;
}

int shell_init(struct shell *sh, const struct args *args, struct err *err)
{
    *sh = (struct shell){0};
    job_init(&sh->job);
    sh->job.note = output_note;
    sh->job.progress = progress_show;
    config_copy(&sh->config, &args->config);
    sh->config.compact_labels = true;
    if (shell_load(sh, args->paths, args->n_paths, err) == 0)
        return 0;
    config_release(&sh->config);
    job_release(&sh->job);
    return -1;
}

void shell_release(struct shell *sh)
{
    if (sh->server)
        sh->server_ops->stop(sh->server);
    loaded_unref(sh->loaded);
    config_release(&sh->config);
    free_paths(sh->paths, sh->n_paths);
    job_release(&sh->job);
}

void shell_set(struct shell *sh, const char *name, struct span value)
{
    struct err err;
    const struct option_def *o = option_find(span_of(name));
    sh->refused[o - option_defs] = false;
    if (option_set(o, &sh->config, value, &err))
        complain(&err);
}

// Tells how much of the profile is left for the reports to come.
static void show_share(struct shell *sh)
{
    struct buf text = {0};
    struct err err;
    if (app_share(sh->loaded, &sh->config, &sh->job, &text, &err))
        complain(&err);
    else
        output_message("", buf_cstr(&text));
    buf_release(&text);
}

// Reads anew what the option decides.
static int load_again(struct shell *sh, const struct option_def *o, struct err *err)
{
    if (o->dirties == DIRTIES_LOAD)
        return shell_load(sh, NULL, 0, err);
    const struct loaded *fresh = app_reload_gates(sh->loaded, &sh->config, &sh->job, err);
    if (!fresh)
        return -1;
    loaded_unref(sh->loaded);
    sh->loaded = fresh;
    return 0;
}

// An option of what is read: one that cannot be obeyed keeps its old value.
static int assign_loading(struct shell *sh, const struct option_def *o, struct span value,
                          struct err *err)
{
    struct config old;
    config_copy(&old, &sh->config);
    int status = option_set(o, &sh->config, value, err);
    if (status == 0) {
        config_settle_bases(&sh->config, o);
        status = load_again(sh, o, err);
    }
    config_release(status ? &sh->config : &old);
    if (status)
        sh->config = old;
    return status;
}

static int assign(struct shell *sh, const struct option_def *o, struct span value, bool given,
                  struct err *err)
{
    if (!(o->where & WHERE_SHELL))
        return err_set(err, "%s is a flag of the command line alone", o->name);
    if (!given && o->type != OPTION_BOOL)
        return err_set(err, "please give a value: %s=%s", o->name, o->argument);
    if (o->type == OPTION_BOOL && value.n == 0)
        value = SPAN("true");
    if (o->dirties == DIRTIES_LOAD || o->dirties == DIRTIES_GATES)
        return assign_loading(sh, o, value, err);
    // The type's own name, so that the options say what is shown.
    if (o->complete == COMPLETE_TYPES && app_sample_type(sh->loaded, value, &value, err))
        return -1;
    bool filter = o->dirties == DIRTIES_FILTER;
    int status = option_set(o, &sh->config, value, err);
    sh->refused[o - option_defs] = status && filter;
    if (status)
        return -1;
    sh->job.threads = app_threads(&sh->config);
    if (filter && sh->terminal)
        show_share(sh);
    return 0;
}

static int assign_choice(struct shell *sh, const struct option_def *o, int choice,
                         struct span value, struct err *err)
{
    bool on;
    const char *name = option_choices(o)[choice].name;
    if (!num_parse_bool(value, &on) || !on)
        return err_set(err, "please give a value: %s=%s, or %s=true", o->name, name, name);
    return option_set(o, &sh->config, span_of(name), err);
}

// 1 where the line was an assignment, 0 where it is something else.
static int try_assignment(struct shell *sh, struct span line, struct err *err)
{
    size_t equals = span_find(line, SPAN("="));
    bool given = equals != SPAN_NOT_FOUND;
    struct span name = span_trim(given ? span_upto(line, equals) : line, SPAN_SPACE);
    struct span value = given ? span_from(line, equals + 1) : SPAN("");
    for (size_t comment = value.n; comment-- > 0;) {
        if (span_starts(span_from(value, comment), SPAN("//:"))) {
            value = span_upto(value, comment);
            break;
        }
    }
    value = without_quotes(span_trim(value, SPAN_SPACE));
    int choice;
    const struct option_def *o = option_find(name);
    const struct option_def *of_choice = o ? NULL : option_find_choice(name, &choice);
    if (o)
        return assign(sh, o, value, given, err) ? -1 : 1;
    if (of_choice)
        return assign_choice(sh, of_choice, choice, value, err) ? -1 : 1;
    return 0;
}

// Where a filter was refused, reports would show more than was asked for.
static int check_refused(const struct shell *sh, struct err *err)
{
    for (const struct option_def *o = option_defs; o->name; o++)
        if (sh->refused[o - option_defs])
            return err_set(err,
                           "%s was refused: set it, or clear it with %s=, before the next report",
                           o->name, o->name);
    return 0;
}

static int unknown_option(struct span line, struct err *err)
{
    size_t equals = span_find(line, SPAN("="));
    const char *near = NULL;
    if (equals != SPAN_NOT_FOUND)
        near = nearest_option(span_trim(span_upto(line, equals), SPAN_SPACE));
    return near ? err_set(err, "unknown option '" SPAN_FMT "'; did you mean %s=?",
                          SPAN_ARG(span_trim(span_upto(line, equals), SPAN_SPACE)), near)
                : 0;
}

static int statement(struct shell *sh, struct span line, struct arena *arena, struct err *err)
{
    word_list words = split_words(arena, line);
    struct shell_line whole = {line, &words, arena};
    const struct shell_command *command =
        words.at[0].quoted ? NULL : shell_command_find(words.at[0].text);
    if (command)
        return command->run(sh, &whole, err);
    int assigned = try_assignment(sh, line, err);
    if (assigned)
        return assigned < 0 ? -1 : 0;
    if (!command_find(words.at[0].text) && unknown_option(line, err))
        return -1;
    return check_refused(sh, err) || shell_report(sh, &words, line, err) ? -1 : 0;
}

// inuse_space, total_inuse_space and mean_inuse_space choose what is shown; false where the line is
// none of them.
static bool choose_type(struct shell *sh, struct span line, struct arena *arena)
{
    struct app_names types = app_sample_types(sh->loaded, arena);
    bool total = span_starts(line, SPAN("total_")), mean = span_starts(line, SPAN("mean_"));
    struct span rest = span_from(line, total ? strlen("total_") : mean ? strlen("mean_") : 0);
    for (size_t i = 0; i < types.n; i++) {
        bool whole = span_eq(types.at[i], line);
        if (!whole && !((total || mean) && span_eq(types.at[i], rest)))
            continue;
        if (!whole)
            sh->config.mean = mean;
        shell_set(sh, "sample_index", types.at[i]);
        return true;
    }
    return false;
}

static int obey(struct shell *sh, struct span line, struct err *err)
{
    struct arena arena = {0};
    int status = 0;
    if (span_find(line, (struct span){"", 1}) != SPAN_NOT_FOUND)
        status = err_set(err, "a line holds a zero byte");
    else if (line.n && line.at[0] != '#' && !choose_type(sh, line, &arena))
        status = statement(sh, line, &arena, err);
    arena_release(&arena);
    return status;
}

bool shell_line(struct shell *sh, struct span line)
{
    struct err err;
    if (obey(sh, span_trim(line, SPAN_SPACE), &err)) {
        sh->failed = true;
        if (!job_stopped(&sh->job))
            complain(&err);
    }
    if (job_stopped(&sh->job)) {
        if (sh->terminal)
            fputc('\n', stderr); // after the ^C that the terminal shows
        output_message("", "interrupted");
    }
    job_renew(&sh->job);
    return !sh->ended && !(sh->failed && sh->config.stop_on_error && !sh->terminal);
}
