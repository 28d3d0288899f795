// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_MODE_H
#define CPROF_SYMBOL_MODE_H

#include "base/err.h"
#include "symbol/demangle.h"

// What the option symbolize says: words joined by colons.
struct symbolize_mode {
    bool nothing;       // names stay as they are in the file
    bool local, remote; // binaries are read; servers are asked
    bool fast;          // of binaries, symbol tables alone
    bool force;         // also what the profile has names for
    enum demangle_style style;
    struct span tools; // the option of that name, see tool.h; not of the words
};

// The words there are, with what each means, ended by one without a name.
struct symbolize_word {
    const char *name, *summary;
};
extern const struct symbolize_word symbolize_words[];

// Reads the words, in any case. -1 with *err filled, the words that there are in it, for another.
int symbolize_mode_parse(struct symbolize_mode *mode, struct span words, struct err *err);

#endif
