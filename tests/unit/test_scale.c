// SPDX-License-Identifier: Apache-2.0
#include "profile/scale.h"

#include "check.h"
#include "folded.h"
#include "profile/builder.h"

static void halves_go_away_from_zero(void)
{
    struct profile p;
    folded_read(&p, "a 5\nb -5\nc 1\nd 4\n");
    profile_scale(&p, (double[]){0.5});
    CHECK_STR(folded_show(&p), "a 3\nb -3\nc 1\nd 2\n");
    profile_scale(&p, (double[]){0.25});
    CHECK_STR(folded_show(&p), "a 1\nb -1\nd 1\n"); // what is 0 now is gone
    profile_release(&p);
}

static void normalizing_makes_sums_equal(void)
{
    struct profile p, base;
    struct err err;
    double ratio;
    folded_read(&p, "a 1\nb 3\n");
    folded_read(&base, "c 30\nd 10\n");
    CHECK_INT(profile_normalize(&p, &base, &ratio, &err), 0);
    CHECK_F64(ratio, 10);
    CHECK_STR(folded_show(&p), "a 10\nb 30\n");
    profile_release(&p);
    profile_release(&base);
}

// Two sample types, "calls" and one of a time.
static void make(struct profile *p, const char *second, const char *unit, int64_t value)
{
    struct builder b;
    struct err err;
    profile_init(p);
    builder_init(&b, p);
    builder_sample_type(&b, SPAN("calls"), SPAN("count"));
    builder_sample_type(&b, span_of(second), span_of(unit));
    builder_sample(&b, NULL, 0, (int64_t[]){1, value});
    CHECK_INT(builder_finish(&b, &err), 0);
    builder_release(&b);
}

static void the_finer_unit_is_used(void)
{
    struct profile a, b;
    struct err err;
    bool changed;
    make(&a, "delay", "ms", 2);
    make(&b, "delay", "us", 5);
    CHECK_INT(profile_conform(&a, &b, &changed, &err), 0);
    CHECK(changed);
    CHECK_INT(sample_values(&a, &a.samples[0])[1], 2000);
    CHECK_INT(sample_values(&b, &b.samples[0])[1], 5);
    CHECK_SPAN(profile_str(&a, a.sample_types[1].unit), profile_str(&b, b.sample_types[1].unit));
    profile_release(&a);
    profile_release(&b);
}

static void types_that_both_have_stay(void)
{
    struct profile a, b, c;
    struct err err = {0};
    bool changed;
    make(&a, "delay", "ms", 2);
    make(&b, "space", "bytes", 5);
    CHECK_INT(profile_conform(&a, &b, &changed, &err), 0);
    CHECK_INT(a.n_sample_types, 1);
    CHECK_INT(b.n_sample_types, 1);
    CHECK_SPAN(profile_str(&a, a.sample_types[0].type), SPAN("calls"));
    make(&c, "delay", "ms", 2);
    profile_keep_types(&c, (uint32_t[]){1, 0}, 2);
    CHECK_SPAN(profile_str(&c, c.sample_types[0].type), SPAN("delay"));
    CHECK_INT(sample_values(&c, &c.samples[0])[0], 2);
    CHECK_INT(sample_values(&c, &c.samples[0])[1], 1);
    profile_release(&a);
    profile_release(&b);
    profile_release(&c);
}

CHECK_MAIN(CASE(halves_go_away_from_zero), CASE(normalizing_makes_sums_equal),
           CASE(the_finer_unit_is_used), CASE(types_that_both_have_stay))
