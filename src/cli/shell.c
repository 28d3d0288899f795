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
    sh->job.progress = output_progress;
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

static void set(struct shell *sh, const char *name, struct span value)
{
    struct err err;
    if (option_set(option_find(span_of(name)), &sh->config, value, &err))
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

// One base takes the place of the other, and without one there is nothing to normalise to.
static void settle_bases(struct config *c, const struct option_def *o, struct span value)
{
    struct err ignored;
    bool base = strcmp(o->name, "base") == 0, diff_base = strcmp(o->name, "diff_base") == 0;
    if (value.n && (base || diff_base))
        option_set(option_find(base ? SPAN("diff_base") : SPAN("base")), c, SPAN(""), &ignored);
    if ((base || diff_base) && !*c->base && !*c->diff_base)
        c->normalize = false;
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
        settle_bases(&sh->config, o, value);
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
    if (!given && o->type != OPTION_BOOL)
        return err_set(err, "please give a value: %s=%s", o->name, o->argument);
    if (o->type == OPTION_BOOL && value.n == 0)
        value = SPAN("true");
    if (o->dirties == DIRTIES_LOAD || o->dirties == DIRTIES_GATES)
        return assign_loading(sh, o, value, err);
    // The type's own name, so that the options say what is shown.
    if (o->complete == COMPLETE_TYPES && app_sample_type(sh->loaded, value, &value, err))
        return -1;
    if (option_set(o, &sh->config, value, err))
        return -1;
    sh->job.threads = app_threads(&sh->config);
    if (o->dirties == DIRTIES_FILTER && sh->terminal)
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
    struct span name = trim_blanks(given ? span_upto(line, equals) : line);
    struct span value = given ? span_from(line, equals + 1) : SPAN("");
    for (size_t comment = value.n; comment-- > 0;) {
        if (span_starts(span_from(value, comment), SPAN("//:"))) {
            value = span_upto(value, comment);
            break;
        }
    }
    value = trim_blanks(value);
    int choice;
    const struct option_def *o = option_find(name);
    const struct option_def *of_choice = o ? NULL : option_find_choice(name, &choice);
    if (o)
        return assign(sh, o, value, given, err) ? -1 : 1;
    if (of_choice)
        return assign_choice(sh, of_choice, choice, value, err) ? -1 : 1;
    return 0;
}

static int open_files(struct shell *sh, const word_list *words, struct arena *arena,
                      struct err *err)
{
    VEC(char *) paths = {0};
    for (size_t i = 1; i < words->n; i++)
        *vec_push(arena, &paths) = arena_cstr(arena, words->at[i]);
    if (paths.n == 0)
        return err_set(err, "please name a file: open FILE...");
    char *list = sh->config.files_from;
    sh->config.files_from = xstrdup("");
    if (shell_load(sh, paths.at, paths.n, err)) {
        free(sh->config.files_from);
        sh->config.files_from = list;
        return -1;
    }
    free(list);
    if (sh->terminal)
        shell_greet(sh);
    return 0;
}

static int statement(struct shell *sh, struct span line, struct arena *arena, bool *go_on,
                     struct err *err)
{
    int assigned = try_assignment(sh, line, err);
    if (assigned)
        return assigned < 0 ? -1 : 0;
    word_list words = split_words(arena, line);
    struct span first = words.n ? words.at[0] : SPAN("");
    if (first.n == 0)
        return 0;
    if (span_eq(first, SPAN("o")) || span_eq(first, SPAN("options"))) {
        shell_show_options(sh);
        return 0;
    }
    if (span_eq(first, SPAN("q")) || span_eq(first, SPAN("quit")) || span_eq(first, SPAN("exit"))) {
        *go_on = false;
        return 0;
    }
    if (span_eq(first, SPAN("help")))
        return shell_help(words.n > 1 ? words.at[1] : SPAN(""), err);
    if (span_eq(first, SPAN("reload")))
        return shell_load(sh, NULL, 0, err);
    if (span_eq(first, SPAN("open")))
        return open_files(sh, &words, arena, err);
    return shell_report(sh, &words, line, err);
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
        set(sh, "sample_index", types.at[i]);
        return true;
    }
    return false;
}

static void clear_filters(struct shell *sh)
{
    static const char *const names[] = {"focus", "ignore", "hide", "tagfocus", "tagignore"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        set(sh, names[i], SPAN(""));
}

bool shell_line(struct shell *sh, struct span line)
{
    struct arena arena = {0};
    struct err err;
    bool go_on = true;
    line = trim_blanks(line);
    if (span_find(line, (struct span){"", 1}) != SPAN_NOT_FOUND)
        output_message("", "a line holds a zero byte");
    else if (span_eq(line, SPAN(":")))
        clear_filters(sh);
    else if (line.n && !choose_type(sh, line, &arena) &&
             statement(sh, line, &arena, &go_on, &err) && !job_stopped(&sh->job))
        complain(&err);
    if (job_stopped(&sh->job)) {
        if (sh->terminal)
            fputc('\n', stderr); // behind the ^C that the terminal shows
        output_message("", "interrupted");
    }
    job_renew(&sh->job);
    arena_release(&arena);
    return go_on;
}
