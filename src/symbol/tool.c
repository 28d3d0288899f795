// SPDX-License-Identifier: Apache-2.0
#include "symbol/tool.h"

#include <stdlib.h>
#include <unistd.h>

const char *tool_find(struct span tools, struct span name, struct arena *arena, bool *only)
{
    static const struct span none = {NULL, 0};
    const char *found = NULL;
    *only = false;
    for (int round = 0; round < 2 && !found; round++) {
        struct span rest = tools, entry;
        while (rest.n && !found) {
            size_t comma = span_find(rest, SPAN(","));
            entry = comma == SPAN_NOT_FOUND ? rest : span_upto(rest, comma);
            rest = comma == SPAN_NOT_FOUND ? none : span_from(rest, comma + 1);
            size_t colon = span_find(entry, SPAN(":"));
            bool named = colon != SPAN_NOT_FOUND;
            struct span directory = named ? span_from(entry, colon + 1) : entry;
            if (named != (round == 0) || (named && !span_eq(span_upto(entry, colon), name)) ||
                directory.n == 0)
                continue;
            *only = true;
            const char *path =
                arena_printf(arena, SPAN_FMT "/" SPAN_FMT, SPAN_ARG(directory), SPAN_ARG(name));
            found = access(path, X_OK) == 0 ? path : NULL;
        }
    }
    return found;
}

static bool is_in_path(struct span name, struct arena *arena)
{
    const char *path = getenv("PATH");
    struct span rest = span_of(path ? path : "");
    for (bool more = true; more;) {
        size_t colon = span_find(rest, SPAN(":"));
        more = colon != SPAN_NOT_FOUND;
        struct span directory = more ? span_upto(rest, colon) : rest;
        rest = more ? span_from(rest, colon + 1) : rest;
        if (directory.n &&
            access(arena_printf(arena, SPAN_FMT "/" SPAN_FMT, SPAN_ARG(directory), SPAN_ARG(name)),
                   X_OK) == 0)
            return true;
    }
    return false;
}

bool tool_is_there(struct span tools, struct span name)
{
    struct arena arena = {0};
    bool only;
    bool found = tool_find(tools, name, &arena, &only) || (!only && is_in_path(name, &arena));
    arena_release(&arena);
    return found;
}
