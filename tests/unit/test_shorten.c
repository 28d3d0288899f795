// SPDX-License-Identifier: Apache-2.0
#include "format/shorten.h"

#include "check.h"

enum { CUTS_MAX = 8 };

static void names_are_cut_in_front_and_never_within_a_method(void)
{
    static const struct {
        const char *name;
        const char *cuts[CUTS_MAX]; // after the name itself
    } rows[] = {
        {"main.main", {"main"}},
        {"main", {NULL}},
        {"", {NULL}},
        {"regexp/syntax.(*parser).push", {"syntax.(*parser).push", "(*parser).push"}},
        {"example.com/a/b.Simple.Page", {"a/b.Simple.Page", "b.Simple.Page", "Simple.Page"}},
        {"a/b.F[c/d.T]", {"b.F[c/d.T]", "F[c/d.T]"}},
        {"std::vector<a::b>::push_back(c::d)",
         {"vector<a::b>::push_back(c::d)", "push_back(c::d)"}},
        {"com.example.Main.run", {"example.Main.run", "Main.run"}},
        {"weird.", {NULL}},
        {"a::", {NULL}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct span cuts[CUTS_MAX];
        unsigned n = name_cuts(span_of(rows[i].name), cuts, CUTS_MAX), expected = 1;
        check_about("%s", rows[i].name);
        CHECK_SPAN(cuts[0], span_of(rows[i].name));
        for (; rows[i].cuts[expected - 1]; expected++)
            if (expected < n)
                CHECK_SPAN(cuts[expected], span_of(rows[i].cuts[expected - 1]));
        CHECK_INT(n, expected);
    }
    struct span one[1];
    CHECK_INT(name_cuts(SPAN("a/b/c.D"), one, 1), 1);
}

static void a_package_is_a_name_up_to_its_function(void)
{
    CHECK_SPAN(name_package(SPAN("net/http.(*conn).serve")), SPAN("net/http"));
    CHECK_SPAN(name_package(SPAN("main.main")), SPAN("main"));
    CHECK_SPAN(name_package(SPAN("std::sort")), SPAN("std"));
    CHECK_SPAN(name_package(SPAN("memmove")), SPAN(""));
    CHECK_INT(name_shade(SPAN("main")), name_shade(SPAN("main")));
}

CHECK_MAIN(CASE(names_are_cut_in_front_and_never_within_a_method),
           CASE(a_package_is_a_name_up_to_its_function))
