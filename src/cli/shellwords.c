// SPDX-License-Identifier: Apache-2.0
#include "cli/shellwords.h"

#include <ctype.h>

const struct shell_word shell_words[] = {
    {":", NULL, "forget focus, ignore, hide, tagfocus and tagignore"},
    {"exit", NULL, "leave; q, quit and end of input do too"},
    {"help", "[NAME]", "explain a report or an option, or list all"},
    {"o", NULL, "list the options and their values; options does too"},
    {"open", "FILE...", "load another profile"},
    {"options", NULL, "list the options and their values"},
    {"q", NULL, "leave"},
    {"quit", NULL, "leave"},
    {"reload", NULL, "read the same files again"},
    {NULL, NULL, NULL},
};

static bool is_blank(char c)
{
    return isspace((unsigned char)c) != 0;
}

struct span trim_blanks(struct span text)
{
    while (text.n && is_blank(text.at[0]))
        text = span_from(text, 1);
    while (text.n && is_blank(text.at[text.n - 1]))
        text.n--;
    return text;
}

word_list split_words(struct arena *arena, struct span line)
{
    word_list words = {0};
    for (line = trim_blanks(line); line.n; line = trim_blanks(line)) {
        size_t n = 0;
        while (n < line.n && !is_blank(line.at[n]))
            n++;
        *vec_push(arena, &words) = span_upto(line, n);
        line = span_from(line, n);
    }
    return words;
}
