// SPDX-License-Identifier: Apache-2.0
#include "report/gate.h"

#include <ctype.h>

#include "base/quantity.h"

static bool take(struct span *rest, struct span word)
{
    if (!span_starts(*rest, word))
        return false;
    *rest = span_from(*rest, word.n);
    return true;
}

// The end of a class of characters, after its "[": what stands in it closes no parenthesis.
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
    struct span type = span_trim(span_upto(*rest, colon), SPAN_SPACE);
    for (size_t i = 0; i < type.n; i++)
        if (strchr("(<>", type.at[i]))
            return; // the colon is a pattern's
    if (type.n == 0)
        return;
    g->sample_type = type;
    *rest = span_trim_start(span_from(*rest, colon + 1), SPAN_SPACE);
}

static int parse_pattern(struct gate *g, struct span *rest, struct err *err)
{
    size_t end = closing(*rest);
    if (end == SPAN_NOT_FOUND)
        return err_set(err, "missing ) after the regular expression");
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

// "2GiB)"; what is counted has no unit, so that a number alone is one.
static int parse_amount(struct gate *g, struct span *rest, struct err *err)
{
    size_t end = span_find(*rest, SPAN(")"));
    int64_t amount;
    if (end == SPAN_NOT_FOUND || !size_parse(span_trim(span_upto(*rest, end), SPAN_SPACE), &amount))
        return err_set(err, "want a size in parentheses at '" SPAN_FMT "'", ERR_SUBJECT(*rest));
    g->amount = (double)amount;
    *rest = span_from(*rest, end + 1);
    return 0;
}

static int parse_name(struct gate *g, struct span *rest, struct err *err)
{
    size_t n = 0;
    while (n < rest->n && isalnum((unsigned char)rest->at[n]))
        n++;
    g->pattern = span_upto(*rest, n);
    if (n == 0)
        return err_set(err, "want a name of MemStats at '" SPAN_FMT "'", ERR_SUBJECT(*rest));
    *rest = span_trim_start(span_from(*rest, n), SPAN_SPACE);
    return 0;
}

static int parse_argument(struct gate *g, struct span *rest, struct err *err)
{
    if (g->subject == GATE_TIME_TO)
        return parse_amount(g, rest, err);
    if (g->subject == GATE_MEMSTATS)
        return parse_name(g, rest, err);
    bool none =
        g->subject == GATE_TOTAL || g->subject == GATE_ANY_FLAT || g->subject == GATE_ANY_CUM;
    return none ? 0 : parse_pattern(g, rest, err);
}

static int parse_subject(struct gate *g, struct span *rest, struct err *err)
{
    static const struct {
        struct span word;
        enum gate_subject subject;
    } subjects[] = {
        {SPAN("total"), GATE_TOTAL},        {SPAN("any_flat"), GATE_ANY_FLAT},
        {SPAN("any_cum"), GATE_ANY_CUM},    {SPAN("flat("), GATE_FLAT},
        {SPAN("cum("), GATE_CUM},           {SPAN("growing("), GATE_GROWING},
        {SPAN("slope("), GATE_SLOPE},       {SPAN("time_to("), GATE_TIME_TO},
        {SPAN("memstats."), GATE_MEMSTATS},
    };
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        if (!take(rest, subjects[i].word))
            continue;
        g->subject = subjects[i].subject;
        return parse_argument(g, rest, err);
    }
    return err_set(err,
                   "want total, flat(REGEX), cum(REGEX), any_flat, any_cum, growing(REGEX), "
                   "slope(REGEX) or time_to(SIZE) at '" SPAN_FMT "'",
                   ERR_SUBJECT(*rest));
}

static int parse_relation(struct gate *g, struct span *rest, struct err *err)
{
    *rest = span_trim_start(*rest, SPAN_SPACE);
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
    *rest = span_trim_start(*rest, SPAN_SPACE);
    g->growth = take(rest, SPAN("+"));
    *rest = span_trim_start(*rest, SPAN_SPACE);
    size_t n = number_length(*rest);
    if (n == 0 || !num_parse_f64(span_upto(*rest, n), &g->limit))
        return err_set(err, "want a number at '" SPAN_FMT "'", ERR_SUBJECT(*rest));
    *rest = span_from(*rest, n);
    size_t comment = span_find(*rest, SPAN("#"));
    struct span unit =
        span_trim(comment == SPAN_NOT_FOUND ? *rest : span_upto(*rest, comment), SPAN_SPACE);
    *rest = span_from(unit, unit.n);
    g->percent = span_eq(unit, SPAN("%"));
    g->unit = g->percent ? SPAN("") : unit;
    for (size_t i = 0; i < g->unit.n; i++)
        if (strchr(" \t+-.%0123456789<>=", g->unit.at[i]))
            return err_set(err, "want a unit at '" SPAN_FMT "'", ERR_SUBJECT(g->unit));
    return 0;
}

static bool hours_of(struct span unit, double *hours)
{
    static const struct {
        struct span name;
        double hours;
    } names[] = {{SPAN("s"), 1. / 3600}, {SPAN("min"), 1. / 60}, {SPAN("m"), 1. / 60},
                 {SPAN("h"), 1},         {SPAN("hour"), 1},      {SPAN("hours"), 1},
                 {SPAN("d"), 24},        {SPAN("day"), 24},      {SPAN("days"), 24}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (span_eq(unit, names[i].name)) {
            *hours = names[i].hours;
            return true;
        }
    return false;
}

// What a slope's limit is per: "10MB/h".
static int parse_per(struct gate *g, struct err *err)
{
    size_t slash = span_find(g->unit, SPAN("/"));
    struct span per = slash == SPAN_NOT_FOUND ? SPAN("") : span_from(g->unit, slash + 1);
    if (!hours_of(per, &g->per))
        return err_set(err, "want a limit per time, such as 10MB/h, at '" SPAN_FMT "'",
                       ERR_SUBJECT(g->unit));
    g->unit = span_upto(g->unit, slash);
    return 0;
}

// "growing", after a colon or of itself: all that may follow is a comment.
static int parse_growing(struct gate *g, struct span *rest, struct err *err)
{
    bool colon = take(rest, SPAN(":"));
    *rest = span_trim_start(*rest, SPAN_SPACE);
    if (colon && !take(rest, SPAN("growing")))
        return err_set(err, "want growing at '" SPAN_FMT "'", ERR_SUBJECT(*rest));
    g->growing = true;
    *rest = span_trim_start(*rest, SPAN_SPACE);
    if (!gate_line_is_blank(*rest))
        return err_set(err, "nothing can follow at '" SPAN_FMT "'", ERR_SUBJECT(*rest));
    return 0;
}

// A time to wait is a length of time, which is in hours then.
static int parse_wait(struct gate *g, struct err *err)
{
    double hours;
    if (!hours_of(g->unit, &hours))
        return err_set(err, "want a time such as 24h at '" SPAN_FMT "'", ERR_SUBJECT(g->unit));
    g->limit *= hours;
    g->unit = SPAN("hours");
    return 0;
}

static int parse_comparison(struct gate *g, struct span *rest, struct err *err)
{
    if (g->subject == GATE_GROWING ||
        (g->subject == GATE_MEMSTATS && span_starts(*rest, SPAN(":"))))
        return parse_growing(g, rest, err);
    if (parse_relation(g, rest, err) || parse_limit(g, rest, err))
        return -1;
    if (g->subject == GATE_SLOPE || (g->subject == GATE_MEMSTATS && g->growth))
        return parse_per(g, err);
    return g->subject == GATE_TIME_TO ? parse_wait(g, err) : 0;
}

int gate_parse(struct gate *g, struct span text, struct err *err)
{
    text = span_trim(text, SPAN_SPACE);
    *g = (struct gate){.text = text};
    struct span rest = text;
    if (!span_starts(rest, SPAN("memstats.")))
        parse_sample_type(g, &rest);
    if (parse_subject(g, &rest, err) || parse_comparison(g, &rest, err))
        return -1;
    g->text = span_trim(span_upto(text, (size_t)(rest.at - text.at)), SPAN_SPACE);
    return 0;
}

bool gate_line_is_blank(struct span line)
{
    line = span_trim_start(line, SPAN_SPACE);
    return line.n == 0 || line.at[0] == '#';
}
