// SPDX-License-Identifier: Apache-2.0
#include "base/escape.h"

#include "check.h"

static void rules_write_out(void)
{
    static const struct escape_rules quoted = {"\t", "\"\\", false, false, false};
    static const struct {
        struct span text;
        const struct escape_rules *rules;
        const char *shown;
    } rows[] = {
        {SPAN("plain"), &escape_terminal, "plain"},
        {SPAN("a\x1b[1m\x7f\0"), &escape_terminal, "a\\x1b[1m\\x7f\\x00"},
        {SPAN("\xc2\x9b \xff"), &escape_terminal, "\\x9b \\xff"},
        {SPAN("\xff\n"), &escape_file, "\xef\xbf\xbd\\x0a"},
        {SPAN("right \xe2\x80\xae to left"), &escape_terminal, "right \\u202e to left"},
        {SPAN("\xf3\xa0\x81\x81"), &escape_terminal, "\\U000e0041"},
        {SPAN("a\xe2\x80\x8d"
              "b"),
         &escape_terminal,
         "a\xe2\x80\x8d"
         "b"}, // a joiner
        {SPAN("caf\xc3\xa9 \xe4\xbd\xa0"), &escape_terminal, "caf\xc3\xa9 \xe4\xbd\xa0"},
        {SPAN("\"\\\t\n\xef\xbf\xbf"), &quoted, "\\\"\\\\\t\xef\xbf\xbd\xef\xbf\xbd"},
        {SPAN("\xe2\x80\xae"), &quoted, "\xe2\x80\xae"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf out = {0};
        check_about("row %zu", i);
        escape_add(&out, rows[i].text, rows[i].rules);
        CHECK_SPAN(buf_span(&out), span_of(rows[i].shown));
        buf_release(&out);
    }
}

static void parts_are_cut(void)
{
    struct span rest = SPAN("a,,b,"), part;
    const char *const parts[] = {"a", "", "b", ""};
    size_t n = 0;
    for (; span_cut(&rest, ',', &part); n++)
        CHECK_SPAN(part, span_of(parts[n]));
    CHECK_INT((int64_t)n, 4);
    rest = SPAN("");
    CHECK(span_cut(&rest, ',', &part) && part.n == 0 && !span_cut(&rest, ',', &part));
}

CHECK_MAIN(CASE(rules_write_out), CASE(parts_are_cut))
