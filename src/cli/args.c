// SPDX-License-Identifier: Apache-2.0
#include "cli/args.h"

#include <stdlib.h>

#include "app/options.h"
#include "base/num.h"
#include "base/quantity.h"
#include "base/xalloc.h"
#include "cli/nearest.h"

struct parser {
    struct args *args;
    char **next; // NULL ends
    struct err *err;
    struct span flag;  // the one at hand, without dashes
    struct span value; // at is NULL: none
    struct {
        const struct option_def *option;
        int value;
    } choices[8]; // that were given as flags, to find conflicts
    size_t n_choices;
};

static int unknown_flag(struct parser *p)
{
    const char *near = nearest_flag(p->flag);
    if (near)
        return err_set(p->err, "unknown flag '-" SPAN_FMT "'; did you mean -%s?", SPAN_ARG(p->flag),
                       near);
    return err_set(p->err, "unknown flag '-" SPAN_FMT "'", SPAN_ARG(p->flag));
}

// The value of a flag that is true where it has none.
static int take_bool(struct parser *p, bool *value)
{
    *value = true;
    if (!p->value.at || num_parse_bool(p->value, value))
        return 0;
    return err_set(p->err, "bad value '" SPAN_FMT "' for -" SPAN_FMT ": want true or false",
                   SPAN_ARG(p->value), SPAN_ARG(p->flag));
}

static int need_value(struct parser *p)
{
    if (p->value.at)
        return 0;
    if (!*p->next)
        return err_set(p->err, "flag -" SPAN_FMT " needs a value", SPAN_ARG(p->flag));
    p->value = span_of(*p->next++);
    return 0;
}

static int take_option(struct parser *p, const struct option_def *o)
{
    bool flag;
    int64_t ignored;
    if (o->bare && !p->value.at && !(*p->next && duration_parse(span_of(*p->next), &ignored)))
        p->value = span_of(o->bare);
    if (o->type != OPTION_BOOL)
        return need_value(p) || option_add(o, &p->args->config, p->value, p->err);
    if (take_bool(p, &flag))
        return -1;
    return option_set(o, &p->args->config, flag ? SPAN("true") : SPAN("false"), p->err);
}

static int take_choice(struct parser *p, const struct option_def *o, int value)
{
    const struct choice *choices = option_choices(o);
    bool on;
    if (take_bool(p, &on))
        return -1;
    if (!on)
        return 0;
    for (size_t i = 0; i < p->n_choices; i++)
        if (p->choices[i].option == o && p->choices[i].value != value)
            return err_set(p->err, "conflicting flags: -%s and -%s",
                           choices[p->choices[i].value].name, choices[value].name);
    if (p->n_choices < sizeof p->choices / sizeof *p->choices) {
        p->choices[p->n_choices].option = o;
        p->choices[p->n_choices++].value = value;
    }
    return option_set(o, &p->args->config, span_of(choices[value].name), p->err);
}

// A report whose regular expression is empty, as in -list=, is not asked for.
static int take_command(struct parser *p, const struct command_def *command)
{
    bool on = true;
    if (command->argument ? need_value(p) : take_bool(p, &on))
        return -1;
    if (!on || (command->argument && p->value.n == 0))
        return 0;
    if (p->args->command && p->args->command != command)
        return err_set(p->err, "more than one report: -%s and -%s", p->args->command->name,
                       command->name);
    p->args->command = command;
    p->args->regex = command->argument ? p->value.at : NULL;
    return 0;
}

static int take_shortcut(struct parser *p, const struct shortcut_def *s)
{
    struct config *c = &p->args->config;
    bool on;
    if (take_bool(p, &on))
        return -1;
    if (!on)
        return 0;
    if (s->mean)
        c->mean = true;
    if (*c->sample_index)
        return 0; // the first selection stays, as in pprof
    return option_set(option_find(SPAN("sample_index")), c, span_of(s->sample_index), p->err);
}

// -help, or -help=peek and -help=-peek.
static int take_help(struct parser *p)
{
    bool ignored;
    if (!p->value.at || num_parse_bool(p->value, &ignored))
        return take_bool(p, &p->args->help);
    p->args->help = true;
    p->args->about = p->value.at;
    while (*p->args->about == '-')
        p->args->about++;
    return 0;
}

static int take_flag(struct parser *p)
{
    int value;
    const struct command_def *command = command_find(p->flag);
    const struct option_def *option = option_find(p->flag);
    const struct option_def *choice = option_find_choice(p->flag, &value);
    const struct shortcut_def *shortcut = shortcut_find(p->flag);
    if (command)
        return take_command(p, command);
    if (option)
        return take_option(p, option);
    if (choice)
        return take_choice(p, choice, value);
    if (shortcut)
        return take_shortcut(p, shortcut);
    if (span_eq(p->flag, SPAN("help")) || span_eq(p->flag, SPAN("h")))
        return take_help(p);
    if (span_eq(p->flag, SPAN("i")))
        return take_bool(p, &p->args->alive);
    if (span_eq(p->flag, SPAN("version")))
        return take_bool(p, &p->args->version);
    return unknown_flag(p);
}

static void split_flag(struct parser *p, const char *arg)
{
    p->flag = span_of(arg + (arg[1] == '-' ? 2 : 1));
    size_t equals = span_find(p->flag, SPAN("="));
    p->value = (struct span){0};
    if (equals != SPAN_NOT_FOUND) {
        p->value = span_from(p->flag, equals + 1);
        p->flag = span_upto(p->flag, equals);
    }
}

int args_parse(struct args *args, int argc, char **argv, struct err *err)
{
    struct parser p = {.args = args, .next = argv + 1, .err = err};
    bool flags = true;
    *args = (struct args){0};
    config_init(&args->config);
    args->paths = xcalloc((size_t)argc + 1, sizeof *args->paths);
    while (*p.next) {
        char *arg = *p.next++;
        if (!flags || arg[0] != '-' || arg[1] == '\0') {
            args->paths[args->n_paths++] = arg;
        } else if (strcmp(arg, "--") == 0) {
            flags = false;
        } else {
            split_flag(&p, arg);
            if (take_flag(&p))
                return -1;
        }
    }
    return 0;
}

void args_release(struct args *args)
{
    config_release(&args->config);
    free(args->paths);
}
