// SPDX-License-Identifier: Apache-2.0
#include "cli/shellhelp.h"

#include <stdio.h>

#include "app/options.h"
#include "cli/output.h"
#include "cli/shellwords.h"

enum { NAME_WIDTH = 24 };

static void put_lines(struct buf *text)
{
    struct span rest = buf_span(text);
    while (rest.n) {
        size_t end = span_find(rest, SPAN("\n"));
        struct span line = end == SPAN_NOT_FOUND ? rest : span_upto(rest, end);
        struct buf copy = {0};
        buf_add(&copy, line);
        output_message("", buf_cstr(&copy));
        buf_release(&copy);
        rest = end == SPAN_NOT_FOUND ? SPAN("") : span_from(rest, end + 1);
    }
    buf_release(text);
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

static void add_choices(const struct shell *sh, const struct option_def *o, struct buf *out)
{
    struct arena arena = {0};
    struct app_names types = app_sample_types(sh->loaded, &arena);
    bool first = true;
    for (const struct choice *c = option_choices(o); c && c->name; c++) {
        if (*c->name)
            buf_printf(out, "%s%s", first ? "//: [" : " | ", c->name);
        first = *c->name ? false : first;
    }
    for (size_t i = 0; o->complete == COMPLETE_TYPES && i < types.n; i++) {
        buf_printf(out, "%s" SPAN_FMT, first ? "//: [" : " | ", SPAN_ARG(types.at[i]));
        first = false;
    }
    if (!first)
        buf_addc(out, ']');
    arena_release(&arena);
}

void shell_show_options(const struct shell *sh)
{
    struct buf text = {0};
    for (const struct option_def *o = option_defs; o->name; o++) {
        struct buf value = {0};
        option_print(o, &sh->config, &value);
        buf_printf(&text, "  %-20s = %-20s ", o->name, value.n ? buf_cstr(&value) : "\"\"");
        add_choices(sh, o, &text);
        while (text.n && text.at[text.n - 1] == ' ')
            text.n--;
        buf_addc(&text, '\n');
        buf_release(&value);
    }
    put_lines(&text);
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
    for (const struct shell_word *w = shell_words; w->name; w++)
        add_row(out, w->name, w->argument, w->summary);
    add_row(out, "TYPE", NULL, "show this sample type; total_TYPE and mean_TYPE do too");
    for (int group = 0; group < GROUP_COUNT; group++) {
        buf_printf(out, "\n%s, set by NAME=VALUE:\n", option_group_titles[group]);
        for (const struct option_def *o = option_defs; o->name; o++)
            if ((int)o->group == group)
                add_row(out, o->name, NULL, o->summary);
    }
}

static void add_entry(struct buf *out, const char *name, const char *separator,
                      const char *argument, const char *summary, const char *detail)
{
    buf_printf(out, "%s%s%s\n  %s\n", name, argument ? separator : "", argument ? argument : "",
               summary);
    if (detail)
        buf_printf(out, "  %s\n", detail);
}

static bool add_one(struct buf *out, struct span name)
{
    const struct command_def *c = command_find(name);
    const struct option_def *o = option_find(name);
    if (c)
        add_entry(out, c->name, " ", c->argument ? "REGEX" : NULL, c->summary, c->detail);
    if (o)
        add_entry(out, o->name, "=", o->argument, o->summary, o->detail);
    for (const struct choice *choice = o ? option_choices(o) : NULL; choice && choice->name;
         choice++)
        if (*choice->name)
            buf_printf(out, "  %s: %s\n", choice->name, choice->summary);
    for (const struct shell_word *w = shell_words; w->name; w++)
        if (span_eq(span_of(w->name), name))
            add_entry(out, w->name, " ", w->argument, w->summary, NULL);
    return out->n > 0;
}

int shell_help(struct span name, struct err *err)
{
    struct buf text = {0};
    if (name.n == 0)
        add_all(&text);
    else if (!add_one(&text, name))
        return err_set(err, "unknown command: '" SPAN_FMT "'", SPAN_ARG(name));
    put_lines(&text);
    return 0;
}
