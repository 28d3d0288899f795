// SPDX-License-Identifier: Apache-2.0
#include "input/names.h"

#include <unistd.h>

#include "input/source.h"

#define LIST_MAX ((size_t)256 << 20)

static void split(name_list *names, struct span text, struct arena *arena)
{
    struct span zero = {"", 1};
    struct span end = span_find(text, zero) != SPAN_NOT_FOUND ? zero : SPAN("\n");
    while (text.n) {
        size_t n = span_find(text, end);
        struct span name = n == SPAN_NOT_FOUND ? text : span_upto(text, n);
        if (name.n)
            *vec_push(arena, names) = arena_cstr(arena, name);
        text = n == SPAN_NOT_FOUND ? SPAN("") : span_from(text, n + 1);
    }
}

int names_read(name_list *names, const char *path, struct arena *arena, const struct job *job,
               struct err *err)
{
    struct buf text = {0};
    int status = source_read_all(path, LIST_MAX, &text, job, err);
    if (status == 0)
        split(names, buf_span(&text), arena);
    buf_release(&text);
    return status;
}

name_list names_split(struct arena *arena, const char *names)
{
    name_list paths = {0};
    struct span rest = span_of(names);
    for (bool more = true; more;) {
        size_t comma = access(names, F_OK) == 0 ? SPAN_NOT_FOUND : span_find(rest, SPAN(","));
        more = comma != SPAN_NOT_FOUND;
        *vec_push(arena, &paths) = arena_cstr(arena, more ? span_upto(rest, comma) : rest);
        rest = more ? span_from(rest, comma + 1) : rest;
    }
    return paths;
}
