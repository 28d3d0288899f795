// SPDX-License-Identifier: Apache-2.0
#include "cli/shellcommands.h"

#include <stdlib.h>

#include "base/quantity.h"
#include "base/strtab.h"
#include "base/xalloc.h"
#include "cli/output.h"
#include "cli/shellhelp.h"
#include "cli/shellreport.h"

static int clear(struct shell *sh, const struct shell_line *line, struct err *err)
{
    static const char *const names[] = {"focus", "ignore", "hide", "tagfocus", "tagignore"};
    (void)line;
    (void)err;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        shell_set(sh, names[i], SPAN(""));
    return 0;
}

static int leave(struct shell *sh, const struct shell_line *line, struct err *err)
{
    (void)line;
    (void)err;
    sh->ended = true;
    return 0;
}

static int help(struct shell *sh, const struct shell_line *line, struct err *err)
{
    return shell_help(sh, line->words->n > 1 ? line->words->at[1].text : SPAN(""), err);
}

static int show_options(struct shell *sh, const struct shell_line *line, struct err *err)
{
    (void)line;
    (void)err;
    shell_show_options(sh);
    return 0;
}

static int open_files(struct shell *sh, const struct shell_line *line, struct err *err)
{
    VEC(char *) paths = {0};
    for (size_t i = 1; i < line->words->n; i++)
        *vec_push(line->arena, &paths) = arena_cstr(line->arena, line->words->at[i].text);
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

// What one profile weighs against an older one.
struct change {
    struct app_weights old, fresh;
    const struct app_entry *most; // that changed by most; NULL: none did
    int64_t by;
    size_t n_new, n_gone;
};

static const struct app_entry *find_entry(const struct strtab *names,
                                          const struct app_weights *weights, struct span name)
{
    str_id id = strtab_find(names, name);
    return id == HASH_NONE || id == 0 ? NULL : &weights->entries[id - 1];
}

// Entries by their place: the first string of a table is "".
static void index_entries(struct strtab *names, const struct app_weights *w, struct arena *arena)
{
    strtab_init(names, arena, NULL);
    for (size_t i = 0; i < w->n; i++)
        strtab_add_borrowed(names, w->entries[i].name);
}

static void compare(struct change *c, struct arena *arena)
{
    struct strtab old, fresh;
    index_entries(&old, &c->old, arena);
    index_entries(&fresh, &c->fresh, arena);
    for (size_t i = 0; i < c->fresh.n; i++) {
        const struct app_entry *e = &c->fresh.entries[i];
        const struct app_entry *before = find_entry(&old, &c->old, e->name);
        int64_t by = e->flat - (before ? before->flat : 0);
        c->n_new += !before;
        if ((by < 0 ? -by : by) > (c->by < 0 ? -c->by : c->by)) {
            c->by = by;
            c->most = e;
        }
    }
    for (size_t i = 0; i < c->old.n; i++)
        c->n_gone += !find_entry(&fresh, &c->fresh, c->old.entries[i].name);
    strtab_release(&old);
    strtab_release(&fresh);
}

static void add_by(const struct change *c, int64_t by, struct buf *out)
{
    buf_add(out, by > 0 ? SPAN("▲") : SPAN("▼"));
    app_print_value(&c->fresh, by > 0 ? by : -by, out);
}

static void add_counts(const struct change *c, struct buf *out)
{
    if (c->n_new)
        buf_printf(out, "; %zu new", c->n_new);
    if (c->n_gone)
        buf_printf(out, "%s %zu gone", c->n_new ? "," : ";", c->n_gone);
}

// "inuse_space 12.50MB, ▲1.50MB; most: main.leak ▲1.20MB; 3 new, 1 gone"
static void tell_change(struct shell *sh, const struct loaded *old)
{
    struct arena arena = {0};
    struct change c = {0};
    struct err ignored;
    struct span type;
    struct buf text = {0};
    int64_t by = 0;
    if (app_weights(old, &sh->config, false, &sh->job, &arena, &c.old, &ignored) ||
        app_weights(sh->loaded, &sh->config, false, &sh->job, &arena, &c.fresh, &ignored) ||
        app_sample_type(sh->loaded, span_of(sh->config.sample_index), &type, &ignored)) {
        arena_release(&arena);
        return;
    }
    compare(&c, &arena);
    by = c.fresh.totals[c.fresh.type] - c.old.totals[c.old.type];
    buf_printf(&text, "%s" SPAN_FMT " ", c.most || by ? "" : "nothing changed: ", SPAN_ARG(type));
    app_print_value(&c.fresh, c.fresh.totals[c.fresh.type], &text);
    if (by) {
        buf_add(&text, SPAN(", "));
        add_by(&c, by, &text);
    }
    if (c.most) {
        buf_printf(&text, "; most: " SPAN_FMT " ", SPAN_ARG(c.most->name));
        add_by(&c, c.by, &text);
    }
    add_counts(&c, &text);
    output_message("", buf_cstr(&text));
    buf_release(&text);
    arena_release(&arena);
}

static int reload(struct shell *sh, const struct shell_line *line, struct err *err)
{
    const struct loaded *old = loaded_ref(sh->loaded);
    (void)line;
    int status = shell_load(sh, NULL, 0, err);
    if (status == 0 && sh->terminal)
        tell_change(sh, old);
    loaded_unref(old);
    return status;
}

// The time may be left out.
static int watch(struct shell *sh, const struct shell_line *line, struct err *err)
{
    enum { DEFAULT = 5 };
    const word_list *words = line->words;
    int64_t interval = DEFAULT * (int64_t)1000000000;
    bool given = words->n > 1 && duration_parse(words->at[1].text, &interval);
    word_list rest = {words->at + (given ? 2 : 1), words->n - (given ? 2 : 1), 0};
    if (rest.n == 0)
        return err_set(err, "please name a report: watch 5s top");
    return shell_watch(sh, interval, &rest, line->text, err);
}

const struct shell_command shell_commands[] = {
    {.name = ":", .summary = "forget focus, ignore, hide, tagfocus and tagignore", .run = clear},
    {.name = "exit", .summary = "leave; q, quit and end of input do too", .run = leave},
    {.name = "help",
     .argument = "[NAME]",
     .summary = "explain a report or an option, or list all",
     .complete = COMPLETE_NAMES,
     .run = help},
    {.name = "o",
     .summary = "list the options and their values; options does too",
     .run = show_options},
    {.name = "open",
     .argument = "FILE...",
     .summary = "load another profile",
     .complete = COMPLETE_FILES,
     .run = open_files},
    {.name = "options", .summary = "list the options and their values", .run = show_options},
    {.name = "q", .summary = "leave", .run = leave},
    {.name = "quit", .summary = "leave", .run = leave},
    {.name = "reload", .summary = "read the same files again, and say what changed", .run = reload},
    {.name = "watch",
     .argument = "[TIME] REPORT",
     .summary = "read and report again and again: watch 5s top",
     .complete = COMPLETE_REPORTS,
     .run = watch},
    {.name = NULL},
};

const struct shell_command *shell_command_find(struct span name)
{
    for (const struct shell_command *c = shell_commands; c->name; c++)
        if (span_eq(span_of(c->name), name))
            return c;
    return NULL;
}
