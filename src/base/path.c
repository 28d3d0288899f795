// SPDX-License-Identifier: Apache-2.0
#include "base/path.h"

#include <ctype.h>

bool path_has_drive(struct span path)
{
    return path.n > 2 && isalpha((unsigned char)path.at[0]) && path.at[1] == ':' &&
           (path.at[2] == '\\' || path.at[2] == '/');
}

bool path_is_foreign(struct span path)
{
    if (path_has_drive(path) || span_starts(path, SPAN("\\\\")))
        return true;
    return path.n && memchr(path.at, '\\', path.n) && !memchr(path.at, '/', path.n);
}

struct span path_with_slashes(struct arena *a, struct span path)
{
    if (!path_is_foreign(path))
        return path;
    char *copy = arena_cstr(a, path);
    for (size_t i = 0; i < path.n; i++)
        if (copy[i] == '\\')
            copy[i] = '/';
    return (struct span){copy, path.n};
}

// Whether c separates the parts of a path.
static bool separates(char c, bool foreign)
{
    return c == '/' || (foreign && c == '\\');
}

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

static struct span clean(struct arena *a, struct span path)
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

// Of a path with backslashes they stay.
static struct span clean_foreign(struct arena *a, struct span path)
{
    struct span cleaned = clean(a, path_with_slashes(a, path));
    bool backslashes = memchr(path.at, '\\', path.n) != NULL;
    char *copy = arena_cstr(a, cleaned);
    for (size_t i = 0; backslashes && i < cleaned.n; i++)
        if (copy[i] == '/')
            copy[i] = '\\';
    return (struct span){copy, cleaned.n};
}

struct span path_clean(struct arena *a, struct span path)
{
    if (path_is_foreign(path) && span_find(path, SPAN("\\.")) != SPAN_NOT_FOUND)
        return clean_foreign(a, path);
    return clean(a, path);
}

struct span path_base(struct span path)
{
    bool foreign = path_is_foreign(path);
    if (path.n == 0)
        return SPAN(".");
    while (path.n && separates(path.at[path.n - 1], foreign))
        path.n--;
    if (path.n == 0)
        return SPAN("/");
    size_t start = path.n;
    while (start && !separates(path.at[start - 1], foreign))
        start--;
    return span_from(path, start);
}

bool path_list_next(struct span *list, struct span *element)
{
    if (!list->at)
        return false;
    size_t skip = path_has_drive(*list) ? 2 : 0; // its colon separates no paths
    const char *colon = memchr(list->at + skip, ':', list->n - skip);
    *element = (struct span){list->at, colon ? (size_t)(colon - list->at) : list->n};
    *list = colon ? span_from(*list, element->n + 1) : (struct span){NULL, 0};
    return true;
}

static bool after_directory(struct span path, struct span directory, struct span *rest)
{
    struct span name = path_base(directory);
    bool foreign = path_is_foreign(path);
    for (size_t i = 0; i + name.n + 2 <= path.n; i++) {
        if (separates(path.at[i], foreign) && separates(path.at[i + 1 + name.n], foreign) &&
            memcmp(path.at + i + 1, name.at, name.n) == 0) {
            *rest = span_from(path, i + name.n + 2);
            return true;
        }
    }
    return false;
}

// Paths of Windows do not tell capitals apart, nor the two slashes.
static bool starts_with(struct span path, struct span prefix)
{
    if (!path_is_foreign(path))
        return span_starts(path, prefix);
    for (size_t i = 0; i < prefix.n; i++) {
        bool both = i < path.n && separates(path.at[i], true) && separates(prefix.at[i], true);
        if (i >= path.n ||
            (!both && tolower((unsigned char)path.at[i]) != tolower((unsigned char)prefix.at[i])))
            return false;
    }
    return true;
}

static bool strip_prefix(struct span path, struct span prefix, struct span *rest)
{
    bool foreign = path_is_foreign(path);
    size_t skip = prefix.n + !(prefix.n && separates(prefix.at[prefix.n - 1], foreign));
    if (!starts_with(path, prefix) || path.n < skip || !separates(path.at[skip - 1], foreign))
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
