// SPDX-License-Identifier: Apache-2.0
#include "base/regex.h"

#include "base/buf.h"
#include "check.h"

struct match_row {
    const char *pattern, *text;
    bool matches;
};

static void check_matches(const struct match_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct err err = {0};
        check_about("/%s/ on %s", rows[i].pattern, rows[i].text);
        struct regex *re = regex_new(span_of(rows[i].pattern), &err);
        CHECK_STR(err.text, "");
        if (CHECK(re != NULL))
            CHECK_INT(regex_match(re, span_of(rows[i].text)), rows[i].matches);
        CHECK_INT(regex_check(re, &err), 0);
        regex_free(re);
    }
}

#define CHECK_MATCHES(rows) check_matches(rows, sizeof(rows) / sizeof(rows)[0])

static void literals_and_classes(void)
{
    static const struct match_row rows[] = {
        {"", "", true},
        {"", "anything", true},
        {"main", "runtime.main", true},
        {"^main", "runtime.main", false},
        {"a.c", "a\nc", false},
        {"a|b|", "x", true},
        {"[a-c]x", "bx", true},
        {"[^a-c]x", "bx", false},
        {"[]a]", "]", true},
        {"[^]a]", "]", false},
        {"[a-]", "-", true},
        {"[\\d-z]", "-", true},
        {"[a-b-c]", "-", true},
        {"^[\\w.]+$", "runtime.main", true},
        {"[[:alpha:]]+", "123", false},
        {"^[[:^digit:]]+$", "abc", true},
        {"[:alpha:]", "z", false},
        {"[a&&b]", "&", true},
        {"a b#c", "a b#c", true},
        {"]", "]", true},
        {"}", "}", true},
    };
    CHECK_MATCHES(rows);
}

static void escapes(void)
{
    static const struct match_row rows[] = {
        {"\\.", "a", false},
        {"\\.\\*\\(\\)\\[\\{\\_", ".*()[{_", true},
        {"^\\Q.*(\\E+$", ".*((", true},
        {"\\Qa.b", "axb", false},
        {"\\Qa|b\\E|c", "c", true},
        {"\\x41\\x{3b1}", "A\xce\xb1", true},
        {"\\012", "\n", true},
        {"\\07", "\a", true},
        {"\\t\\n\\r\\f\\v\\a", "\t\n\r\f\v\a", true},
        {"\\bmain\\b", "a.main()", true},
        {"\\bmain\\b", "domain", false},
        {"\\Bain", "main", true},
        // \b and \w know ASCII only.
        {"\\w", "\xc3\xa9", false},
        {"a\\b", "a\xc3\xa9", true},
        {"\\d", "\xd9\xa3", false},
        {"\\pL", "\xc3\xa9", true},
        {"^\\p{Greek}$", "\xce\xb1", true},
        {"\\p{Greek}", "a", false},
        {"\\PL", "a", false},
        {"\\p{^L}", "a", false},
        {"[\\pL\\d]", "\xe6\x97\xa5", true},
    };
    CHECK_MATCHES(rows);
}

static void white_space_has_no_vertical_tab(void)
{
    static const struct match_row rows[] = {
        {"\\s", " ", true},         {"\\s", "\t", true},    {"\\s", "\f", true},
        {"\\s", "\v", false},       {"\\S", "\v", true},    {"[\\s]", "\v", false},
        {"[^\\s]", "\v", true},     {"[\\S]", "\v", true},  {"[\\S]", " ", false},
        {"[^\\S]", " ", true},      {"[^\\S]", "a", false}, {"[[:space:]]", "\v", true},
        {"\\s", "\xc2\xa0", false},
    };
    CHECK_MATCHES(rows);
}

static void anchors(void)
{
    static const struct match_row rows[] = {
        {"a$", "a", true},          {"a$", "a\n", false},       {"a$", "a\nb", false},
        {"(?m)a$", "a\nb", true},   {"(?m)^b", "a\nb", true},   {"^b", "a\nb", false},
        {"(?m)^$", "a\n", true},    {"(?m)^$", "a", false},     {"(?m)^$", "", true},
        {"\\Aa\\z", "a", true},     {"a\\z", "a\n", false},     {"(?m)\\Ab", "a\nb", false},
        {"(?m)a\\z", "a\n", false}, {"(?m)a$", "a\r\n", false},
    };
    CHECK_MATCHES(rows);
}

static void groups_and_flags(void)
{
    static const struct match_row rows[] = {
        {"(?i)MAIN", "main", true},
        {"(?i)\xc3\x89", "\xc3\xa9", true},
        {"(?i)k", "\xe2\x84\xaa", true},
        {"MAIN", "main", false},
        {"a(?i)b", "AB", false},
        {"a(?i)b", "aB", true},
        {"(?i:a)b", "AB", false},
        {"(?i:a)b", "Ab", true},
        {"(?i)a(?-i)b", "AB", false},
        {"(?i)a(?-i:b)c", "AbC", true},
        {"((?i)a)b", "AB", false},
        {"a(?i)b|c", "C", true},
        {"(?s)a.c", "a\nc", true},
        {"(?ms-i)^a.", "x\na\n", true},
        {"(?U)a+", "aa", true},
        {"(?P<name>a)b", "ab", true},
        {"(?P<n1>a)(?P<_2>b)", "ab", true},
        {"(?:)", "", true},
    };
    CHECK_MATCHES(rows);
}

static void repetitions(void)
{
    static const struct match_row rows[] = {
        {"^a{2}$", "aa", true},
        {"^a{2}$", "aaa", false},
        {"^a{2,}$", "aaa", true},
        {"^a{1,2}$", "aaa", false},
        {"^a{0}$", "", true},
        {"^a{2}?$", "aa", true},
        {"^(?:a*)*$", "aaa", true},
        {"^(a{2}){2}$", "aaaa", true},
        {"a{1000}", "a", false},
        // What is no count stands for itself.
        {"a{,2}", "a{,2}", true},
        {"a{", "a{", true},
        {"a{x}", "a{x}", true},
        {"{", "{", true},
        {"^a{01}$", "a", false},
        {"^a{01}$", "a{01}", true},
        {"^a{1,02}$", "a{1,02}", true},
        // Assertions may be repeated.
        {"^*a", "ba", true},
        {"(?:^)*a", "ba", true},
        {"^+a", "ba", false},
        {"a$?b", "ab", true},
        {"\\b{2}a", "a", true},
        {"a\\z*b", "ab", true},
    };
    CHECK_MATCHES(rows);
}

static void bad_bytes_count_as_replaced(void)
{
    static const struct match_row rows[] = {
        {"^a.b$",
         "a\xff"
         "b",
         true},
        {"^a..b$",
         "a\xe2\x82"
         "b",
         true},
        {"\\x{fffd}", "\xff", true},
        {"^[^a]$", "\xff", true},
        {"main", "\xff main \xff", true},
    };
    CHECK_MATCHES(rows);
    struct err err;
    struct regex *re = regex_new(SPAN("^a.b$"), &err);
    CHECK(regex_match(re, SPAN("a\0b")));
    CHECK(!regex_match(re, (struct span){0}));
    regex_free(re);
}

static void refused_with_the_offset(void)
{
    static const struct {
        const char *pattern, *what;
    } rows[] = {
        {"a(b", "missing closing ) at offset 3"},
        {"a)b", "unexpected ) at offset 1"},
        {"x[a-z", "missing closing ] at offset 1"},
        {"[]", "missing closing ] at offset 0"},
        {"*a", "missing argument to repetition operator at offset 0"},
        {"a|+", "missing argument to repetition operator at offset 2"},
        {"(?i)*", "missing argument to repetition operator at offset 4"},
        {"({2})", "missing argument to repetition operator at offset 1"},
        {"a**", "nested repetition operator at offset 2"},
        {"a+?+", "nested repetition operator at offset 3"},
        {"a{2}{3}", "nested repetition operator at offset 4"},
        {"a{2,1}", "invalid repeat count at offset 1"},
        {"a{1001}", "invalid repeat count at offset 1"},
        {"a{99999999999}", "invalid repeat count at offset 1"},
        {"[z-a]", "invalid character class range at offset 1"},
        {"[a-\\d]", "at offset 3"},
        {"[[:foo:]]", "invalid character class at offset 1"},
        {"ab\\", "trailing backslash at offset 2"},
        {"a\\8", "invalid escape sequence at offset 1"},
        {"(a)\\1", "invalid escape sequence at offset 3"},
        {"\\Z", "invalid escape sequence at offset 0"},
        {"\\C", "invalid escape sequence at offset 0"},
        {"\\E", "invalid escape sequence at offset 0"},
        {"\\G\\K", "invalid escape sequence at offset 0"},
        {"[\\b]", "invalid escape sequence at offset 1"},
        {"\\x{110000}", "invalid escape sequence at offset 0"},
        {"\\xg0", "invalid escape sequence at offset 0"},
        {"\\p{Greek", "invalid character class at offset 0"},
        {"a\\p", "invalid character class at offset 1"},
        {"a(?=b)", "invalid or unsupported group at offset 1"},
        {"a(?!b)", "invalid or unsupported group at offset 1"},
        {"(?<=a)b", "at offset 0"},
        {"(?<!a)b", "at offset 0"},
        {"(?>a)", "invalid or unsupported group at offset 0"},
        {"(?#comment)", "invalid or unsupported group at offset 0"},
        {"(?x)a", "invalid or unsupported group at offset 0"},
        {"(?i", "invalid or unsupported group at offset 0"},
        {"(?i-)a", "invalid or unsupported group at offset 0"},
        {"(?R)", "invalid or unsupported group at offset 0"},
        {"(?P<a-b>x)", "invalid named group at offset 0"},
        {"(?P<>x)", "invalid named group at offset 0"},
        {"(*UTF)a", "missing argument to repetition operator at offset 1"},
        {"(*LIMIT_MATCH=1)a", "missing argument to repetition operator at offset 1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct err err = {0};
        check_about("/%s/", rows[i].pattern);
        struct regex *re = regex_new(span_of(rows[i].pattern), &err);
        CHECK(re == NULL);
        CHECK_HAS(err.text, rows[i].what);
        CHECK_HAS(err.text, rows[i].pattern);
        regex_free(re);
    }
}

static void refused_otherwise(void)
{
    struct err err = {0};
    CHECK(!regex_new(SPAN("\\p{Klingon}"), &err));
    CHECK_HAS(err.text, "'\\p{Klingon}'");
    CHECK(!regex_new(SPAN("a\xff"), &err));
    CHECK_HAS(err.text, "not valid UTF-8");
    CHECK(!regex_new(SPAN("((a{1000}){1000}){1000}"), &err));
    CHECK_HAS(err.text, "((a{1000}){1000}){1000}");
}

static void deep_and_long_patterns(void)
{
    struct buf b = {0};
    struct err err = {0};
    buf_fill(&b, '(', 100000);
    CHECK(!regex_new(buf_span(&b), &err));
    CHECK_HAS(err.text, "longer than");
    b.n = 2000;
    CHECK(!regex_new(buf_span(&b), &err));
    CHECK_HAS(err.text, "nested too deeply at offset 500");
    b.n = 500;
    buf_addc(&b, 'a');
    buf_fill(&b, ')', 500);
    struct regex *re = regex_new(buf_span(&b), &err);
    CHECK(re && regex_match(re, SPAN("a")) && !regex_match(re, SPAN("b")));
    CHECK_SPAN(re ? regex_pattern(re) : SPAN(""), buf_span(&b));
    regex_free(re);
    buf_release(&b);
}

static void a_match_that_takes_too_long_is_an_error(void)
{
    struct err err = {0};
    struct buf text = {0};
    buf_fill(&text, 'a', 5000);
    buf_addc(&text, '!');
    struct regex *re = regex_new(SPAN("^(a+)+$"), &err);
    CHECK_INT(regex_check(re, &err), 0);
    CHECK(!regex_match(re, buf_span(&text)));
    CHECK_INT(regex_check(re, &err), -1);
    CHECK_HAS(err.text, "regular expression '^(a+)+$' takes too long");
    CHECK(!regex_match(re, SPAN("a"))); // its answers are of no use any more
    regex_free(re);
    regex_free(NULL);
    buf_release(&text);
}

CHECK_MAIN(CASE(literals_and_classes), CASE(escapes), CASE(white_space_has_no_vertical_tab),
           CASE(anchors), CASE(groups_and_flags), CASE(repetitions),
           CASE(bad_bytes_count_as_replaced), CASE(refused_with_the_offset),
           CASE(refused_otherwise), CASE(deep_and_long_patterns),
           CASE(a_match_that_takes_too_long_is_an_error))
