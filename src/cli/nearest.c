// SPDX-License-Identifier: Apache-2.0
#include "cli/nearest.h"

#include "app/commands.h"
#include "app/options.h"
#include "cli/shellcommands.h"

enum { NAME_MAX_LENGTH = 40 };

struct search {
    struct span typed;
    const char *best;
    size_t best_distance;
};

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

// How many letters have to be added, dropped, changed or swapped with their neighbour.
static size_t edit_distance(struct span a, struct span b)
{
    size_t rows[3][NAME_MAX_LENGTH + 1];
    for (size_t j = 0; j <= b.n; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t *row = rows[i % 3], *up = rows[(i + 2) % 3], *up2 = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            size_t change = up[j - 1] + (a.at[i - 1] != b.at[j - 1]);
            row[j] = least(up[j] + 1, row[j - 1] + 1, change);
            bool swapped =
                i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1];
            if (swapped && up2[j - 2] + 1 < row[j])
                row[j] = up2[j - 2] + 1;
        }
    }
    return rows[a.n % 3][b.n];
}

static void consider(struct search *s, const char *name)
{
    struct span candidate = span_of(name);
    if (candidate.n == 0 || candidate.n > NAME_MAX_LENGTH)
        return;
    size_t distance = edit_distance(s->typed, candidate);
    if (distance < s->best_distance) {
        s->best = name;
        s->best_distance = distance;
    }
}

static struct search search_for(struct span typed)
{
    return (struct search){.typed = typed, .best_distance = (typed.n + 1) / 3 + 1};
}

static void consider_reports(struct search *s)
{
    for (const struct command_def *c = command_defs; c->name; c++)
        consider(s, c->name);
}

const char *nearest_flag(struct span typed)
{
    struct search s = search_for(typed);
    if (typed.n == 0 || typed.n > NAME_MAX_LENGTH)
        return NULL;
    consider_reports(&s);
    for (const struct option_def *o = option_defs; o->name; o++) {
        consider(&s, o->name);
        for (const struct choice *choice = option_flags(o); choice->name; choice++)
            consider(&s, choice->name);
    }
    for (const struct shortcut_def *d = shortcut_defs; d->name; d++)
        consider(&s, d->name);
    consider(&s, "help");
    consider(&s, "version");
    return s.best;
}

const char *nearest_command(struct span typed)
{
    struct search s = search_for(typed);
    if (typed.n == 0 || typed.n > NAME_MAX_LENGTH)
        return NULL;
    consider_reports(&s);
    for (const struct shell_command *w = shell_commands; w->name; w++)
        if (strlen(w->name) > 1)
            consider(&s, w->name);
    return s.best;
}

const char *nearest_option(struct span typed)
{
    struct search s = search_for(typed);
    if (typed.n == 0 || typed.n > NAME_MAX_LENGTH)
        return NULL;
    for (const struct option_def *o = option_defs; o->name; o++)
        if (o->where & WHERE_SHELL)
            consider(&s, o->name);
    return s.best;
}
