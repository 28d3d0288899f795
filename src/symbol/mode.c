// SPDX-License-Identifier: Apache-2.0
#include "symbol/mode.h"

#include <strings.h>

enum word {
    WORD_NONE,
    WORD_NO,
    WORD_LOCAL,
    WORD_FASTLOCAL,
    WORD_REMOTE,
    WORD_FORCE,
    WORD_PLAIN,
    WORD_FULL,
    WORD_TEMPLATES,
    WORD_DEFAULT,
    N_WORDS,
};

const struct symbolize_word symbolize_words[] = {
    [WORD_NONE] = {"none", "names and addresses stay as they are in the profile"},
    [WORD_NO] = {"no", "the same as none"},
    [WORD_LOCAL] = {"local", "read binaries of this machine only"},
    [WORD_FASTLOCAL] = {"fastlocal", "read their symbol tables only: no source lines"},
    [WORD_REMOTE] = {"remote", "ask the server only that the profile came from"},
    [WORD_FORCE] = {"force", "also name what the profile has names for"},
    [WORD_PLAIN] = {"demangle=none", "show names as linkers see them"},
    [WORD_FULL] = {"demangle=full", "show arguments and template arguments"},
    [WORD_TEMPLATES] = {"demangle=templates", "show template arguments"},
    [WORD_DEFAULT] = {"demangle=default", "show neither"},
    [N_WORDS] = {NULL, NULL},
};

static int find_word(struct span text)
{
    for (int i = 0; i < N_WORDS; i++)
        if (strlen(symbolize_words[i].name) == text.n &&
            strncasecmp(symbolize_words[i].name, text.at, text.n) == 0)
            return i;
    return N_WORDS;
}

static int refuse(struct span word, struct err *err)
{
    err_set(err,
            "unknown word '" SPAN_FMT "': want none, no, local, fastlocal, remote, force, "
            "demangle=none, demangle=full, demangle=templates, demangle=default, joined by "
            "colons",
            ERR_SUBJECT(word));
    return -1;
}

static void apply(struct symbolize_mode *m, enum word word)
{
    static const enum demangle_style styles[] = {[WORD_PLAIN] = DEMANGLE_NONE,
                                                 [WORD_FULL] = DEMANGLE_FULL,
                                                 [WORD_TEMPLATES] = DEMANGLE_TEMPLATES};
    switch (word) {
    case WORD_NONE:
    case WORD_NO:
        m->nothing = true;
        break;
    case WORD_LOCAL:
    case WORD_FASTLOCAL:
        m->local = true;
        m->remote = false;
        m->fast |= word == WORD_FASTLOCAL;
        break;
    case WORD_REMOTE:
        m->local = false;
        m->remote = true;
        break;
    case WORD_FORCE:
        m->force = true;
        break;
    case WORD_PLAIN:
    case WORD_FULL:
    case WORD_TEMPLATES:
        m->style = styles[word];
        m->force = true;
        break;
    case WORD_DEFAULT:
    case N_WORDS:
        break;
    }
}

int symbolize_mode_parse(struct symbolize_mode *mode, struct span words, struct err *err)
{
    *mode = (struct symbolize_mode){.local = true, .remote = true};
    while (words.n) {
        size_t colon = span_find(words, SPAN(":"));
        struct span word = colon == SPAN_NOT_FOUND ? words : span_upto(words, colon);
        int index = word.n ? find_word(word) : WORD_DEFAULT;
        if (index == N_WORDS)
            return refuse(word, err);
        apply(mode, (enum word)index);
        words = span_from(words, colon == SPAN_NOT_FOUND ? words.n : colon + 1);
    }
    return 0;
}
