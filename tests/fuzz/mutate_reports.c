// SPDX-License-Identifier: Apache-2.0
// Changes a script line by line, with the options and reports that there are and with names that
// are in the profile, or one of the profiles.
#include "mutate.h"

#include <stdlib.h>

#include "app/commands.h"
#include "app/options.h"
#include "base/xalloc.h"
#include "sections.h"

static const char *const words[] = {
    "",
    "1",
    "0",
    "-1",
    "2",
    "3",
    "12",
    "21",
    "11",
    "1e-300",
    "-0.5",
    "0.5",
    "1e300",
    "nan",
    "inf",
    "1.5",
    "auto",
    "bytes",
    "ms",
    "hours",
    "s",
    "kb",
    "gcu",
    "all",
    "true",
    "false",
    "lines",
    "files",
    "addresses",
    "main",
    ".",
    "^.",
    "a|b",
    "k=v",
    ":64kb",
    "4mb:",
    "1:2",
    "none",
    "/:/usr",
    "color",
    "visible",
    "9223372036854775807",
    "-9223372036854775808",
    "filefunctions",
};

struct dice {
    uint64_t state;
};

static size_t roll(struct dice *d, size_t sides)
{
    d->state = d->state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(d->state >> 33) % sides;
}

static const char *pick_option(struct dice *d)
{
    static const char *const own[] = {"files", "style"};
    size_t n = 0, n_own = sizeof own / sizeof *own;
    while (option_defs[n].name)
        n++;
    size_t i = roll(d, n + n_own);
    return i < n ? option_defs[i].name : own[i - n];
}

static const struct command_def *pick_report(struct dice *d)
{
    size_t n = 0;
    while (command_defs[n].name)
        n++;
    for (;;) {
        const struct command_def *c = &command_defs[roll(d, n)];
        if (!command_runs_programs(c))
            return c;
    }
}

static struct span pick_value(struct dice *d, struct span profile)
{
    if (roll(d, 2))
        return mutate_pick_string((const uint8_t *)profile.at, profile.n,
                                  (unsigned)roll(d, 1u << 30));
    return span_of(words[roll(d, sizeof words / sizeof *words)]);
}

static void add_line(struct buf *out, struct dice *d, struct span profile)
{
    struct buf value = {0};
    const struct command_def *report = roll(d, 3) ? NULL : pick_report(d);
    buf_add(&value, pick_value(d, profile));
    if (value.n && roll(d, 3) == 0) {
        size_t max = value.n + 8;
        buf_room(&value, 8);
        value.n = LLVMFuzzerMutate((uint8_t *)value.at, value.n, max);
    }
    buf_add(out, span_of(report ? report->name : pick_option(d)));
    if (!report || report->argument) {
        buf_addc(out, report ? ' ' : '=');
        buf_add(out, buf_span(&value));
    }
    buf_addc(out, '\n');
    buf_release(&value);
}

static struct span take_line(struct span *rest)
{
    size_t end = span_find(*rest, SPAN("\n"));
    struct span line = end == SPAN_NOT_FOUND ? *rest : span_upto(*rest, end);
    *rest = span_from(*rest, line.n + (end == SPAN_NOT_FOUND ? 0 : 1));
    return line;
}

// Drops about one line, adds about one, and keeps the rest.
static void mutate_lines(struct buf *out, struct dice *d, struct span script, struct span profile)
{
    size_t lines = 1;
    for (size_t i = 0; i < script.n; i++)
        lines += script.at[i] == '\n';
    size_t drop = roll(d, lines * 2), add = roll(d, lines + 1);
    for (size_t i = 0; i <= lines; i++) {
        struct span line = take_line(&script);
        if (i == add)
            add_line(out, d, profile);
        if (i == drop || line.n == 0)
            continue;
        buf_add(out, line);
        buf_addc(out, '\n');
    }
    while (out->n && out->at[out->n - 1] == '\n')
        out->n--;
}

static void mutate_script(struct buf *out, struct dice *d, const struct sections *s)
{
    if (s->script.n == 0 || roll(d, 4)) {
        mutate_lines(out, d, s->script, s->profiles[roll(d, s->n_profiles)]);
        return;
    }
    buf_add(out, s->script);
    buf_room(out, 16);
    out->n = LLVMFuzzerMutate((uint8_t *)out->at, out->n, out->n + 16);
}

static void add_mutated(struct buf *out, struct dice *d, struct span profile, size_t max)
{
    if (max <= profile.n)
        max = profile.n + 1;
    uint8_t *room = (uint8_t *)buf_room(out, max);
    if (profile.n)
        memcpy(room, profile.at, profile.n);
    out->n += mutate_profile(room, profile.n, max, (unsigned)(roll(d, 1u << 30) << 2));
}

static void mutate_sections(struct buf *out, struct dice *d, const struct sections *s, size_t max)
{
    size_t turn = roll(d, 8), twice = roll(d, 64) == 0;
    if (turn < 4)
        mutate_script(out, d, s);
    else
        buf_add(out, s->script.n ? s->script : SPAN("top"));
    size_t n = s->n_profiles == 1 && twice ? 2 : s->n_profiles;
    for (size_t i = 0; i < n; i++) {
        struct span profile = s->profiles[i < s->n_profiles ? i : 0];
        buf_add(out, SECTION_END);
        if (turn >= 4 && (n == 1 || roll(d, 2)))
            add_mutated(out, d, profile, max);
        else
            buf_add(out, profile);
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    struct dice d = {seed};
    struct buf out = {0};
    struct sections s = sections_of((struct span){(const char *)data, size});
    roll(&d, 2);
    if (roll(&d, 32) == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    mutate_sections(&out, &d, &s, max_size);
    if (out.n <= max_size) {
        memcpy(data, out.at, out.n);
        size = out.n;
    }
    buf_release(&out);
    return size;
}
