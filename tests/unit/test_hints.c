// SPDX-License-Identifier: Apache-2.0
#include "report/hints.h"

#include "check.h"
#include "report/hintrules.h"

static void patterns_of_sizes(void)
{
    static const struct {
        const char *name;
        uint32_t n;
        int64_t sizes[12];
        double objects[12];
        enum size_pattern pattern;
    } rows[] = {
        {"nothing", 0, {0}, {0}, SIZES_UNKNOWN},
        {"one object per item", 1, {48}, {9000}, SIZES_ONE},
        {"doubling", 6, {8, 16, 32, 64, 128, 256}, {10, 10, 10, 10, 10, 10}, SIZES_GROWING},
        {"a quarter more each",
         6,
         {1024, 1280, 1792, 2304, 3072, 4096},
         {3, 2, 3, 2, 2, 3},
         SIZES_GROWING},
        {"a size was not sampled", 5, {64, 128, 512, 1024, 2048}, {1, 1, 1, 1, 1}, SIZES_GROWING},
        {"many of one size", 4, {16, 32, 64, 128}, {1, 900, 2, 1}, SIZES_UNKNOWN},
        {"neighbours",
         9,
         {208, 224, 240, 256, 288, 320, 352, 384, 416},
         {40, 41, 39, 40, 80, 78, 81, 80, 79},
         SIZES_MANY},
        {"two sizes", 2, {16, 64}, {5, 5}, SIZES_UNKNOWN},
        {"far apart", 4, {16, 4096, 262144, 1048576}, {5, 5, 5, 5}, SIZES_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check_about("%s", rows[i].name);
        CHECK_INT(sizes_pattern(rows[i].sizes, rows[i].objects, rows[i].n), rows[i].pattern);
    }
}

static void words_of_a_line(void)
{
    static const char *const list[RULE_PARTS] = {"make(", " += ", RULE_OF_ITSELF};
    static const struct {
        const char *text;
        bool found;
    } rows[] = {{"b := make([]byte, n)", true},
                {"b := remake(n)", false},
                {"x.make(n), make(n)", true},
                {"n += len(b)", true},
                {"s = s + \",\"", true},
                {"s.out = s.out + x", true},
                {"s = t + x", false},
                {"s = ss + x", false},
                {"", false},
                {"make", false},
                {"total = total - x", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check_about("%s", rows[i].text);
        CHECK_INT(rule_has_word(list, span_of(rows[i].text)), rows[i].found);
    }
}

static void rules_are_whole(void)
{
    size_t n = 0;
    for (const struct rule *r = rules; r->hint.name; r++, n++) {
        check_about("%s", r->hint.name);
        CHECK(r->hint.meaning && *r->hint.meaning && r->hint.advice && *r->hint.advice);
        CHECK(r->cpu || r->heap);
        CHECK((r->kind == RULE_CALLS || r->kind == RULE_ANYWHERE) == (r->functions[0] != NULL));
        CHECK(!r->needs_text || r->text[0]);
    }
    CHECK(n < 32); // a bit each
}

CHECK_MAIN(CASE(patterns_of_sizes), CASE(words_of_a_line), CASE(rules_are_whole))
