// SPDX-License-Identifier: Apache-2.0
#include "app/options.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/num.h"
#include "base/quantity.h"
#include "base/regex.h"
#include "base/xalloc.h"
#include "report/gate.h"

const struct option_def *option_find(struct span name)
{
    for (const struct option_def *o = option_defs; o->name; o++)
        if (span_eq(span_of(o->name), name))
            return o;
    return NULL;
}

const struct option_def *option_find_url(struct span name)
{
    for (const struct option_def *o = option_defs; o->name; o++)
        if (o->url && span_eq(span_of(o->url), name))
            return o;
    return NULL;
}

const struct choice *option_choices(const struct option_def *o)
{
    return o->list ? o->list() : o->choices;
}

static int choice_value(const struct option_def *o, struct span name)
{
    if (name.n == 0 && *o->initial)
        return -1;
    for (int i = 0; option_choices(o)[i].name; i++)
        if (span_eq(span_of(option_choices(o)[i].name), name))
            return i;
    return -1;
}

const struct option_def *option_find_choice(struct span name, int *value)
{
    for (const struct option_def *o = option_defs; name.n && o->name; o++) {
        if (o->type == OPTION_CHOICE && (*value = choice_value(o, name)) >= 0)
            return o;
    }
    return NULL;
}

const struct choice *option_flags(const struct option_def *o)
{
    static const struct choice none = {NULL, NULL};
    return o->type == OPTION_CHOICE ? option_choices(o) : &none;
}

const struct shortcut_def *shortcut_find(struct span name)
{
    for (const struct shortcut_def *s = shortcut_defs; s->name; s++)
        if (span_eq(span_of(s->name), name))
            return s;
    return NULL;
}

static void *member(const struct option_def *o, const struct config *c)
{
    return (char *)c + o->offset;
}

static char *copy_text(struct span text)
{
    char *copy = xmalloc(text.n + 1);
    if (text.n)
        memcpy(copy, text.at, text.n);
    copy[text.n] = '\0';
    return copy;
}

static int bad_value(const struct option_def *o, struct span text, const char *want,
                     struct err *err)
{
    return err_set(err, "bad value '" SPAN_FMT "' for %s: want %s", SPAN_ARG(text), o->name, want);
}

static int bad_choice(const struct option_def *o, struct span text, struct err *err)
{
    struct buf names = {0};
    for (const struct choice *choice = option_choices(o); choice->name; choice++)
        if (*choice->name)
            buf_printf(&names, "%s%s", names.n ? ", " : "", choice->name);
    if (o->separator)
        buf_printf(&names, ", joined by %c", o->separator);
    bad_value(o, text, buf_cstr(&names), err);
    buf_release(&names);
    return -1;
}

static int set_choice(const struct option_def *o, struct config *c, struct span text,
                      struct err *err)
{
    int value = choice_value(o, text);
    if (value >= 0) {
        *(int *)member(o, c) = value;
        return 0;
    }
    return bad_choice(o, text, err);
}

static bool in_range(const struct option_range *r, double value)
{
    if (!r || (value == 0 && (r->or_zero || r->no_zero)))
        return !r || r->or_zero;
    return value >= r->min && (r->below_max ? value < r->max : value <= r->max);
}

// As Go's flags do, with an underscore between digits: 1_000.
static bool parse_int(struct span text, int64_t *value)
{
    struct buf digits = {0};
    bool valid = true;
    for (size_t i = 0; i < text.n; i++) {
        bool within = i > 0 && i + 1 < text.n && isxdigit((unsigned char)text.at[i - 1]) &&
                      isxdigit((unsigned char)text.at[i + 1]);
        if (text.at[i] != '_')
            buf_addc(&digits, text.at[i]);
        valid &= text.at[i] != '_' || within;
    }
    valid = valid && num_parse_i64(buf_span(&digits), value);
    buf_release(&digits);
    return valid;
}

static int set_int(const struct option_def *o, struct config *c, struct span text, struct err *err)
{
    int64_t value;
    if (!parse_int(text, &value))
        return bad_value(o, text, "a whole number", err);
    if (!in_range(o->range, (double)value))
        return bad_value(o, text, o->range->want, err);
    *(int64_t *)member(o, c) = value;
    return 0;
}

static int set_float(const struct option_def *o, struct config *c, struct span text,
                     struct err *err)
{
    double value;
    if (!num_parse_f64(text, &value))
        return bad_value(o, text, "a number", err);
    if (!in_range(o->range, value))
        return bad_value(o, text, o->range->want, err);
    *(double *)member(o, c) = value;
    return 0;
}

static int set_string(const struct option_def *o, struct config *c, struct span text,
                      struct err *err)
{
    if (o->type == OPTION_REGEX && text.n) {
        struct regex *re = regex_new(text, err);
        if (!re)
            return err_wrap(err, "option %s", o->name);
        regex_free(re);
    }
    char **value = member(o, c);
    char *copy = copy_text(text);
    free(*value);
    *value = copy;
    return 0;
}

// Whether each line that is not blank is a gate.
static int check_gates(const struct option_def *o, struct span text, struct err *err)
{
    struct span line;
    while (text.n && span_cut(&text, '\n', &line)) {
        struct gate gate;
        if (!gate_line_is_blank(line) && gate_parse(&gate, line, err))
            return err_wrap(err, "bad value '" SPAN_FMT "' for %s", ERR_SUBJECT(line), o->name);
    }
    return 0;
}

static bool is_choice(const struct option_def *o, struct span word)
{
    for (const struct choice *choice = option_choices(o); choice->name; choice++)
        if (strlen(choice->name) == word.n && strncasecmp(choice->name, word.at, word.n) == 0)
            return true;
    return false;
}

bool option_share(struct span text, double *number, struct span *unit, bool *percent)
{
    size_t n = 0;
    while (n < text.n && (isdigit((unsigned char)text.at[n]) || text.at[n] == '.'))
        n++;
    *unit = span_from(text, n);
    while (unit->n && unit->at[0] == ' ')
        *unit = span_from(*unit, 1);
    *percent = span_eq(*unit, SPAN("%"));
    for (size_t i = 0; i < unit->n && !*percent; i++)
        if (!isalpha((unsigned char)unit->at[i]) && (unsigned char)unit->at[i] < 0x80)
            return false;
    return n && num_parse_f64(span_upto(text, n), number);
}

static int check_share(const struct option_def *o, struct span text, struct err *err)
{
    double number;
    struct span unit;
    bool percent;
    if (text.n == 0 || option_share(text, &number, &unit, &percent))
        return 0;
    return bad_value(o, text, "a share of the total such as 1%, or a value such as 10MB", err);
}

static int check_words(const struct option_def *o, struct span text, struct err *err)
{
    const char separator[] = {o->separator};
    while (text.n) {
        size_t end = span_find(text, (struct span){separator, 1});
        struct span word = end == SPAN_NOT_FOUND ? text : span_upto(text, end);
        if (word.n && !is_choice(o, word))
            return bad_choice(o, word, err);
        text = span_from(text, end == SPAN_NOT_FOUND ? text.n : end + 1);
    }
    return 0;
}

int option_set(const struct option_def *o, struct config *c, struct span text, struct err *err)
{
    // A value is kept as a C string: what follows a zero byte would be checked and then lost.
    if (span_find(text, (struct span){"", 1}) != SPAN_NOT_FOUND)
        return err_set(err, "bad value for %s: it holds a zero byte", o->name);
    switch (o->type) {
    case OPTION_BOOL:
        return num_parse_bool(text, member(o, c)) ? 0 : bad_value(o, text, "true or false", err);
    case OPTION_INT:
        return set_int(o, c, text, err);
    case OPTION_FLOAT:
        return set_float(o, c, text, err);
    case OPTION_DURATION:
        return duration_parse(text, member(o, c))
                   ? 0
                   : bad_value(o, text, "a time such as 30s, 1m30s or 500ms", err);
    case OPTION_SIZE:
        return size_parse(text, member(o, c))
                   ? 0
                   : bad_value(o, text, "a size such as 512MiB or 2GiB", err);
    case OPTION_CHOICE:
    case OPTION_WORD:
        return set_choice(o, c, text, err);
    case OPTION_GATES:
        if (check_gates(o, text, err))
            return -1;
        break;
    case OPTION_WORDS:
        if (check_words(o, text, err))
            return -1;
        break;
    case OPTION_STRING:
    case OPTION_REGEX:
    case OPTION_LINES:
        break;
    case OPTION_SHARE:
        if (check_share(o, text, err))
            return -1;
        break;
    }
    return set_string(o, c, text, err);
}

int option_add(const struct option_def *o, struct config *c, struct span text, struct err *err)
{
    bool lines = o->type == OPTION_GATES || o->type == OPTION_LINES;
    char **value = lines ? member(o, c) : NULL;
    struct buf text_lines = {0};
    if (!value || !**value)
        return option_set(o, c, text, err);
    buf_printf(&text_lines, "%s\n" SPAN_FMT, *value, SPAN_ARG(text));
    int status = option_set(o, c, buf_span(&text_lines), err);
    buf_release(&text_lines);
    return status;
}

static bool is_text(const struct option_def *o)
{
    return o->type == OPTION_STRING || o->type == OPTION_REGEX || o->type == OPTION_LINES ||
           o->type == OPTION_GATES || o->type == OPTION_WORDS || o->type == OPTION_SHARE;
}

void option_print(const struct option_def *o, const struct config *c, struct buf *out)
{
    const void *value = member(o, c);
    switch (o->type) {
    case OPTION_BOOL:
        buf_printf(out, "%s", *(const bool *)value ? "true" : "false");
        break;
    case OPTION_INT:
        buf_printf(out, "%" PRId64, *(const int64_t *)value);
        break;
    case OPTION_FLOAT:
        num_print_f64(*(const double *)value, out);
        break;
    case OPTION_DURATION:
        duration_print(*(const int64_t *)value, out);
        break;
    case OPTION_SIZE:
        size_print(*(const int64_t *)value, out);
        break;
    case OPTION_STRING:
    case OPTION_REGEX:
    case OPTION_LINES:
    case OPTION_GATES:
    case OPTION_WORDS:
    case OPTION_SHARE:
        buf_add(out, span_of(*(char *const *)value));
        break;
    case OPTION_CHOICE:
    case OPTION_WORD:
        buf_add(out, span_of(option_choices(o)[*(const int *)value].name));
        break;
    }
}

void config_init(struct config *c)
{
    struct err err;
    memset(c, 0, sizeof *c);
    for (const struct option_def *o = option_defs; o->name; o++)
        if (option_set(o, c, span_of(o->initial), &err))
            abort(); // a test walks the table
}

void config_copy(struct config *to, const struct config *from)
{
    *to = *from;
    for (const struct option_def *o = option_defs; o->name; o++)
        if (is_text(o))
            *(char **)member(o, to) = xstrdup(*(char **)member(o, from));
}

void config_release(struct config *c)
{
    for (const struct option_def *o = option_defs; o->name; o++)
        if (is_text(o))
            free(*(char **)member(o, c));
    memset(c, 0, sizeof *c);
}

void config_settle_bases(struct config *c, const struct option_def *o)
{
    bool base = o->offset == offsetof(struct config, base);
    bool diff_base = o->offset == offsetof(struct config, diff_base);
    if (base && *c->base)
        *c->diff_base = '\0';
    if (diff_base && *c->diff_base)
        *c->base = '\0';
    if ((base || diff_base) && !*c->base && !*c->diff_base)
        c->normalize = false;
}
