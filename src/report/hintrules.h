// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_REPORT_HINTRULES_H
#define CPROF_REPORT_HINTRULES_H

#include "report/hints.h"

// The table of rules. A rule looks at what a line of the program's own calls, or at the objects
// that it makes itself.

enum rule_kind {
    RULE_CALLS,    // one of the functions is called by the line
    RULE_SIZES,    // the line's objects have the pattern
    RULE_TEXT,     // the line's text has one of the parts, and it makes objects of its own
    RULE_SHORT,    // large objects of one size that hardly any of are in use
    RULE_ANYWHERE, // one of the functions is the leaf, whoever calls it
    RULE_IDLE,     // MemStats beside the heap: more is held free than in use
    RULE_UNSETTLED // and: most of it was allocated after the collection that the heap is of
};

enum { RULE_PARTS = 8 };

// Among the parts of a text: something is made of itself and more, "s = s + x".
#define RULE_OF_ITSELF "= itself + "

struct rule {
    struct hint_rule hint;
    enum rule_kind kind;
    bool cpu;                           // also seen in CPU profiles
    bool heap;                          // and in heap profiles
    const char *functions[RULE_PARTS];  // beginnings of names; "=" before one: the whole name
    const char *below[RULE_PARTS];      // of CPU: and one of these is called by them
    const char *through[RULE_PARTS];    // functions by which the line may call them
    const char *not_within[RULE_PARTS]; // not where one of these is on the stack
    const char *text[RULE_PARTS];       // the line, where it is known, has one of these as words
    const char *not_text[RULE_PARTS];   // and none of these
    enum size_pattern pattern;
    bool needs_text;      // nothing is said where the source is not found
    double least;         // share of the total; 0: HINT_LEAST
    int64_t least_value;  // and at least so much
    int64_t least_size;   // of calls in a heap: a quarter is objects of so many bytes or more; of
                          // sizes: the largest is
    double least_objects; // and there are so many objects
};

#define HINT_LEAST .03

// Ended by one whose name is NULL.
extern const struct rule rules[];

// Whether a function's name is one of these.
bool rule_names(const char *const *list, struct span name);

// Whether a text has one of these; of a part that begins with a letter the whole word: make(, and
// not remake(.
bool rule_has_word(const char *const *list, struct span text);
bool rule_has_part(const char *const *list, struct span text);

#endif
