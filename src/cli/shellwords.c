// SPDX-License-Identifier: Apache-2.0
#include "cli/shellwords.h"

#include <ctype.h>

static bool is_blank(char c)
{
    return isspace((unsigned char)c) != 0;
}

static bool is_quote(char c)
{
    return c == '"' || c == '\'';
}

// How long a quoted text is that the line begins with, quotes and all; 0 where it begins with none.
static size_t quoted_length(struct span line)
{
    if (line.n == 0 || !is_quote(line.at[0]))
        return 0;
    for (size_t i = 1; i < line.n; i++)
        if (line.at[i] == line.at[0] && (i + 1 == line.n || is_blank(line.at[i + 1])))
            return i + 1;
    return 0;
}

static struct span inside(struct span quoted)
{
    return (struct span){quoted.at + 1, quoted.n - 2};
}

struct span without_quotes(struct span text)
{
    return text.n > 1 && quoted_length(text) == text.n ? inside(text) : text;
}

// Takes a word off the line, which begins with it.
static struct word take_word(struct arena *arena, struct span *line)
{
    struct span text = *line;
    size_t sign = text.at[0] == '>' || text.at[0] == '-', n = 0;
    size_t quoted = quoted_length(span_from(text, sign));
    struct word word = {.quoted = quoted > 0 && sign == 0};
    if (quoted) {
        n = sign + quoted;
        word.text = inside(span_from(span_upto(text, n), sign));
        if (sign)
            word.text =
                span_of(arena_printf(arena, "%c" SPAN_FMT, text.at[0], SPAN_ARG(word.text)));
    } else {
        while (n < text.n && !is_blank(text.at[n]))
            n++;
        word.text = span_upto(text, n);
    }
    *line = span_from(text, n);
    return word;
}

word_list split_words(struct arena *arena, struct span line)
{
    word_list words = {0};
    const char *begin = line.at;
    for (line = span_trim(line, SPAN_SPACE); line.n; line = span_trim(line, SPAN_SPACE)) {
        size_t at = (size_t)(line.at - begin);
        struct word *word = vec_push(arena, &words);
        *word = take_word(arena, &line);
        word->at = at;
    }
    return words;
}
