// SPDX-License-Identifier: Apache-2.0
#include "cli/help.h"

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
    buf_add(out, SPAN("usage: cprof [REPORT] [OPTION]... FILE...\n\n"
                      "Reads profiles in pprof's format, gzipped or not, merges them and prints a "
                      "report;\nwithout a report, reads commands. FILE - is standard input.\n\n"
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

void help_version(struct buf *out)
{
    buf_add(out, SPAN("cprof " CPROF_VERSION "\n"));
}
