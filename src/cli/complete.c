// SPDX-License-Identifier: Apache-2.0
#include "cli/complete.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "app/options.h"
#include "base/regex.h"
#include "cli/shellcommands.h"

struct collector {
    struct completer *c;
    struct arena *arena;
    struct span word; // as typed
    struct completion found;
    VEC(struct span) inside; // that have the word in them, but not at the start
    bool sorted;             // the order of finding says which matters most
};

void completer_release(struct completer *c)
{
    arena_release(&c->names_arena);
}

static void consider(struct collector *k, struct span choice)
{
    if (span_starts(choice, k->word))
        *vec_push(k->arena, &k->found.choices) = choice;
    else if (span_find(choice, k->word) != SPAN_NOT_FOUND)
        *vec_push(k->arena, &k->inside) = choice;
}

static void consider_text(struct collector *k, const char *choice)
{
    if (*choice && span_starts(span_of(choice), k->word))
        *vec_push(k->arena, &k->found.choices) = span_of(choice);
}

// As a regular expression that matches the name and no other.
static struct span quoted(struct collector *k, struct span name)
{
    struct buf out = {0};
    regex_quote(name, &out);
    struct span copy = arena_span(k->arena, buf_span(&out));
    buf_release(&out);
    return copy;
}

static bool has_blank(struct span name)
{
    for (size_t i = 0; i < name.n; i++)
        if (isspace((unsigned char)name.at[i]))
            return true;
    return false;
}

// Names are typed as they are printed or as an expression for them, and completed as the latter,
// with quotes around it where there is a blank.
static void consider_name(struct collector *k, struct span name)
{
    struct span word = k->word, expression = quoted(k, name);
    const char *quote = has_blank(name) ? "\"" : "";
    if (word.n && (word.at[0] == '"' || word.at[0] == '\''))
        word = span_from(word, 1);
    bool starts = span_starts(name, word) || span_starts(expression, word);
    if (!starts && span_find(name, word) == SPAN_NOT_FOUND &&
        span_find(expression, word) == SPAN_NOT_FOUND)
        return;
    struct span choice =
        span_of(arena_printf(k->arena, "%s" SPAN_FMT "%s", quote, SPAN_ARG(expression), quote));
    if (starts)
        *vec_push(k->arena, &k->found.choices) = choice;
    else
        *vec_push(k->arena, &k->inside) = choice;
}

// Those with source alone where source is to be shown.
static void consider_functions(struct collector *k, bool sourced)
{
    struct completer *c = k->c;
    if (c->generation != c->shell->generation) {
        arena_clear(&c->names_arena);
        c->names = app_functions(c->shell->loaded, &c->shell->job, &c->names_arena);
        c->generation = c->shell->generation;
    }
    for (size_t i = 0; i < c->names.n; i++)
        if (c->names.at[i].sourced || !sourced)
            consider_name(k, c->names.at[i].name);
    k->sorted = true;
}

static void consider_types(struct collector *k)
{
    struct app_names types = app_sample_types(k->c->shell->loaded, k->arena);
    for (size_t i = 0; i < types.n; i++)
        consider(k, types.at[i]);
}

// Keys of tags; with values, of those whose key is there, key=value.
static void consider_tags(struct collector *k, bool values)
{
    bool has_key = values && span_find(k->word, SPAN("=")) != SPAN_NOT_FOUND;
    struct app_tags tags = app_tags(k->c->shell->loaded, has_key, k->arena);
    for (size_t i = 0; i < tags.n; i++) {
        struct span key = tags.at[i].key, value = quoted(k, tags.at[i].value);
        if (!values && !tags.at[i].value.n)
            consider(k, key);
        else if ((tags.at[i].value.n > 0) == has_key)
            consider(k, span_of(arena_printf(k->arena, SPAN_FMT "=" SPAN_FMT, SPAN_ARG(key),
                                             SPAN_ARG(value))));
    }
}

static void consider_files(struct collector *k)
{
    const char *slash = k->word.n ? memrchr(k->word.at, '/', k->word.n) : NULL;
    struct span dir = slash ? span_upto(k->word, (size_t)(slash - k->word.at) + 1) : SPAN("");
    struct span part = span_from(k->word, dir.n);
    DIR *d = opendir(dir.n ? arena_cstr(k->arena, dir) : ".");
    k->found.after = "";
    for (struct dirent *e; d && (e = readdir(d));) {
        struct span name = span_of(e->d_name);
        if (!span_starts(name, part) || (name.at[0] == '.' && part.n == 0))
            continue;
        struct stat st;
        char *path = arena_printf(k->arena, SPAN_FMT "%s", SPAN_ARG(dir), e->d_name);
        bool is_dir = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
        *vec_push(k->arena, &k->found.choices) =
            span_of(arena_printf(k->arena, "%s%s", path, is_dir ? "/" : ""));
    }
    if (d)
        closedir(d);
}

static void consider_reports(struct collector *k)
{
    for (const struct command_def *c = command_defs; c->name; c++)
        consider_text(k, c->name);
}

static void consider_options(struct collector *k, const char *suffix)
{
    for (const struct option_def *o = option_defs; o->name; o++)
        if (o->where & WHERE_SHELL)
            consider_text(k, arena_printf(k->arena, "%s%s", o->name, suffix));
}

static void consider_commands(struct collector *k)
{
    for (const struct shell_command *c = shell_commands; c->name; c++)
        consider_text(k, c->name);
}

static void consider_first(struct collector *k)
{
    consider_reports(k);
    consider_options(k, "=");
    consider_types(k);
    consider_commands(k);
}

// To the last name of a list.
static void skip_list(struct collector *k, char separator)
{
    const char *last = k->word.n ? memrchr(k->word.at, separator, k->word.n) : NULL;
    if (!last)
        return;
    size_t skip = (size_t)(last - k->word.at) + 1;
    k->found.start += skip;
    k->word = span_from(k->word, skip);
}

static void consider_values(struct collector *k, const struct option_def *o)
{
    k->found.after = "";
    if (o->separator)
        skip_list(k, o->separator);
    for (const struct choice *c = option_choices(o); c && c->name; c++)
        consider_text(k, c->name);
    if (o->type == OPTION_BOOL) {
        consider_text(k, "true");
        consider_text(k, "false");
    }
    switch (o->complete) {
    case COMPLETE_TYPES:
        consider_types(k);
        consider_text(k, "all");
        break;
    case COMPLETE_TAG_KEYS:
        consider_tags(k, false);
        break;
    case COMPLETE_TAGS:
        consider_tags(k, true);
        break;
    case COMPLETE_FUNCTIONS:
        consider_functions(k, false);
        break;
    case COMPLETE_FILES:
    case COMPLETE_DIRS:
        consider_files(k);
        break;
    case COMPLETE_NOTHING:
    case COMPLETE_REPORTS:
    case COMPLETE_NAMES:
        break;
    }
}

static void consider_arguments(struct collector *k, struct span command, bool after_redirect)
{
    const struct shell_command *c = shell_command_find(command);
    const struct command_def *report = command_find(command);
    if (after_redirect || span_starts(k->word, SPAN(">"))) {
        size_t skip = span_starts(k->word, SPAN(">"));
        k->word = span_from(k->word, skip);
        k->found.start += skip;
        consider_files(k);
    } else if (c && c->complete == COMPLETE_FILES) {
        consider_files(k);
    } else if (c && c->complete == COMPLETE_NAMES) {
        consider_reports(k);
        consider_options(k, "");
        consider_commands(k);
    } else if (c && c->complete == COMPLETE_REPORTS) {
        consider_reports(k);
    } else if (report && report->report == REPORT_TAGS) {
        consider_tags(k, false);
    } else {
        if (span_starts(k->word, SPAN("-"))) {
            k->word = span_from(k->word, 1);
            k->found.start++;
            if (span_starts(SPAN("cum"), k->word))
                *vec_push(k->arena, &k->found.choices) = SPAN("cum");
            if (k->word.n == 0)
                return;
        }
        consider_functions(k, report && report->report == REPORT_LIST);
    }
}

static int cmp_choices(const void *a, const void *b)
{
    return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

static void finish(struct collector *k)
{
    struct completion *f = &k->found;
    if (!k->sorted && f->choices.n)
        qsort(f->choices.at, f->choices.n, sizeof *f->choices.at, cmp_choices);
    for (size_t i = 0; i < k->inside.n && (k->sorted || f->choices.n == 0); i++)
        *vec_push(k->arena, &f->choices) = k->inside.at[i];
    size_t kept = f->choices.n ? 1 : 0;
    for (size_t i = 1; i < f->choices.n && !k->sorted; i++)
        if (!span_eq(f->choices.at[i], f->choices.at[kept - 1]))
            f->choices.at[kept++] = f->choices.at[i];
    f->choices.n = k->sorted ? f->choices.n : kept;
    f->common = f->choices.n ? f->choices.at[0] : SPAN("");
    for (size_t i = 1; i < f->choices.n; i++) {
        size_t same = 0;
        while (same < f->common.n && same < f->choices.at[i].n &&
               f->common.at[same] == f->choices.at[i].at[same])
            same++;
        f->common.n = same;
    }
    if (f->choices.n == 1 && span_ends(f->common, SPAN("=")))
        f->after = "";
}

struct completion complete(struct completer *c, struct span line, struct arena *arena)
{
    struct collector k = {.c = c, .arena = arena, .found.after = " "};
    word_list words = split_words(arena, line);
    bool open_word = line.n && !isspace((unsigned char)line.at[line.n - 1]);
    size_t n_before = words.n - (open_word ? 1 : 0);
    for (size_t i = 0; i < words.n; i++)
        if (!words.at[i].quoted && strchr("\"'", words.at[i].text.at[0])) {
            n_before = i; // the quote is open: all that follows is one word
            open_word = true;
            words.at[i].text = span_from(line, words.at[i].at);
            break;
        }
    size_t equals = span_find(line, SPAN("="));
    struct span name =
        span_trim(equals == SPAN_NOT_FOUND ? SPAN("") : span_upto(line, equals), SPAN_SPACE);
    const struct option_def *o = option_find(name);
    k.word = open_word ? words.at[n_before].text : SPAN("");
    k.found.start = line.n - k.word.n;
    if (o) {
        k.word = span_trim_start(span_from(line, equals + 1), SPAN_SPACE);
        k.found.start = line.n - k.word.n;
        consider_values(&k, o);
    } else if (n_before == 0) {
        consider_first(&k);
    } else {
        bool redirect = span_eq(words.at[n_before - 1].text, SPAN(">"));
        consider_arguments(&k, words.at[0].text, redirect);
    }
    finish(&k);
    return k.found;
}
