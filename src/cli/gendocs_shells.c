// SPDX-License-Identifier: Apache-2.0
#include "cli/gendocs.h"

#include <stdlib.h>

#include "app/commands.h"
#include "app/options.h"
#include "base/xalloc.h"

// What may follow a flag.
enum value_kind {
    VALUE_NONE,
    VALUE_BOOL, // only after "="
    VALUE_CHOICE,
    VALUE_FILE,
    VALUE_DIRS, // separated by colons
    VALUE_TEXT, // nothing that a shell could complete
};

struct flag {
    const char *name, *summary;
    enum value_kind kind;
    const char *argument;         // what to call the value; NULL of VALUE_NONE and VALUE_BOOL
    const struct choice *choices; // of VALUE_CHOICE
    bool is_report;
};

struct flags {
    struct flag *at;
    size_t n;
};

static void flags_add(struct flags *flags, struct flag flag)
{
    flags->at = xrealloc(flags->at, xmul(flags->n + 1, sizeof *flags->at));
    flags->at[flags->n++] = flag;
}

static void add_command(struct flags *flags, const struct command_def *c)
{
    struct flag flag = {.name = c->name, .summary = c->summary, .is_report = true};
    if (c->argument) {
        flag.kind = VALUE_TEXT;
        flag.argument = "REGEX";
    }
    flags_add(flags, flag);
}

static enum value_kind kind_of(const struct option_def *o)
{
    if (o->type == OPTION_BOOL)
        return VALUE_BOOL;
    if (option_choices(o))
        return VALUE_CHOICE;
    if (o->complete == COMPLETE_FILES)
        return VALUE_FILE;
    return o->complete == COMPLETE_DIRS ? VALUE_DIRS : VALUE_TEXT;
}

static void add_option(struct flags *flags, const struct option_def *o)
{
    flags_add(flags, (struct flag){.name = o->name,
                                   .summary = o->summary,
                                   .kind = kind_of(o),
                                   .argument = o->argument,
                                   .choices = option_choices(o)});
    for (const struct choice *c = option_flags(o); c->name; c++)
        if (*c->name)
            flags_add(flags, (struct flag){.name = c->name, .summary = c->summary});
}

// All flags there are.
static struct flags flags_init(void)
{
    struct flags flags = {0};
    for (const struct command_def *c = command_defs; c->name; c++)
        add_command(&flags, c);
    for (const struct option_def *o = option_defs; o->name; o++)
        add_option(&flags, o);
    for (const struct shortcut_def *s = shortcut_defs; s->name; s++)
        flags_add(&flags, (struct flag){.name = s->name, .summary = s->summary});
    flags_add(&flags, (struct flag){.name = "help", .summary = "print the flags, in short"});
    flags_add(&flags, (struct flag){.name = "version", .summary = "print the version"});
    return flags;
}

static void each_flag(struct buf *out, void (*add)(struct buf *out, const struct flag *flag))
{
    struct flags flags = flags_init();
    for (size_t i = 0; i < flags.n; i++)
        add(out, &flags.at[i]);
    free(flags.at);
}

static void add_escaped(struct buf *out, const char *text, const char *special)
{
    for (; *text; text++) {
        if (strchr(special, *text))
            buf_addc(out, '\\');
        buf_addc(out, *text);
    }
}

// In single quotes, as zsh reads them.
static void zsh_add_quoted(struct buf *out, const char *text)
{
    buf_addc(out, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            buf_add(out, SPAN("'\\''"));
        else
            buf_addc(out, *text);
    }
    buf_addc(out, '\'');
}

static void fish_add_quoted(struct buf *out, const char *text)
{
    buf_addc(out, '\'');
    add_escaped(out, text, "\\'");
    buf_addc(out, '\'');
}

static void bash_branch(struct buf *out, const struct flags *flags, enum value_kind kind,
                        const char *commands)
{
    struct buf names = {0};
    for (size_t i = 0; i < flags->n; i++)
        if (flags->at[i].kind == kind)
            buf_printf(&names, "%s-%s", names.n ? " | " : "", flags->at[i].name);
    if (names.n)
        buf_printf(out, "    %s) %s ;;\n", buf_cstr(&names), commands);
    buf_release(&names);
}

static void bash_add_choices(struct buf *out, const struct flag *flag)
{
    if (flag->kind != VALUE_CHOICE)
        return;
    buf_printf(out, "    -%s) words='", flag->name);
    for (const struct choice *c = flag->choices; c->name; c++)
        if (*c->name)
            buf_printf(out, " %s", c->name);
    buf_add(out, SPAN("' ;;\n"));
}

void gendocs_bash_values(struct buf *out)
{
    struct flags flags = flags_init();
    bash_branch(out, &flags, VALUE_BOOL, "[[ $value ]] && words='true false'");
    bash_branch(out, &flags, VALUE_FILE, "return");
    bash_branch(out, &flags, VALUE_DIRS, "_cprof_directories && return");
    bash_branch(out, &flags, VALUE_TEXT, "_cprof_nothing && return");
    free(flags.at);
    each_flag(out, bash_add_choices);
}

static void bash_add_flag(struct buf *out, const struct flag *flag)
{
    bool needs_value = flag->kind != VALUE_NONE && flag->kind != VALUE_BOOL;
    buf_printf(out, " -%s%s", flag->name, needs_value ? "=" : "");
}

void gendocs_bash_flags(struct buf *out)
{
    buf_add(out, SPAN("    words='"));
    each_flag(out, bash_add_flag);
    buf_add(out, SPAN("'\n"));
}

static void zsh_add_choices(struct buf *out, const struct flag *flag)
{
    if (flag->kind != VALUE_CHOICE)
        return;
    buf_printf(out, "_cprof_%s()\n{\n    local -a choices=(\n", flag->name);
    for (const struct choice *c = flag->choices; c->name; c++) {
        if (!*c->name)
            continue;
        struct buf row = {0};
        buf_printf(&row, "%s:", c->name);
        add_escaped(&row, c->summary, "\\:");
        buf_fill(out, ' ', 8);
        zsh_add_quoted(out, buf_cstr(&row));
        buf_addc(out, '\n');
        buf_release(&row);
    }
    buf_printf(out, "    )\n    _describe -t values %s choices\n}\n\n", flag->argument);
}

void gendocs_zsh_choices(struct buf *out)
{
    each_flag(out, zsh_add_choices);
}

static void zsh_add_report(struct buf *out, const struct flag *flag)
{
    if (flag->is_report)
        buf_printf(out, " -%s", flag->name);
}

void gendocs_zsh_reports(struct buf *out)
{
    buf_add(out, SPAN("    local -a reports=("));
    each_flag(out, zsh_add_report);
    buf_add(out, SPAN(" )\n"));
}

static void zsh_add_value(struct buf *spec, const struct flag *flag)
{
    if (flag->argument) {
        buf_addc(spec, ':');
        add_escaped(spec, flag->argument, "\\:");
    }
    switch (flag->kind) {
    case VALUE_NONE:
        break;
    case VALUE_BOOL:
        buf_add(spec, SPAN("::value:(true false)"));
        break;
    case VALUE_CHOICE:
        buf_printf(spec, ":_cprof_%s", flag->name);
        break;
    case VALUE_FILE:
        buf_add(spec, SPAN(":_files"));
        break;
    case VALUE_DIRS:
        buf_add(spec, SPAN(":_dir_list"));
        break;
    case VALUE_TEXT:
        buf_add(spec, SPAN(": ")); // tells what is wanted
        break;
    }
}

static const char *zsh_mark(enum value_kind kind)
{
    if (kind == VALUE_NONE)
        return "";
    return kind == VALUE_BOOL ? "=-" : "=";
}

static void zsh_add_flag(struct buf *out, const struct flag *flag)
{
    struct buf spec = {0};
    buf_printf(&spec, "-%s%s[", flag->name, zsh_mark(flag->kind));
    add_escaped(&spec, flag->summary, "\\[]");
    buf_addc(&spec, ']');
    zsh_add_value(&spec, flag);
    buf_fill(out, ' ', 8);
    if (flag->is_report)
        buf_add(out, SPAN("\"($reports)\"")); // one is chosen
    zsh_add_quoted(out, buf_cstr(&spec));
    buf_add(out, SPAN(" \\\n"));
    buf_release(&spec);
}

void gendocs_zsh_flags(struct buf *out)
{
    each_flag(out, zsh_add_flag);
}

// fish expands these words once more, so that their descriptions are quoted twice.
static void fish_add_choices(struct buf *out, const struct flag *flag)
{
    struct buf words = {0};
    for (const struct choice *c = flag->choices; c->name; c++) {
        if (!*c->name)
            continue;
        buf_printf(&words, "%s%s\\t", words.n ? " " : "", c->name);
        fish_add_quoted(&words, c->summary);
    }
    buf_add(out, SPAN(" -x -a "));
    fish_add_quoted(out, buf_cstr(&words));
    buf_release(&words);
}

static void fish_add_value(struct buf *out, const struct flag *flag)
{
    switch (flag->kind) {
    case VALUE_NONE:
    case VALUE_BOOL:
        break;
    case VALUE_CHOICE:
        fish_add_choices(out, flag);
        break;
    case VALUE_FILE:
        buf_add(out, SPAN(" -r -F"));
        break;
    case VALUE_DIRS:
        buf_add(out, SPAN(" -x -a '(__cprof_directories)'"));
        break;
    case VALUE_TEXT:
        buf_add(out, SPAN(" -x"));
        break;
    }
}

static void fish_add_flag(struct buf *out, const struct flag *flag)
{
    buf_printf(out, "complete -c cprof -o %s", flag->name);
    fish_add_value(out, flag);
    buf_add(out, SPAN(" -d "));
    fish_add_quoted(out, flag->summary);
    buf_addc(out, '\n');
    if (flag->kind == VALUE_BOOL)
        buf_printf(out, "complete -c cprof -n __cprof_has_equals -o %s -f -a 'true false'\n",
                   flag->name);
}

void gendocs_fish_flags(struct buf *out)
{
    each_flag(out, fish_add_flag);
}
