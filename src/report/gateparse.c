// SPDX-License-Identifier: Apache-2.0
#include "report/gate.h"

#include <ctype.h>

static struct span skip_blanks(struct span s)
{
    while (s.n && isspace((unsigned char)s.at[0]))
        s = span_from(s, 1);
    return s;
}

static struct span trim(struct span s)
{
    s = skip_blanks(s);
    while (s.n && isspace((unsigned char)s.at[s.n - 1]))
        s.n--;
    return s;
}

static bool take(struct span *rest, struct span word)
{
    if (!span_starts(*rest, word))
        return false;
    *rest = span_from(*rest, word.n);
    return true;
}

// The end of a class of characters, behind its "[": what stands in it closes no parenthesis.
static size_t class_end(struct span re, size_t i)
{
    i += i < re.n && re.at[i] == '^';
    i += i < re.n && re.at[i] == ']';
    while (i < re.n && re.at[i] != ']') {
        size_t named = span_starts(span_from(re, i), SPAN("[:"))
                           ? span_find(span_from(re, i), SPAN(":]"))
                           : SPAN_NOT_FOUND;
        if (named != SPAN_NOT_FOUND)
            i += named + 2;
        else
            i += re.at[i] == '\\' ? 2 : 1;
    }
    return i + 1;
}

// The end of what begins with a backslash: one character, or what \Q quotes.
static size_t escape_end(struct span re, size_t i)
{
    if (!span_starts(span_from(re, i), SPAN("\\Q")))
        return i + 2;
    size_t end = span_find(span_from(re, i), SPAN("\\E"));
    return end == SPAN_NOT_FOUND ? re.n : i + end + 2;
}

// Where the parenthesis is closed that was opened before the text, or SPAN_NOT_FOUND.
static size_t closing(struct span re)
{
    size_t depth = 0, i = 0;
    while (i < re.n) {
        if (re.at[i] == ')' && depth == 0)
            return i;
        depth += re.at[i] == '(';
        depth -= re.at[i] == ')';
        if (re.at[i] == '\\')
            i = escape_end(re, i);
        else
            i = re.at[i] == '[' ? class_end(re, i + 1) : i + 1;
    }
    return SPAN_NOT_FOUND;
}

static void parse_sample_type(struct gate *g, struct span *rest)
{
    size_t colon = span_find(*rest, SPAN(":"));
    if (colon == SPAN_NOT_FOUND)
        return;
    struct span type = trim(span_upto(*rest, colon));
    for (size_t i = 0; i < type.n; i++)
        if (strchr("(<>", type.at[i]))
            return; // the colon is a pattern's
    if (type.n == 0)
        return;
    g->sample_type = type;
    *rest = skip_blanks(span_from(*rest, colon + 1));
}

static int parse_pattern(struct gate *g, struct span *rest, struct err *err)
{
    size_t end = closing(*rest);
    if (end == SPAN_NOT_FOUND)
        return err_set(err, "missing ) behind the regular expression");
    g->pattern = span_upto(*rest, end);
    if (g->pattern.n == 0)
        return err_set(err, "empty regular expression");
    *rest = span_from(*rest, end + 1);
    struct regex *re = regex_new(g->pattern, err);
    if (!re)
        return -1;
    regex_free(re);
    return 0;
}

static int parse_subject(struct gate *g, struct span *rest, struct err *err)
{
    static const struct {
        struct span word;
        enum gate_subject subject;
    } subjects[] = {
        {SPAN("total"), GATE_TOTAL},     {SPAN("any_flat"), GATE_ANY_FLAT},
        {SPAN("any_cum"), GATE_ANY_CUM}, {SPAN("flat("), GATE_FLAT},
        {SPAN("cum("), GATE_CUM},
    };
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        if (!take(rest, subjects[i].word))
            continue;
        g->subject = subjects[i].subject;
        bool has_pattern = g->subject == GATE_FLAT || g->subject == GATE_CUM;
        return has_pattern ? parse_pattern(g, rest, err) : 0;
    }
    return err_set(err,
                   "want total, flat(REGEX), cum(REGEX), any_flat or any_cum at '" SPAN_FMT "'",
                   ERR_SUBJECT(*rest));
}

static int parse_relation(struct gate *g, struct span *rest, struct err *err)
{
    *rest = skip_blanks(*rest);
    if (take(rest, SPAN(">=")))
        g->relation = GATE_AT_LEAST;
    else if (take(rest, SPAN("<=")))
        g->relation = GATE_AT_MOST;
    else if (take(rest, SPAN(">")))
        g->relation = GATE_ABOVE;
    else if (take(rest, SPAN("<")))
        g->relation = GATE_BELOW;
    else
        return err_set(err, "want >, >=, < or <= at '" SPAN_FMT "'", ERR_SUBJECT(*rest));
    return 0;
}

// Digits with a point and an exponent; an e that no number follows begins a unit.
static size_t number_length(struct span s)
{
    size_t n = 0;
    while (n < s.n && (isdigit((unsigned char)s.at[n]) || s.at[n] == '.'))
        n++;
    if (n == 0 || n == s.n || tolower((unsigned char)s.at[n]) != 'e')
        return n;
    size_t digits = n + 1;
    digits += digits < s.n && strchr("+-", s.at[digits]);
    size_t end = digits;
    while (end < s.n && isdigit((unsigned char)s.at[end]))
        end++;
    return end > digits ? end : n;
}

static int parse_limit(struct gate *g, struct span *rest, struct err *err)
{
    *rest = skip_blanks(*rest);
    g->growth = take(rest, SPAN("+"));
    *rest = skip_blanks(*rest);
    size_t n = number_length(*rest);
    if (n == 0 || !num_parse_f64(span_upto(*rest, n), &g->limit))
        return err_set(err, "want a number at '" SPAN_FMT "'", ERR_SUBJECT(*rest));
    *rest = span_from(*rest, n);
    size_t comment = span_find(*rest, SPAN("#"));
    struct span unit = trim(comment == SPAN_NOT_FOUND ? *rest : span_upto(*rest, comment));
    *rest = span_from(unit, unit.n);
    g->percent = span_eq(unit, SPAN("%"));
    g->unit = g->percent ? SPAN("") : unit;
    for (size_t i = 0; i < g->unit.n; i++)
        if (strchr(" \t+-.%0123456789<>=", g->unit.at[i]))
            return err_set(err, "want a unit at '" SPAN_FMT "'", ERR_SUBJECT(g->unit));
    return 0;
}

int gate_parse(struct gate *g, struct span text, struct err *err)
{
    text = trim(text);
    *g = (struct gate){.text = text};
    struct span rest = text;
    parse_sample_type(g, &rest);
    if (parse_subject(g, &rest, err) || parse_relation(g, &rest, err) || parse_limit(g, &rest, err))
        return -1;
    g->text = trim(span_upto(text, (size_t)(rest.at - text.at)));
    return 0;
}

bool gate_line_is_blank(struct span line)
{
    line = skip_blanks(line);
    return line.n == 0 || line.at[0] == '#';
}
