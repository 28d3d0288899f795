// SPDX-License-Identifier: Apache-2.0
#include "cli/gendocs.h"

#include "app/commands.h"
#include "app/options.h"
#include "base/utf8.h"
#include "cli/shellcommands.h"

// Characters that roff would take for something else, or print as a typographic cousin.
static const char *roff_escape(uint32_t point)
{
    switch (point) {
    case '\\':
        return "\\(rs";
    case '-':
        return "\\-";
    case '\'':
        return "\\(aq";
    case '"':
        return "\\(dq";
    case '`':
        return "\\(ga";
    case '^':
        return "\\(ha";
    case '~':
        return "\\(ti";
    }
    return NULL;
}

static void add_text(struct buf *out, const char *text)
{
    struct span rest = span_of(text);
    if (rest.n && *rest.at == '.')
        buf_add(out, SPAN("\\&")); // at the start of a line it would begin a request
    while (rest.n) {
        uint32_t point;
        rest = span_from(rest, utf8_next(rest, &point));
        const char *escape = roff_escape(point);
        if (escape)
            buf_add(out, span_of(escape));
        else if (point < 0x80)
            buf_addc(out, (char)point);
        else
            buf_printf(out, "\\[u%04X]", point);
    }
}

// Text between pieces of roff.
static void add(struct buf *out, const char *before, const char *text, const char *after)
{
    buf_add(out, span_of(before));
    add_text(out, text);
    buf_add(out, span_of(after));
}

// Starts the paragraph of a flag: its name in bold, its argument in italics.
static void add_flag(struct buf *out, const char *name, const char *argument)
{
    add(out, ".TP\n\\fB\\-", name, "\\fR");
    if (argument)
        add(out, "=\\fI", argument, "\\fR");
    buf_addc(out, '\n');
}

static void add_explained(struct buf *out, const char *summary, const char *detail)
{
    add(out, "", summary, "\n");
    if (detail)
        add(out, ".br\n", detail, "\n");
}

void gendocs_man_title(struct buf *out)
{
    add(out, ".TH CPROF 1 \"\" \"cprof ", CPROF_VERSION, "\" \"User Commands\"\n");
}

void gendocs_man_reports(struct buf *out)
{
    for (const struct command_def *c = command_defs; c->name; c++) {
        add_flag(out, c->name, c->argument ? "REGEX" : NULL);
        add_explained(out, c->summary, c->detail);
    }
}

static const char *type_text(const struct option_def *o)
{
    switch (o->type) {
    case OPTION_INT:
        return "A whole number.";
    case OPTION_FLOAT:
        return "A number.";
    case OPTION_CHOICE:
    case OPTION_WORD:
        return "One of the following.";
    case OPTION_WORDS:
        return "Any of the following, joined by colons.";
    case OPTION_BOOL:
        return "True or false.";
    case OPTION_DURATION:
        return "A time such as 30s, 1m30s or 500ms; a number alone is seconds.";
    case OPTION_SIZE:
        return "A size such as 512MiB or 2GiB; a number alone is bytes.";
    case OPTION_GATES:
    case OPTION_LINES:
    case OPTION_SHARE:
    case OPTION_REGEX:
    case OPTION_STRING:
        break;
    }
    return "";
}

static void add_type(struct buf *out, const struct option_def *o)
{
    const char *type = type_text(o);
    if (*type || *o->initial)
        buf_add(out, SPAN(".br\n"));
    if (*type)
        add(out, "", type, "\n");
    if (*o->initial)
        add(out, "Default: ", o->initial, ".\n");
}

static void add_choices(struct buf *out, const struct option_def *o)
{
    buf_add(out, SPAN(".RS\n"));
    for (const struct choice *c = option_choices(o); c->name; c++) {
        if (!*c->name)
            continue;
        add(out, ".TP\n\\fB", c->name, "\\fR");
        if (option_flags(o)->name)
            add(out, ", or the flag \\fB\\-", c->name, "\\fR");
        buf_addc(out, '\n');
        add(out, "", c->summary, "\n");
    }
    buf_add(out, SPAN(".RE\n"));
}

void gendocs_man_options(struct buf *out)
{
    for (int group = 0; group < GROUP_COUNT; group++) {
        add(out, ".SS \"", option_group_titles[group], "\"\n");
        for (const struct option_def *o = option_defs; o->name; o++) {
            if ((int)o->group != group)
                continue;
            add_flag(out, o->name, o->argument);
            add_explained(out, o->summary, o->detail);
            add_type(out, o);
            if (option_choices(o))
                add_choices(out, o);
        }
    }
}

void gendocs_man_shortcuts(struct buf *out)
{
    for (const struct shortcut_def *s = shortcut_defs; s->name; s++) {
        add_flag(out, s->name, NULL);
        add_explained(out, s->summary, NULL);
    }
}

void gendocs_man_shell(struct buf *out)
{
    for (const struct shell_command *w = shell_commands; w->name; w++) {
        add(out, ".TP\n\\fB", w->name, "\\fR");
        if (w->argument)
            add(out, " \\fI", w->argument, "\\fR");
        add(out, "\n", w->summary, "\n");
    }
    buf_add(out, SPAN(".TP\n\\fITYPE\\fR, total_\\fITYPE\\fR, mean_\\fITYPE\\fR\n"
                      "show this sample type; with mean_, divided by the count\n"));
}
