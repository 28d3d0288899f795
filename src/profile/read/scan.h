// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_READ_SCAN_H
#define CPROF_PROFILE_READ_SCAN_H

#include <stdint.h>

#include "base/span.h"

// Takes parts off the front of a line. What is not there is not taken.

static inline bool scan_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool scan_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool scan_is_hex(char c)
{
    return scan_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static inline bool scan_text(struct span *s, struct span text)
{
    if (!span_starts(*s, text))
        return false;
    *s = span_from(*s, text.n);
    return true;
}

// All that are there: blanks, any white space, digits of a number.
static inline size_t scan_while(struct span *s, bool (*is)(char), struct span *taken)
{
    size_t n = 0;
    while (n < s->n && is(s->at[n]))
        n++;
    if (taken)
        *taken = span_upto(*s, n);
    *s = span_from(*s, n);
    return n;
}

static inline bool scan_is_blank(char c)
{
    return c == ' ';
}

static inline size_t scan_blanks(struct span *s)
{
    return scan_while(s, scan_is_blank, NULL);
}

static inline size_t scan_space(struct span *s)
{
    return scan_while(s, scan_is_space, NULL);
}

static inline size_t scan_digits(struct span *s, struct span *digits)
{
    return scan_while(s, scan_is_digit, digits);
}

static inline size_t scan_hex(struct span *s, struct span *digits)
{
    return scan_while(s, scan_is_hex, digits);
}

// Up to the byte, which is taken, too. False where it is not there.
static inline bool scan_upto(struct span *s, char c, struct span *before)
{
    const char *hit = s->n ? memchr(s->at, c, s->n) : NULL;
    if (!hit)
        return false;
    *before = span_upto(*s, (size_t)(hit - s->at));
    *s = span_from(*s, before->n + 1);
    return true;
}

// Without the white space at both ends.
struct span scan_trim(struct span s);

// A symbol without the +0x… at its end, which is where in it an address is.
struct span scan_without_offset(struct span name);

// Where the last such byte is, or SPAN_NOT_FOUND.
size_t scan_last(struct span s, char c);

// Whole texts; false where they are not numbers or do not fit. A decimal number may have a minus.
bool scan_i64(struct span text, int64_t *value);
bool scan_hex_u64(struct span digits, uint64_t *value);

// A number as Go's strconv.ParseInt takes it with base 0: also 0x…, 0o…, 0b…, 0…
bool scan_any_i64(struct span text, int64_t *value);

#endif
