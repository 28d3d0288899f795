// SPDX-License-Identifier: Apache-2.0
#include "cli/shellhelp.h"

#include <stdlib.h>

#include "app/options.h"
#include "cli/output.h"
#include "cli/help.h"
#include "cli/shellcommands.h"

enum { NAME_WIDTH = 24 };

static void put_lines(struct buf *text)
{
    struct span rest = buf_span(text), line;
    while (rest.n && span_cut(&rest, '\n', &line)) {
        struct buf copy = {0};
        buf_add(&copy, line);
        output_message("", buf_cstr(&copy));
        buf_release(&copy);
    }
    buf_release(text);
}

// What may be longer than the screen goes through the pager; without a terminal standard output has
// reports alone.
static void show_lines(const struct shell *sh, struct buf *text)
{
    if (sh->terminal) {
        struct err err;
        if (output_page(buf_span(text), &sh->config, &err))
            output_message("", err.text);
        buf_release(text);
    } else {
        put_lines(text);
    }
}

void shell_greet(struct shell *sh)
{
    struct buf text = {0};
    struct err err;
    if (app_describe(sh->loaded, &sh->config, &sh->job, &text, &err))
        buf_printf(&text, "%s\n", err.text);
    buf_add(&text, SPAN("Type \"help\" for the reports, \"o\" for the options, \"q\" to leave.\n"));
    put_lines(&text);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// "[cum | flat]", by name.
static void add_choices(const struct option_def *o, struct buf *out)
{
    const char *names[32];
    size_t n = 0;
    for (const struct choice *c = option_choices(o); c && c->name && n < 32; c++)
        if (*c->name)
            names[n++] = c->name;
    qsort(names, n, sizeof *names, compare_names);
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%s%s", i ? " | " : "[", names[i]);
    if (n)
        buf_addc(out, ']');
}

static void add_types(const struct shell *sh, struct buf *out)
{
    struct arena arena = {0};
    struct app_names types = app_sample_types(sh->loaded, &arena);
    for (size_t i = 0; i < types.n; i++)
        buf_printf(out, "%s" SPAN_FMT, i ? " | " : "[", SPAN_ARG(types.at[i]));
    if (types.n)
        buf_addc(out, ']');
    arena_release(&arena);
}

// As pprof prints it: "" where there is nothing, the sample type that counts by default.
static void add_value(const struct shell *sh, const struct option_def *o, struct buf *value)
{
    struct span type;
    struct err ignored;
    option_print(o, &sh->config, value);
    if (o->complete == COMPLETE_TYPES && value->n == 0 &&
        app_sample_type(sh->loaded, SPAN(""), &type, &ignored) == 0)
        buf_add(value, type);
    else if (o->type == OPTION_CHOICE && value->n == 0)
        buf_add(value, SPAN("(default)"));
    else if (value->n == 0)
        buf_add(value, SPAN("\"\""));
}

static bool differs(const struct option_def *o, const struct config *c)
{
    struct config initial;
    struct buf is = {0}, was = {0};
    config_init(&initial);
    initial.compact_labels = true; // in the shell
    option_print(o, c, &is);
    option_print(o, &initial, &was);
    bool differ = !span_eq(buf_span(&is), buf_span(&was));
    config_release(&initial);
    buf_release(&is);
    buf_release(&was);
    return differ;
}

static void add_option(const struct shell *sh, const struct option_def *o, struct buf *out)
{
    struct buf value = {0}, comment = {0};
    add_value(sh, o, &value);
    add_choices(o, &comment);
    if (o->complete == COMPLETE_TYPES)
        add_types(sh, &comment);
    else if (strcmp(o->initial, "-1") == 0 && span_eq(buf_span(&value), SPAN("-1")))
        buf_add(&comment, SPAN("default"));
    buf_printf(out, "%c %-25s = %-20s %s" SPAN_FMT, differs(o, &sh->config) ? '*' : ' ', o->name,
               buf_cstr(&value), comment.n ? "//: " : "", SPAN_ARG(buf_span(&comment)));
    while (out->n && out->at[out->n - 1] == ' ')
        out->n--;
    buf_addc(out, '\n');
    buf_release(&value);
    buf_release(&comment);
}

void shell_show_options(const struct shell *sh)
{
    struct buf text = {0};
    for (const struct option_def *o = option_defs; o->name; o++)
        if (o->where & WHERE_SHELL)
            add_option(sh, o, &text);
    show_lines(sh, &text);
}

static void add_row(struct buf *out, const char *name, const char *argument, const char *summary)
{
    size_t start = out->n;
    buf_printf(out, "  %s%s%s", name, argument ? " " : "", argument ? argument : "");
    size_t width = out->n - start;
    buf_fill(out, ' ', width < NAME_WIDTH ? NAME_WIDTH - width : 1);
    buf_printf(out, "%s\n", summary);
}

static void add_all(struct buf *out)
{
    buf_add(out, SPAN("Reports, with what may follow: REPORT [ROWS] [FOCUS]... [-IGNORE]... [-cum] "
                      "[> FILE] [| COMMAND]\n"));
    for (const struct command_def *c = command_defs; c->name; c++)
        add_row(out, c->name, c->argument ? "REGEX" : NULL, c->summary);
    buf_add(out, SPAN("\nThe session:\n"));
    for (const struct shell_command *w = shell_commands; w->name; w++)
        add_row(out, w->name, w->argument, w->summary);
    add_row(out, "TYPE", NULL, "show this sample type; total_TYPE and mean_TYPE do too");
    for (int group = 0; group < GROUP_COUNT; group++) {
        buf_printf(out, "\n%s, set by NAME=VALUE:\n", option_group_titles[group]);
        for (const struct option_def *o = option_defs; o->name; o++)
            if ((int)o->group == group && (o->where & WHERE_SHELL))
                add_row(out, o->name, NULL, o->summary);
    }
}

static bool add_command(struct buf *out, struct span name)
{
    const struct shell_command *c = shell_command_find(name);
    if (c)
        buf_printf(out, "%s%s%s\n  %s\n", c->name, c->argument ? " " : "",
                   c->argument ? c->argument : "", c->summary);
    return c != NULL;
}

int shell_help(const struct shell *sh, struct span name, struct err *err)
{
    struct buf text = {0};
    if (name.n == 0)
        add_all(&text);
    else if (!help_one(&text, name, true) && !add_command(&text, name))
        return err_set(err, "unknown command: '" SPAN_FMT "'", SPAN_ARG(name));
    show_lines(sh, &text);
    return 0;
}
