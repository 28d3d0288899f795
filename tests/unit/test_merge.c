// SPDX-License-Identifier: Apache-2.0
#include "profile/merge.h"

#include "base/job.h"
#include "check.h"
#include "folded.h"
#include "profile/builder.h"
#include "profile/encode.h"
#include "profile/read/reader.h"

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
    struct merger *m = merger_new(NULL);
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
    struct merger *m = merger_new(NULL);
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
    struct merger *m = merger_new_sided(2, NULL);
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
    struct merger *m = merger_new(NULL);
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

static void put(void *context, struct span bytes)
{
    buf_add(context, bytes);
}

static void read_encoded(struct profile *p, const struct buf *bytes)
{
    struct err err = {0};
    struct stream in = stream_memory(buf_span(bytes));
    profile_init(p);
    CHECK_INT(profile_read(p, &in, &(struct read_options){0}, NULL, &err), 0);
    CHECK_STR(err.text, "");
}

// Some of the samples from one on, with a comment of their own.
struct some {
    uint32_t first, n;
    const char *comment;
};

static void add_some(struct merger *m, const struct buf *bytes, const struct some *some,
                     bool recognised)
{
    struct profile p;
    struct err err = {0};
    read_encoded(&p, bytes);
    CHECK(p.strings->n_printed > 0);
    if (!recognised)
        p.strings->n_printed = 0;
    p.samples += some->first;
    p.n_samples = some->n;
    profile_add_comment(&p, p.arena, span_of(some->comment));
    CHECK_INT(merger_add(m, &p, &err), 0);
    profile_release(&p);
}

// Of files that name the same, in the same order, one after the other, but need other parts of it.
static void same_names_are_recognised(void)
{
    static const struct some some[] = {
        {1, 1, "one"}, {0, 3, "two"}, {2, 1, "one"}, {0, 2, "three"}, {1, 0, "four"}};
    struct buf bytes = {0}, sums[2] = {{0}, {0}};
    struct profile p;
    folded_read(&p, "main;read;parse 4\nmain;read 200\nmain;x;y;z 3\n");
    profile_encode(&p, 1, put, &bytes);
    profile_release(&p);
    for (int recognised = 0; recognised < 2; recognised++) {
        struct merger *m = merger_new(NULL);
        for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
            add_some(m, &bytes, &some[i], recognised);
            if (i == 2)
                add(m, "main;x;between 1\n", -1, 1);
        }
        merger_finish(m, &p);
        CHECK_STR(folded_show(&p),
                  "main;read 600\nmain;read;parse 8\nmain;x;y;z 6\nmain;x;between 1\n");
        profile_encode(&p, 1, put, &sums[recognised]);
        profile_release(&p);
    }
    CHECK(span_eq(buf_span(&sums[0]), buf_span(&sums[1])));
    buf_release(&bytes);
    buf_release(&sums[0]);
    buf_release(&sums[1]);
}

// Stacks of which some are twice in it, and some in the next, too.
static void many_stacks(struct buf *text, uint32_t first)
{
    enum { STACKS = 150000 };
    for (uint32_t i = first; i < first + STACKS; i++)
        buf_printf(text, "main;a%u;b%u;c%u %u\n", i % 7, i % 1000, i % 100003, i % 5);
}

static void add_many(struct merger *m, uint32_t first)
{
    struct buf text = {0};
    many_stacks(&text, first);
    add(m, buf_cstr(&text), -1, 1);
    buf_release(&text);
}

static void large_sources_are_merged_by_several_threads(void)
{
    struct buf sums[2] = {{0}, {0}};
    struct profile sum;
    for (unsigned i = 0; i < 2; i++) {
        struct job job;
        job_init(&job);
        job.threads = i ? 3 : 1;
        struct merger *m = merger_new(&job);
        add_many(m, 0);
        add_many(m, 70000);
        merger_finish(m, &sum);
        profile_encode(&sum, 1, put, &sums[i]);
        profile_release(&sum);
        job_release(&job);
    }
    CHECK(sums[0].n > 1000000);
    CHECK(span_eq(buf_span(&sums[0]), buf_span(&sums[1])));
    buf_release(&sums[0]);
    buf_release(&sums[1]);
}

CHECK_MAIN(CASE(large_sources_are_merged_by_several_threads), CASE(same_names_are_recognised),
           CASE(equal_stacks_are_one_sample), CASE(what_weighs_nothing_goes_with_all_it_needs),
           CASE(sides_keep_what_cancels_out), CASE(profiles_of_other_types_are_refused))
