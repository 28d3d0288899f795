// SPDX-License-Identifier: Apache-2.0
#include "profile/builder.h"

#include "check.h"

static void what_is_equal_is_one_entry(void)
{
    struct builder b;
    struct profile p;
    struct err err;
    profile_init(&p);
    builder_init(&b, &p);
    builder_sample_type(&b, SPAN("samples"), SPAN("count"));
    uint32_t f = builder_named(&b, SPAN("main"), SPAN("main.c"), 3);
    CHECK_INT(builder_named(&b, SPAN("main"), SPAN("main.c"), 3), f);
    CHECK(builder_named(&b, SPAN("main"), SPAN("main.c"), 4) != f);
    struct line line = {.function = f, .line = 7};
    struct location l = {.mapping = NO_INDEX, .n_lines = 1};
    uint32_t once = builder_location_once(&b, &l, &line);
    CHECK_INT(builder_location_once(&b, &l, &line), once);
    CHECK(builder_location(&b, &l, &line) != once);
    line.line++;
    CHECK(builder_location_once(&b, &l, &line) != once);
    uint32_t address = builder_address(&b, 0x10);
    CHECK_INT(builder_address(&b, 0x10), address);
    builder_label_text(&b, SPAN("k"), SPAN("v"));
    builder_sample(&b, (uint32_t[]){address, once}, 2, (int64_t[]){5});
    builder_label_number(&b, SPAN("n"), 4, SPAN("ms"));
    builder_sample(&b, &once, 1, (int64_t[]){6});
    builder_name_mapping(&b);
    CHECK_INT(builder_finish(&b, &err), 0);
    builder_release(&b);
    CHECK_INT(p.n_functions, 2);
    CHECK_INT(p.n_locations, 4);
    CHECK_INT(p.n_mappings, 1);
    CHECK_INT((int64_t)p.locations[3].id, 4);
    CHECK_INT(p.samples[0].n_labels, 1);
    CHECK_INT(p.labels[p.samples[1].label].kind, LABEL_NUM_UNIT);
    CHECK_INT(sample_values(&p, &p.samples[1])[0], 6);
    profile_release(&p);
}

static void a_full_table_is_an_error_at_the_end(void)
{
    struct builder b;
    struct profile p;
    struct err err;
    profile_init(&p);
    builder_init(&b, &p);
    b.samples.n = INT32_MAX; // as if there were so many
    builder_sample(&b, NULL, 0, NULL);
    CHECK_INT(builder_finish(&b, &err), -1);
    CHECK_HAS(err.text, "too many entries");
    builder_release(&b);
    profile_release(&p);
}

CHECK_MAIN(CASE(what_is_equal_is_one_entry), CASE(a_full_table_is_an_error_at_the_end))
