// SPDX-License-Identifier: Apache-2.0
#include "app/options.h"

#include <ctype.h>
#include <stdlib.h>

#include "app/commands.h"
#include "base/num.h"
#include "check.h"

enum { NAMES_MAX = 300 };

struct names {
    const char *at[NAMES_MAX];
    size_t n;
};

static void add_name(struct names *names, const char *name)
{
    if (CHECK(names->n < NAMES_MAX))
        names->at[names->n++] = name;
}

// All that may stand after a dash.
static struct names flag_names(void)
{
    struct names names = {.n = 0};
    for (const struct option_def *o = option_defs; o->name; o++) {
        add_name(&names, o->name);
        for (const struct choice *c = option_flags(o); c->name; c++)
            if (*c->name)
                add_name(&names, c->name);
    }
    for (const struct shortcut_def *s = shortcut_defs; s->name; s++)
        add_name(&names, s->name);
    for (const struct command_def *c = command_defs; c->name; c++)
        add_name(&names, c->name);
    add_name(&names, "help");
    add_name(&names, "h");
    add_name(&names, "version");
    return names;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void names_are_unique(void)
{
    struct names names = flag_names();
    qsort(names.at, names.n, sizeof names.at[0], compare_names);
    for (size_t i = 1; i < names.n; i++) {
        check_about("%s", names.at[i]);
        CHECK(strcmp(names.at[i - 1], names.at[i]) != 0);
    }
}

static void names_are_plain_words(void)
{
    struct names names = flag_names();
    for (size_t i = 0; i < names.n; i++) {
        bool plain = names.at[i][0] != '\0';
        for (const char *c = names.at[i]; *c; c++)
            plain =
                plain && (islower((unsigned char)*c) || isdigit((unsigned char)*c) || *c == '_');
        check_about("%s", names.at[i]);
        CHECK(plain);
    }
}

static void tables_are_sorted(void)
{
    for (const struct option_def *o = option_defs; o->name && o[1].name; o++) {
        check_about("%s", o[1].name);
        CHECK(strcmp(o->name, o[1].name) < 0);
    }
    for (const struct shortcut_def *s = shortcut_defs; s->name && s[1].name; s++) {
        check_about("%s", s[1].name);
        CHECK(strcmp(s->name, s[1].name) < 0);
    }
    for (const struct command_def *c = command_defs; c->name && c[1].name; c++) {
        check_about("%s", c[1].name);
        CHECK(strcmp(c->name, c[1].name) < 0);
    }
}

// One line, lower case unless it begins with a name, no full stop.
static void check_summary(const char *name, const char *summary)
{
    check_about("%s", name);
    if (!CHECK(summary != NULL && *summary))
        return;
    size_t n = strlen(summary);
    CHECK(n <= 80);
    CHECK(summary[n - 1] != '.' && summary[n - 1] != ' ' && summary[0] != ' ');
    CHECK(!strchr(summary, '\n'));
    CHECK(!(isupper((unsigned char)summary[0]) && islower((unsigned char)summary[1])));
}

// Whole sentences.
static void check_detail(const char *name, const char *detail)
{
    if (!detail)
        return;
    size_t n = strlen(detail);
    check_about("%s", name);
    CHECK(n > 0 && detail[n - 1] == '.');
    CHECK(!strstr(detail, "  "));
}

static void texts_are_there(void)
{
    for (const struct option_def *o = option_defs; o->name; o++) {
        check_summary(o->name, o->summary);
        check_detail(o->name, o->detail);
        CHECK((o->argument == NULL) == (o->type == OPTION_BOOL));
        CHECK((option_choices(o) != NULL) ==
              (o->type == OPTION_CHOICE || o->type == OPTION_WORD || o->type == OPTION_WORDS));
        CHECK((o->url != NULL) == ((o->where & WHERE_WEB) != 0));
        CHECK(!(o->where & WHERE_SAVED) || o->url);
        CHECK(!o->range || o->type == OPTION_INT || o->type == OPTION_FLOAT);
        CHECK(!option_choices(o) || o->complete == COMPLETE_NOTHING);
        for (const struct choice *c = option_choices(o); c && c->name; c++)
            if (*c->name)
                check_summary(c->name, c->summary);
    }
    for (const struct shortcut_def *s = shortcut_defs; s->name; s++)
        check_summary(s->name, s->summary);
    for (const struct command_def *c = command_defs; c->name; c++) {
        check_summary(c->name, c->summary);
        check_detail(c->name, c->detail);
    }
    for (int group = 0; group < GROUP_COUNT; group++) {
        check_about("group %d", group);
        CHECK(option_group_titles[group] && *option_group_titles[group]);
    }
}

static void rows_are_found(void)
{
    int value = -1;
    for (const struct option_def *o = option_defs; o->name; o++) {
        check_about("%s", o->name);
        CHECK(option_find(span_of(o->name)) == o);
        for (int i = 0; option_flags(o)[i].name; i++) {
            if (!*option_choices(o)[i].name)
                continue;
            CHECK(option_find_choice(span_of(option_choices(o)[i].name), &value) == o);
            CHECK_INT(value, i);
        }
    }
    for (const struct shortcut_def *s = shortcut_defs; s->name; s++) {
        check_about("%s", s->name);
        CHECK(shortcut_find(span_of(s->name)) == s);
    }
    CHECK(!option_find(SPAN("foc")) && !option_find(SPAN("")) && !shortcut_find(SPAN("")));
    CHECK(!option_find_choice(SPAN(""), &value) && !option_find_choice(SPAN("none"), &value));
}

static void check_printed(const struct option_def *o, const struct config *c, const char *expected)
{
    struct buf text = {0};
    option_print(o, c, &text);
    CHECK_SPAN(buf_span(&text), span_of(expected));
    buf_release(&text);
}

// What is printed is read back as the same value: it prints the same, and no digit is lost.
static void check_round_trip(const struct option_def *o, const char *text)
{
    struct config once, again;
    struct buf first = {0}, second = {0};
    struct err err = {0};
    config_init(&once);
    config_init(&again);
    CHECK_INT(option_set(o, &once, span_of(text), &err), 0);
    option_print(o, &once, &first);
    CHECK_INT(option_set(o, &again, buf_span(&first), &err), 0);
    option_print(o, &again, &second);
    CHECK_SPAN(buf_span(&second), buf_span(&first));
    if (o->type == OPTION_FLOAT)
        CHECK(*(double *)((char *)&once + o->offset) == *(double *)((char *)&again + o->offset));
    buf_release(&first);
    buf_release(&second);
    config_release(&once);
    config_release(&again);
}

static void initial_values(void)
{
    struct config c;
    config_init(&c);
    for (const struct option_def *o = option_defs; o->name; o++) {
        double initial;
        check_about("%s", o->name);
        check_round_trip(o, o->initial);
        if (o->type != OPTION_FLOAT)
            check_printed(o, &c, o->initial);
        else if (CHECK(num_parse_f64(span_of(o->initial), &initial)))
            CHECK_F64(*(double *)((char *)&c + o->offset), initial);
    }
    config_release(&c);
}

static bool fits(const struct option_def *o, const char *text)
{
    struct config c;
    struct err err;
    config_init(&c);
    bool fit = option_set(o, &c, span_of(text), &err) == 0;
    config_release(&c);
    return fit;
}

static void values_are_read_back(void)
{
    static const char *const bools[] = {"true", "false", "T", "0", NULL};
    static const char *const ints[] = {"0", "1", "9223372036854775807", "0x10", NULL};
    static const char *const floats[] = {"50.1", "1e-300", "63.000000000000004", "-2", NULL};
    static const char *const strings[] = {"a b", "\xc3\xbc", "", "x=y, z:w", NULL};
    static const char *const gates[] = {"", "total > 5MB", "\n # none\nany_cum<=+5 %\n", NULL};
    static const char *const regexes[] = {"a|b", "", "^x$", NULL};
    static const char *const times[] = {"0s", "5", "1m30s", "1.5s", "300ms", "7ns", NULL};
    static const char *const shares[] = {"1%", "0.5 %", "10MB", "7", "", NULL};
    static const char *const sizes[] = {"0", "1", "2GiB", "1.5k", "512 MB", NULL};
    static const char *const *const texts[] = {
        [OPTION_BOOL] = bools,     [OPTION_INT] = ints,    [OPTION_FLOAT] = floats,
        [OPTION_STRING] = strings, [OPTION_GATES] = gates, [OPTION_REGEX] = regexes,
        [OPTION_DURATION] = times, [OPTION_SIZE] = sizes,  [OPTION_LINES] = strings,
        [OPTION_SHARE] = shares,
    };
    for (const struct option_def *o = option_defs; o->name; o++) {
        check_about("%s", o->name);
        for (int i = 0; option_choices(o) && option_choices(o)[i].name; i++)
            if (*option_choices(o)[i].name || !*o->initial)
                check_round_trip(o, option_choices(o)[i].name);
        for (size_t i = 0; !option_choices(o) && texts[o->type][i]; i++)
            if (!o->range || fits(o, texts[o->type][i]))
                check_round_trip(o, texts[o->type][i]);
    }
}

// A refused value is quoted with the option's name, and changes nothing.
static void bad_values_change_nothing(void)
{
    struct config c;
    config_init(&c);
    for (const struct option_def *o = option_defs; o->name; o++) {
        struct buf before = {0}, after = {0};
        struct err err = {0};
        bool refuses = o->type != OPTION_STRING && o->type != OPTION_LINES;
        option_print(o, &c, &before);
        check_about("%s", o->name);
        CHECK_INT(option_set(o, &c, SPAN("(bad"), &err), refuses ? -1 : 0);
        if (refuses) {
            CHECK_HAS(err.text, o->name);
            CHECK_HAS(err.text, "'(bad'");
            option_print(o, &c, &after);
            CHECK_SPAN(buf_span(&after), buf_span(&before));
        }
        buf_release(&before);
        buf_release(&after);
    }
    config_release(&c);
}

// A flag that is given again adds a line where the value has lines, and else replaces it.
static void gates_are_added_up(void)
{
    const struct option_def *gates = option_find(SPAN("fail_if")),
                            *focus = option_find(SPAN("focus"));
    struct config c;
    struct err err = {0};
    config_init(&c);
    CHECK_INT(option_add(gates, &c, SPAN("total > 5MB"), &err), 0);
    CHECK_INT(option_add(gates, &c, SPAN("any_flat > +5%"), &err), 0);
    CHECK_INT(option_add(gates, &c, SPAN("nothing"), &err), -1);
    check_printed(gates, &c, "total > 5MB\nany_flat > +5%");
    CHECK_INT(option_set(gates, &c, SPAN("total < 7"), &err), 0);
    check_printed(gates, &c, "total < 7");
    CHECK_INT(option_add(focus, &c, SPAN("one"), &err), 0);
    CHECK_INT(option_add(focus, &c, SPAN("two"), &err), 0);
    check_printed(focus, &c, "two");
    config_release(&c);
}

static void each_option_has_a_member_of_its_own(void)
{
    struct config plain, changed;
    config_init(&plain);
    for (const struct option_def *o = option_defs; o->name; o++) {
        struct err err;
        struct buf text = {0};
        config_init(&changed);
        option_print(o, &plain, &text);
        const char *other =
            o->type == OPTION_WORD || o->type == OPTION_WORDS ? option_choices(o)[2].name
            : o->type == OPTION_CHOICE
                ? option_choices(o)[!*o->initial || !strcmp(o->initial, option_choices(o)[0].name)]
                      .name
            : o->type == OPTION_GATES                 ? "total > 7"
            : o->range && !fits(o, "7")               ? "70"
            : span_eq(buf_span(&text), SPAN("true"))  ? "false"
            : span_eq(buf_span(&text), SPAN("false")) ? "true"
                                                      : "7";
        CHECK_INT(option_set(o, &changed, span_of(other), &err), 0);
        for (const struct option_def *each = option_defs; each->name; each++) {
            struct buf a = {0}, b = {0};
            option_print(each, &plain, &a);
            option_print(each, &changed, &b);
            check_about("%s after setting %s", each->name, o->name);
            CHECK((each == o) != span_eq(buf_span(&a), buf_span(&b)));
            buf_release(&a);
            buf_release(&b);
        }
        buf_release(&text);
        config_release(&changed);
    }
    config_release(&plain);
}

static void numbers_outside_the_range_are_refused(void)
{
    static const char *const cases[][2] = {
        {"threads", "-1"},     {"confidence", "20"}, {"confidence", "100"},
        {"confidence", "nan"}, {"divide_by", "0"},   {"confidence", "-1"},
    };
    struct config c;
    struct err err = {0};
    config_init(&c);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct option_def *o = option_find(span_of(cases[i][0]));
        check_about("%s=%s", cases[i][0], cases[i][1]);
        CHECK_INT(option_set(o, &c, span_of(cases[i][1]), &err), -1);
        CHECK_HAS(err.text, cases[i][0]);
        CHECK_HAS(err.text, "want");
    }
    config_release(&c);
}

// As the addresses of pprof's own pages have them.
static void names_in_urls(void)
{
    static const char *const names[][2] = {
        {"f", "focus"},       {"i", "ignore"},    {"h", "hide"},          {"s", "show"},
        {"g", "granularity"}, {"n", "nodecount"}, {"si", "sample_index"}, {"sort", "sort"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        CHECK(option_find_url(span_of(names[i][0])) == option_find(span_of(names[i][1])));
    CHECK(!option_find_url(SPAN("base")) && !option_find_url(SPAN("")));
    for (const struct option_def *o = option_defs; o->name; o++)
        CHECK(!o->url || option_find_url(span_of(o->url)) == o);
}

static void copies_stand_alone(void)
{
    struct config c, copy;
    struct err err;
    config_init(&c);
    const struct option_def *base = option_find(SPAN("base")), *focus = option_find(SPAN("focus"));
    option_set(base, &c, SPAN("one"), &err);
    option_set(focus, &c, SPAN("main"), &err);
    config_copy(&copy, &c);
    option_set(base, &c, SPAN("two"), &err);
    option_set(focus, &c, SPAN("other"), &err);
    check_printed(base, &c, "two");
    check_printed(base, &copy, "one");
    check_printed(focus, &copy, "main");
    config_release(&c);
    check_printed(base, &copy, "one");
    config_release(&copy);
}

CHECK_MAIN(CASE(names_are_unique), CASE(names_are_plain_words), CASE(tables_are_sorted),
           CASE(texts_are_there), CASE(rows_are_found), CASE(initial_values),
           CASE(values_are_read_back), CASE(bad_values_change_nothing), CASE(gates_are_added_up),
           CASE(each_option_has_a_member_of_its_own), CASE(copies_stand_alone),
           CASE(numbers_outside_the_range_are_refused), CASE(names_in_urls))
