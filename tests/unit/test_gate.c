// SPDX-License-Identifier: Apache-2.0
#include "report/gate.h"

#include "check.h"

static void expressions_are_read(void)
{
    static const struct {
        const char *text, *type, *pattern, *unit;
        enum gate_subject subject;
        enum gate_relation relation;
        bool growth, percent;
        double limit;
    } rows[] = {
        {"total > 50MB", "", "", "MB", GATE_TOTAL, GATE_ABOVE, false, false, 50},
        {"alloc_space: total > +5%", "alloc_space", "", "", GATE_TOTAL, GATE_ABOVE, true, true, 5},
        {"flat(json\\..*) > 10MB", "", "json\\..*", "MB", GATE_FLAT, GATE_ABOVE, false, false, 10},
        {"cum(main\\.handle) > +1MB", "", "main\\.handle", "MB", GATE_CUM, GATE_ABOVE, true, false,
         1},
        {"any_flat > +2MB", "", "", "MB", GATE_ANY_FLAT, GATE_ABOVE, true, false, 2},
        {"alloc_objects: any_flat > +20%", "alloc_objects", "", "", GATE_ANY_FLAT, GATE_ABOVE, true,
         true, 20},
        {"\t any_cum<=.5e3 ms ", "", "", "ms", GATE_ANY_CUM, GATE_AT_MOST, false, false, 500},
        {"1:total>=+ 2e-1s", "1", "", "s", GATE_TOTAL, GATE_AT_LEAST, true, false, 0.2},
        {"total<1eggs", "", "", "eggs", GATE_TOTAL, GATE_BELOW, false, false, 1},
        {"flat((a|b)(c)) > 1", "", "(a|b)(c)", "", GATE_FLAT, GATE_ABOVE, false, false, 1},
        {"flat(\\(\\*T\\)\\.m) > 1", "", "\\(\\*T\\)\\.m", "", GATE_FLAT, GATE_ABOVE, false, false,
         1},
        {"flat([])[:alpha:]\\]]) > 1", "", "[])[:alpha:]\\]]", "", GATE_FLAT, GATE_ABOVE, false,
         false, 1},
        {"flat([^](]) > 1", "", "[^](]", "", GATE_FLAT, GATE_ABOVE, false, false, 1},
        {"flat(\\Q)(\\E) > 1", "", "\\Q)(\\E", "", GATE_FLAT, GATE_ABOVE, false, false, 1},
        {"x: flat(a::b > c#d) > 1#e", "x", "a::b > c#d", "", GATE_FLAT, GATE_ABOVE, false, false,
         1},
        {"cum(std::map) > 1", "", "std::map", "", GATE_CUM, GATE_ABOVE, false, false, 1},
        {"growing(main\\.)", "", "main\\.", "", GATE_GROWING, GATE_ABOVE, false, false, 0},
        {"inuse_space: slope(.) > 10MB/h # why", "inuse_space", ".", "MB", GATE_SLOPE, GATE_ABOVE,
         false, false, 10},
        {"time_to(2GiB) < 2days", "", "", "hours", GATE_TIME_TO, GATE_BELOW, false, false, 48},
        {"time_to(500) <= 90min", "", "", "hours", GATE_TIME_TO, GATE_AT_MOST, false, false, 1.5},
        {"memstats.Alloc > 500MB", "", "Alloc", "MB", GATE_MEMSTATS, GATE_ABOVE, false, false, 500},
        {"memstats.NumGC > +10/min", "", "NumGC", "", GATE_MEMSTATS, GATE_ABOVE, true, false, 10},
        {"memstats.HeapInuse: growing", "", "HeapInuse", "", GATE_MEMSTATS, GATE_ABOVE, false,
         false, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct gate g;
        struct err err = {0};
        check_about("%s", rows[i].text);
        CHECK_INT(gate_parse(&g, span_of(rows[i].text), &err), 0);
        CHECK_STR(err.text, "");
        CHECK_SPAN(g.sample_type, span_of(rows[i].type));
        CHECK_SPAN(g.pattern, span_of(rows[i].pattern));
        CHECK_SPAN(g.unit, span_of(rows[i].unit));
        CHECK_INT(g.subject, rows[i].subject);
        CHECK_INT(g.relation, rows[i].relation);
        CHECK(g.growth == rows[i].growth && g.percent == rows[i].percent);
        CHECK_F64(g.limit, rows[i].limit);
    }
}

static void the_text_has_no_blanks_and_comments_around_it(void)
{
    struct gate g;
    struct err err;
    CHECK_INT(gate_parse(&g, SPAN("  total > 5MB \t # why\r"), &err), 0);
    CHECK_SPAN(g.text, SPAN("total > 5MB"));
    CHECK(gate_line_is_blank(SPAN("")) && gate_line_is_blank(SPAN(" \t\r")));
    CHECK(gate_line_is_blank(SPAN("  # total > 5MB")) && !gate_line_is_blank(SPAN("x # y")));
}

static void what_is_no_gate_is_refused(void)
{
    static const struct {
        const char *text, *error;
    } rows[] = {
        {"", "want total"},
        {"totals > 5", "want >, >=, < or <= at 's > 5'"},
        {"sum > 5", "want total, flat(REGEX), cum(REGEX), any_flat, any_cum, growing"},
        {"growing(.) > 5", "nothing can follow"},
        {"slope(.) > 5MB", "want a limit per time"},
        {"time_to(2GiB) < 5MB", "want a time"},
        {"time_to(x) < 5h", "want a size"},
        {"memstats. > 5", "want a name"},
        {"memstats.Alloc: shrinking", "want growing"},
        {"alloc_space: > 5", "want total"},
        {"total", "want >"},
        {"total = 5", "want >"},
        {"total > ", "want a number"},
        {"total > nan", "want a number at 'nan'"},
        {"total > +inf", "want a number at 'inf'"},
        {"total > -5", "want a number at '-5'"},
        {"total > 1e999", "want a number"},
        {"total > 1.2.3", "want a number"},
        {"total > 0x10 > 5", "want a unit"},
        {"total > 5 %MB", "want a unit at '%MB'"},
        {"total > 5MB > 6MB", "want a unit"},
        {"flat() > 5", "empty regular expression"},
        {"flat(a > 5", "missing )"},
        {"flat(a)) > 5", "want >"},
        {"flat([)] > 5", "missing )"},
        {"flat(\\) > 5", "missing )"},
        {"flat(*a) > 5", "*a"},
        {"any_flat(a) > 5", "want >"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct gate g;
        struct err err = {0};
        check_about("%s", rows[i].text);
        CHECK_INT(gate_parse(&g, span_of(rows[i].text), &err), -1);
        CHECK_HAS(err.text, rows[i].error);
    }
}

CHECK_MAIN(CASE(expressions_are_read), CASE(the_text_has_no_blanks_and_comments_around_it),
           CASE(what_is_no_gate_is_refused))
