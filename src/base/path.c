// SPDX-License-Identifier: Apache-2.0
#include "base/path.h"

static bool is_clean(struct span path)
{
    if (path.n == 0)
        return false;
    for (size_t start = 0, i = 0; i <= path.n; i++) {
        if (i < path.n && path.at[i] != '/')
            continue;
        struct span element = {path.at + start, i - start};
        bool root = i == 0;
        bool empty = element.n == 0 && !root && path.n > 1;
        bool dots = span_eq(element, SPAN(".")) || span_eq(element, SPAN(".."));
        if (empty || (dots && path.n > 1))
            return false;
        start = i + 1;
    }
    return true;
}

struct builder {
    char *out;
    size_t n;
    size_t floor; // ".." may not go back beyond here
    bool rooted;
};

static void step_up(struct builder *b)
{
    if (b->n > b->floor) {
        do
            b->n--;
        while (b->n > b->floor && b->out[b->n] != '/');
    } else if (!b->rooted) {
        if (b->n)
            b->out[b->n++] = '/';
        memcpy(b->out + b->n, "..", 2);
        b->n += 2;
        b->floor = b->n;
    }
}

static void step_into(struct builder *b, struct span element)
{
    if (b->n > (b->rooted ? 1u : 0u))
        b->out[b->n++] = '/';
    memcpy(b->out + b->n, element.at, element.n);
    b->n += element.n;
}

struct span path_clean(struct arena *a, struct span path)
{
    if (is_clean(path))
        return path;
    struct builder b = {.out = arena_alloc(a, path.n + 2)};
    if (path.n && path.at[0] == '/') {
        b.rooted = true;
        b.out[0] = '/';
        b.n = b.floor = 1;
    }
    for (size_t start = 0, i = 0; i <= path.n; i++) {
        if (i < path.n && path.at[i] != '/')
            continue;
        struct span element = {path.at + start, i - start};
        if (span_eq(element, SPAN("..")))
            step_up(&b);
        else if (element.n && !span_eq(element, SPAN(".")))
            step_into(&b, element);
        start = i + 1;
    }
    if (b.n == 0)
        b.out[b.n++] = '.';
    return (struct span){b.out, b.n};
}

struct span path_base(struct span path)
{
    if (path.n == 0)
        return SPAN(".");
    while (path.n && path.at[path.n - 1] == '/')
        path.n--;
    if (path.n == 0)
        return SPAN("/");
    const char *slash = memrchr(path.at, '/', path.n);
    return slash ? span_from(path, (size_t)(slash - path.at) + 1) : path;
}

bool path_list_next(struct span *list, struct span *element)
{
    if (!list->at)
        return false;
    const char *colon = memchr(list->at, ':', list->n);
    *element = (struct span){list->at, colon ? (size_t)(colon - list->at) : list->n};
    *list = colon ? span_from(*list, element->n + 1) : (struct span){NULL, 0};
    return true;
}

static bool after_directory(struct span path, struct span directory, struct span *rest)
{
    struct span name = path_base(directory);
    for (size_t i = 0; i + name.n + 2 <= path.n; i++) {
        if (path.at[i] == '/' && path.at[i + 1 + name.n] == '/' &&
            memcmp(path.at + i + 1, name.at, name.n) == 0) {
            *rest = span_from(path, i + name.n + 2);
            return true;
        }
    }
    return false;
}

static bool strip_prefix(struct span path, struct span prefix, struct span *rest)
{
    size_t skip = span_ends(prefix, SPAN("/")) ? prefix.n : prefix.n + 1;
    if (!span_starts(path, prefix) || path.n < skip || path.at[skip - 1] != '/')
        return false;
    *rest = span_from(path, skip);
    return true;
}

struct span path_trim(struct span path, struct span trim_path, struct span search_path)
{
    struct span element, rest;
    if (trim_path.n)
        search_path.at = NULL;
    else
        trim_path.at = NULL;
    while (search_path.n && path_list_next(&search_path, &element))
        if (after_directory(path, element, &rest))
            return rest;
    while (path_list_next(&trim_path, &element))
        if (strip_prefix(path, element, &rest))
            return rest;
    if (strip_prefix(path, SPAN("/proc/self/cwd/./"), &rest) ||
        strip_prefix(path, SPAN("/proc/self/cwd"), &rest))
        return rest;
    return path;
}
