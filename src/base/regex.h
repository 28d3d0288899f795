// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_REGEX_H
#define CPROF_BASE_REGEX_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

// Regular expressions in Go's RE2 syntax (https://github.com/google/re2/wiki/Syntax), run by PCRE2
// with a limit on the work one match may take.
struct regex;

// NULL with *err filled where the pattern is not valid: the message quotes it and gives the offset.
// Freed with regex_free; NULL is fine there.
struct regex *regex_new(struct span pattern, struct err *err);
void regex_free(struct regex *re);

// An expression that matches just this text; its pattern is the text. NULL with *err filled where
// the text is too long.
struct regex *regex_new_plain(struct span text, struct err *err);

// Adds the text with a backslash before whatever means something in an expression.
void regex_quote(struct span text, struct buf *out);

// Whether the pattern matches anywhere in text. Bytes that are not UTF-8 count as U+FFFD. A match
// that takes too long is false and spoils the expression: see regex_check.
bool regex_match(struct regex *re, struct span text);

// An expression of the program's own, in PCRE2's syntax, whose groups count.
struct regex *regex_new_builtin(const char *pattern);

// Whether it matches text, which has to be UTF-8; groups[0] is then the match, groups[i] its i-th
// group, or empty. They borrow the text's bytes.
bool regex_groups(struct regex *re, struct span text, struct span *groups, unsigned n);

// 0, or -1 with *err filled where a match was given up since regex_new.
int regex_check(const struct regex *re, struct err *err);

// Whether it has matched anything yet.
bool regex_has_matched(const struct regex *re);

// The pattern as it was given.
struct span regex_pattern(const struct regex *re);

#endif
