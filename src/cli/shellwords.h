// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_SHELLWORDS_H
#define CPROF_CLI_SHELLWORDS_H

#include "base/vec.h"

// A word of a line that begins the session's own commands rather than a report.
struct shell_word {
    const char *name, *argument, *summary;
};

// Ended by one whose name is NULL.
extern const struct shell_word shell_words[];

typedef VEC(struct span) word_list;

// The words of a line, which blanks separate.
word_list split_words(struct arena *arena, struct span line);

struct span trim_blanks(struct span text);

#endif
