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

static void rules_are_whole(void)
{
    for (const struct rule *r = rules; r->hint.name; r++) {
        check_about("%s", r->hint.name);
        CHECK(r->hint.meaning && *r->hint.meaning && r->hint.advice && *r->hint.advice);
        CHECK(r->cpu || r->heap);
        CHECK((r->kind == RULE_CALLS || r->kind == RULE_ANYWHERE) == (r->functions[0] != NULL));
        CHECK(!r->needs_text || r->text[0]);
    }
}

CHECK_MAIN(CASE(patterns_of_sizes), CASE(rules_are_whole))
