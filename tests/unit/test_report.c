// SPDX-License-Identifier: Apache-2.0
#include "report/report.h"

#include "check.h"
#include "folded.h"

static struct arena memory;

static void setup(struct report *r, struct profile *p, const char *text)
{
    folded_read(p, text);
    *r = (struct report){.profile = p,
                         .arena = &memory,
                         .options = {.ratio = 1,
                                     .unit = SPAN("count"),
                                     .output_unit = SPAN("minimum"),
                                     .detail = {.function = true}}};
    r->total = report_total(p, 0, false, NULL);
}

static void teardown(struct profile *p)
{
    profile_release(p);
    arena_release(&memory);
}

static void a_total_is_of_absolute_values(void)
{
    struct report r;
    struct profile p;
    setup(&r, &p, "a 5\nb -7\n");
    CHECK_INT(r.total, 12);
    CHECK(!report_overflows(&p, 0, false, NULL));
    p.values[p.samples[0].row] = INT64_MAX;
    CHECK(report_overflows(&p, 0, false, NULL));
    teardown(&p);
}

static void of_a_marked_base_alone(void)
{
    struct report r;
    struct profile p;
    setup(&r, &p, "a 5\nb -7\n");
    profile_mark_base(&p);
    p.samples[0].n_labels = 0; // which is of the other side
    CHECK_INT(report_total(&p, 0, false, NULL), 7);
    teardown(&p);
}

static void top_has_the_heaviest_first(void)
{
    struct report r;
    struct profile p;
    setup(&r, &p, "main;light 1\nmain;heavy 5\nmain;negative -3\n");
    struct top top = report_top(&r);
    CHECK_INT(top.n_rows, 4);
    CHECK_INT(top.shown.total, 3);
    CHECK_SPAN(top.rows[0].name, SPAN("heavy"));
    CHECK_INT(top.rows[0].flat, 5);
    CHECK_INT(top.rows[0].cum, 5);
    CHECK_SPAN(top.rows[1].name, SPAN("negative"));
    CHECK_SPAN(top.rows[3].name, SPAN("main"));
    CHECK_INT(top.rows[3].flat, 0);
    CHECK_INT(top.rows[3].cum, 3);
    CHECK_SPAN(r.options.output_unit, SPAN("minimum")); // a report changes no options
    teardown(&p);
}

static void a_list_has_the_lines_of_matching_functions(void)
{
    struct report r;
    struct profile p;
    struct err err;
    struct regex *regex = regex_new(SPAN("^heavy$"), &err);
    setup(&r, &p, "main;heavy 5\nmain;light 1\n");
    r.options.detail = (struct detail){.function = true, .filename = true, .line = true};
    struct list list = report_list(&r, regex);
    CHECK_INT(list.n_routines, 1);
    CHECK_SPAN(list.routines[0].name, SPAN("heavy"));
    CHECK_INT(list.routines[0].flat, 5);
    regex_free(regex);
    teardown(&p);
}

CHECK_MAIN(CASE(a_total_is_of_absolute_values), CASE(of_a_marked_base_alone),
           CASE(top_has_the_heaviest_first), CASE(a_list_has_the_lines_of_matching_functions))
