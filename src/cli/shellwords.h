// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_SHELLWORDS_H
#define CPROF_CLI_SHELLWORDS_H

#include "base/vec.h"

// The words of a line, which blanks separate. Quotes, double or single, around a word or after its
// first > or - keep blanks together and take every other meaning from what is in them; a quote that
// is not closed at the end of a word is a sign like any other.

struct word {
    struct span text; // without the quotes
    size_t at;        // where the word begins in the line
    bool quoted;
};

typedef VEC(struct word) word_list;

word_list split_words(struct arena *arena, struct span line);

// A text without the quotes that are around all of it, where there are.
struct span without_quotes(struct span text);

#endif
