// SPDX-License-Identifier: Apache-2.0
#include "cli/help.h"

#include "cprof_build.h"
#include "cprof_commit.h"

#include "app/commands.h"
#include "app/options.h"

enum { NAME_WIDTH = 24 };

static void add_entry(struct buf *out, const char *name, const char *argument, const char *summary)
{
    size_t start = out->n;
    buf_printf(out, "  -%s%s%s", name, argument ? "=" : "", argument ? argument : "");
    size_t width = out->n - start;
    if (width + 2 > NAME_WIDTH + 2) {
        buf_addc(out, '\n');
        width = 0;
    }
    buf_fill(out, ' ', NAME_WIDTH + 2 - width);
    buf_printf(out, "%s\n", summary);
}

static void add_option(struct buf *out, const struct option_def *o)
{
    add_entry(out, o->name, o->argument, o->summary);
    for (const struct choice *c = option_flags(o); c->name; c++)
        if (*c->name)
            add_entry(out, c->name, NULL, c->summary);
}

void help_usage(struct buf *out)
{
    buf_add(out,
            SPAN("usage: cprof [REPORT] [OPTION]... FILE...\n\n"
                 "Reads profiles, pprof's and others', merges them and prints a report; without a\n"
                 "report, reads commands. FILE - is standard input, and a URL is fetched.\n\n"
                 "Reports:\n"));
    for (const struct command_def *c = command_defs; c->name; c++)
        add_entry(out, c->name, c->argument ? "REGEX" : NULL, c->summary);
    for (int group = 0; group < GROUP_COUNT; group++) {
        buf_printf(out, "\n%s:\n", option_group_titles[group]);
        for (const struct option_def *o = option_defs; o->name; o++)
            if ((int)o->group == group)
                add_option(out, o);
    }
    buf_add(out, SPAN("\nShortcuts:\n"));
    for (const struct shortcut_def *s = shortcut_defs; s->name; s++)
        add_entry(out, s->name, NULL, s->summary);
    buf_add(out, SPAN("\nOthers:\n"));
    add_entry(out, "help", NULL, "print this text");
    add_entry(out, "version", NULL, "print the version");
}

static const char *example_value(const struct option_def *o)
{
    static const char *const by_type[] = {
        [OPTION_INT] = "20",     [OPTION_FLOAT] = "0.01",
        [OPTION_REGEX] = "json", [OPTION_DURATION] = "30s",
        [OPTION_SIZE] = "2GiB",  [OPTION_LINES] = "'Name: value'",
        [OPTION_SHARE] = "1%",   [OPTION_GATES] = "'total > 5%'",
    };
    static const char *const by_completion[] = {
        [COMPLETE_TAG_KEYS] = "tenant",  [COMPLETE_TAGS] = "bytes=1kb:", [COMPLETE_TYPES] = "cpu",
        [COMPLETE_FILES] = "base.pb.gz", [COMPLETE_DIRS] = "src",        [COMPLETE_NAMES] = NULL,
    };
    const struct choice *choices = option_choices(o);
    if (o->example)
        return o->example;
    if (choices && choices[0].name)
        return choices[1].name ? choices[1].name : choices[0].name;
    if (o->type < sizeof by_type / sizeof *by_type && by_type[o->type])
        return by_type[o->type];
    return o->complete && by_completion[o->complete] ? by_completion[o->complete] : o->argument;
}

// How a report is asked for: in the shell, and on the command line.
static void add_report_example(struct buf *out, const struct command_def *c, bool shell)
{
    const char *regex = c->argument ? "main" : "";
    if (shell)
        buf_printf(out, "  For example: %s%s%s\n", c->name, c->argument ? " " : "", regex);
    else
        buf_printf(out, "  For example: cprof -%s%s%s cpu.pb.gz\n", c->name, c->argument ? "=" : "",
                   regex);
}

static void add_option_example(struct buf *out, const struct option_def *o, bool shell)
{
    const char *value = o->type == OPTION_BOOL ? NULL : example_value(o);
    if (shell)
        buf_printf(out, "  For example: %s%s%s\n", o->name, value ? "=" : "", value ? value : "");
    else
        buf_printf(out, "  For example: cprof -top -%s%s%s cpu.pb.gz\n", o->name, value ? "=" : "",
                   value ? value : "");
}

static void add_one(struct buf *out, const char *name, const char *argument, const char *summary,
                    const char *detail)
{
    buf_printf(out, "%s%s\n  %s\n", name, argument ? argument : "", summary);
    if (detail)
        buf_printf(out, "  %s\n", detail);
}

bool help_one(struct buf *out, struct span name, bool shell)
{
    int value;
    const struct command_def *c = command_find(name);
    const struct option_def *o = option_find(name), *of = option_find_choice(name, &value);
    const struct shortcut_def *s = shortcut_find(name);
    struct buf title = {0};
    buf_printf(&title, "%s" SPAN_FMT, shell ? "" : "-", SPAN_ARG(name));
    if (c) {
        add_one(out, buf_cstr(&title),
                !c->argument ? ""
                : shell      ? " REGEX"
                             : "=REGEX",
                c->summary, c->detail);
        add_report_example(out, c, shell);
    }
    if (o) {
        buf_printf(&title, "%s%s", o->argument ? "=" : "", o->argument ? o->argument : "");
        add_one(out, buf_cstr(&title), NULL, o->summary, o->detail);
        for (const struct choice *choice = option_choices(o); choice && choice->name; choice++)
            if (*choice->name)
                buf_printf(out, "  %s: %s\n", choice->name, choice->summary);
        add_option_example(out, o, shell);
    } else if (of) {
        buf_printf(out, "%s\n  %s, as %s=%s\n", buf_cstr(&title), option_choices(of)[value].summary,
                   of->name, option_choices(of)[value].name);
    } else if (s && !shell) {
        add_one(out, buf_cstr(&title), NULL, s->summary, NULL);
    }
    buf_release(&title);
    return c || o || of || (s && !shell);
}

void help_version(struct buf *out)
{
    buf_add(out, SPAN("cprof " CPROF_VERSION));
    if (*CPROF_COMMIT)
        buf_add(out, SPAN(", commit " CPROF_COMMIT));
    buf_add(out, SPAN("\nwith " CPROF_LIBRARIES "\n"));
    if (*CPROF_LEFT_OUT)
        buf_add(out, SPAN("without " CPROF_LEFT_OUT "\n"));
}
