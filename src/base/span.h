// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_SPAN_H
#define CPROF_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

// A borrowed run of bytes, not ended by a zero. Whoever made it owns the bytes.
struct span {
    const char *at; // may be NULL when n is 0
    size_t n;
};

#define SPAN(literal) ((struct span){"" literal, sizeof(literal) - 1})
#define SPAN_FMT "%.*s"
#define SPAN_ARG(s) ((int)(s).n), ((s).at ? (s).at : "")

static inline struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static inline bool span_eq(struct span a, struct span b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.at, b.at, a.n) == 0);
}

// Orders by bytes, as strcmp does: below, at or above 0.
static inline int span_cmp(struct span a, struct span b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n ? memcmp(a.at, b.at, n) : 0;
    return order ? order : (a.n > b.n) - (a.n < b.n);
}

static inline bool span_starts(struct span s, struct span prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.at, prefix.at, prefix.n) == 0);
}

static inline bool span_ends(struct span s, struct span suffix)
{
    return s.n >= suffix.n &&
           (suffix.n == 0 || memcmp(s.at + s.n - suffix.n, suffix.at, suffix.n) == 0);
}

static inline struct span span_from(struct span s, size_t start)
{
    return (struct span){s.at + start, s.n - start};
}

static inline struct span span_upto(struct span s, size_t end)
{
    return (struct span){s.at, end};
}

// What isspace takes for white space.
#define SPAN_SPACE SPAN(" \t\n\v\f\r")

// Without the characters at its start, or at its end, or at both, that are among those given.
static inline struct span span_trim_start(struct span s, struct span any)
{
    while (s.n && memchr(any.at, s.at[0], any.n))
        s = span_from(s, 1);
    return s;
}

static inline struct span span_trim_end(struct span s, struct span any)
{
    while (s.n && memchr(any.at, s.at[s.n - 1], any.n))
        s.n--;
    return s;
}

static inline struct span span_trim(struct span s, struct span any)
{
    return span_trim_end(span_trim_start(s, any), any);
}

#define SPAN_NOT_FOUND ((size_t)-1)

// Takes the part up to the next separator off the text, or all of it where there is none; false
// once all is taken. An empty text has one part, and after a separator at the end comes an empty
// one.
static inline bool span_cut(struct span *rest, char separator, struct span *part)
{
    if (!rest->at)
        return false;
    const char *end = rest->n ? memchr(rest->at, separator, rest->n) : NULL;
    *part = end ? span_upto(*rest, (size_t)(end - rest->at)) : *rest;
    *rest = end ? span_from(*rest, part->n + 1) : (struct span){NULL, 0};
    return true;
}

// The offset of the first place where s holds part, or SPAN_NOT_FOUND.
static inline size_t span_find(struct span s, struct span part)
{
    if (part.n == 0)
        return 0;
    const char *hit = s.at ? memmem(s.at, s.n, part.at, part.n) : NULL;
    return hit ? (size_t)(hit - s.at) : SPAN_NOT_FOUND;
}

#endif
