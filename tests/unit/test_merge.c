// SPDX-License-Identifier: Apache-2.0
#include "profile/merge.h"

#include "check.h"
#include "folded.h"
#include "profile/builder.h"

static void add(struct merger *m, const char *text, int side, int64_t weight)
{
    struct profile p;
    struct err err = {0};
    folded_read(&p, text);
    CHECK_INT(side < 0 ? merger_add(m, &p, &err)
                       : merger_add_side(m, &p, (uint32_t)side, weight, &err),
              0);
    CHECK_STR(err.text, "");
    profile_release(&p);
}

static void equal_stacks_are_one_sample(void)
{
    struct merger *m = merger_new();
    struct profile sum;
    add(m, "main;a 1\nmain;b 2\n", -1, 1);
    add(m, "main;c 5\nmain;b 40\nmain;a 0\n", -1, 1);
    merger_finish(m, &sum);
    CHECK_STR(folded_show(&sum), "main;a 1\nmain;b 42\nmain;c 5\n");
    CHECK_INT(sum.n_functions, 4);
    CHECK_INT(sum.n_locations, 4);
    for (uint32_t i = 0; i < sum.n_locations; i++)
        CHECK_INT((int64_t)sum.locations[i].id, i + 1);
    profile_release(&sum);
}

static void what_weighs_nothing_goes_with_all_it_needs(void)
{
    struct merger *m = merger_new();
    struct profile sum;
    add(m, "main;a 7\nmain;gone 3\n", -1, 1);
    add(m, "main;gone -3\n", -1, 1);
    merger_finish(m, &sum);
    CHECK_STR(folded_show(&sum), "main;a 7\n");
    CHECK_INT(sum.n_functions, 2);
    profile_release(&sum);
}

static void sides_keep_what_cancels_out(void)
{
    struct merger *m = merger_new_sided(2);
    struct profile sum;
    add(m, "main;a -7\nmain;same -3\n", SIDE_BEFORE, -1); // it is taken off
    add(m, "main;same 3\nmain;b 1\n", SIDE_AFTER, 1);
    merger_finish(m, &sum);
    CHECK_STR(folded_show(&sum), "main;a -7\nmain;b 1\nmain;same 0\n");
    CHECK_INT(sum.sides[SIDE_BEFORE].values[sum.samples[2].row], 3);
    CHECK_INT(sum.sides[SIDE_AFTER].values[sum.samples[2].row], 3);
    profile_drop_unchanged(&sum);
    CHECK_STR(folded_show(&sum), "main;a -7\nmain;b 1\n");
    CHECK_INT(sum.n_functions, 3);
    profile_release(&sum);
}

static void profiles_of_other_types_are_refused(void)
{
    struct merger *m = merger_new();
    struct builder b;
    struct profile p;
    struct err err = {0};
    add(m, "main;a 1\n", -1, 1);
    profile_init(&p);
    builder_init(&b, &p);
    builder_sample_type(&b, SPAN("alloc_space"), SPAN("bytes"));
    builder_sample(&b, NULL, 0, (int64_t[]){1});
    CHECK_INT(builder_finish(&b, &err), 0);
    builder_release(&b);
    CHECK_INT(merger_add(m, &p, &err), -1);
    CHECK_HAS(err.text, "sample type");
    profile_release(&p);
    merger_abort(m);
}

CHECK_MAIN(CASE(equal_stacks_are_one_sample), CASE(what_weighs_nothing_goes_with_all_it_needs),
           CASE(sides_keep_what_cancels_out), CASE(profiles_of_other_types_are_refused))
