// SPDX-License-Identifier: Apache-2.0
#include "report/sourcefit.h"

#include <ctype.h>
#include <inttypes.h>

#include "base/path.h"

// Decorators and types may stand on lines of their own before a function's name.
enum { LINES_BEFORE = 2, LINES_AFTER = 10 };

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

// The name without a group such as "(int)" or "[...]" at its end.
static struct span without_group(struct span name)
{
    static const char opening[] = "([<", closing[] = ")]>";
    const char *kind = name.n ? strchr(closing, name.at[name.n - 1]) : NULL;
    size_t depth = 0;
    if (!kind || !*kind)
        return name;
    for (size_t i = name.n; i-- > 0;) {
        depth += name.at[i] == *kind;
        depth -= name.at[i] == opening[kind - closing];
        if (depth == 0)
            return span_upto(name, i);
    }
    return name;
}

// What the source calls a function: the last word of its name. Empty where that is the compiler's.
static struct span source_name(struct span name)
{
    for (struct span shorter = without_group(name); shorter.n < name.n && shorter.n;
         shorter = without_group(name))
        name = shorter;
    size_t start = name.n;
    while (start && is_word(name.at[start - 1]))
        start--;
    struct span word = span_from(name, start);
    if (start && !strchr(".:#/", name.at[start - 1]))
        return SPAN(""); // "Do-fm", "block in each"
    size_t letters = span_starts(word, SPAN("func")) ? strlen("func") : 0, digits = letters;
    while (digits < word.n && isdigit((unsigned char)word.at[digits]))
        digits++;
    return digits == word.n || span_eq(word, SPAN("init")) ? SPAN("") : word;
}

static bool is_named_at(const struct text_file *file, int64_t line, struct span name)
{
    int64_t first = line > LINES_BEFORE ? line - LINES_BEFORE : 1, last = line + LINES_AFTER;
    for (int64_t i = first; i <= last && (size_t)i <= file->n; i++)
        if (span_find(file->lines[i - 1], name) != SPAN_NOT_FOUND)
            return true;
    return false;
}

static bool is_blank(struct span line)
{
    for (size_t i = 0; i < line.n; i++)
        if (!isspace((unsigned char)line.at[i]))
            return false;
    return true;
}

static int64_t blank_line(const struct list_routine *routine, const struct text_file *file)
{
    for (uint32_t i = 0; i < routine->n_lines; i++) {
        const struct list_line *line = &routine->lines[i];
        bool weighs = line->flat || line->cum;
        if (weighs && line->line > 0 && is_blank(file->lines[line->line - 1]))
            return line->line;
    }
    return 0;
}

// The version of Go in a path such as /usr/local/go1.21.3/src/fmt/print.go: "go1.21.3", or "".
static struct span version_in(struct span path)
{
    size_t at = span_find(path, SPAN("go1."));
    if (at == SPAN_NOT_FOUND)
        return SPAN("");
    struct span version = span_from(path, at);
    size_t n = strlen("go1.");
    while (n < version.n &&
           (isdigit((unsigned char)version.at[n]) || (version.at[n] == '.' && n + 1 < version.n &&
                                                      isdigit((unsigned char)version.at[n + 1]))))
        n++;
    return span_upto(version, n);
}

static const char *versions(const struct list_routine *routine, const struct text_file *file,
                            struct arena *arena)
{
    struct span built = version_in(routine->file);
    if (!file->version.n)
        return "another version?";
    if (!built.n)
        return arena_printf(arena, "this is of " SPAN_FMT, SPAN_ARG(file->version));
    return arena_printf(arena, "this is of " SPAN_FMT ", not of " SPAN_FMT, SPAN_ARG(file->version),
                        SPAN_ARG(built));
}

const char *source_misfit(const struct list_routine *routine, const struct text_file *file,
                          struct arena *arena)
{
    struct span base = path_base(routine->file), name = source_name(routine->name);
    struct span built = version_in(routine->file);
    int64_t last = routine->n_lines ? routine->lines[routine->n_lines - 1].line : 0, blank;
    const char *which = versions(routine, file, arena);
    if (last > 0 && (uint64_t)last > file->n)
        return arena_printf(arena,
                            SPAN_FMT " has %zu line%s, the profile speaks of line %" PRId64 ": %s",
                            SPAN_ARG(base), file->n, file->n == 1 ? "" : "s", last, which);
    if (routine->start > 0 && name.n > 1 && !is_named_at(file, routine->start, name))
        return arena_printf(arena,
                            SPAN_FMT " does not have " SPAN_FMT " at line %" PRId64
                                     ", where the profile has it: %s",
                            SPAN_ARG(base), SPAN_ARG(name), routine->start, which);
    blank = blank_line(routine, file);
    if (blank)
        return arena_printf(arena,
                            SPAN_FMT " has nothing at line %" PRId64 ", which has weight: %s",
                            SPAN_ARG(base), blank, which);
    if (built.n && file->version.n && !span_eq(built, file->version))
        return arena_printf(arena, SPAN_FMT ": %s", SPAN_ARG(base), which);
    return NULL;
}
