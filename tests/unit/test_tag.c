// SPDX-License-Identifier: Apache-2.0
#include "profile/tag.h"

#include "check.h"
#include "folded.h"
#include "profile/builder.h"

// Three samples of main: red with 100 bytes, blue with 4 kB, and one without tags.
static void make(struct profile *p)
{
    struct builder b;
    struct err err;
    profile_init(p);
    builder_init(&b, p);
    builder_sample_type(&b, SPAN("samples"), SPAN("count"));
    struct line line = {.function = builder_named(&b, SPAN("main"), SPAN(""), 0)};
    uint32_t frame = builder_frame(&b, &line);
    builder_label_text(&b, SPAN("tenant"), SPAN("red"));
    builder_label_number(&b, SPAN("size"), 100, SPAN("bytes"));
    builder_sample(&b, &frame, 1, (int64_t[]){1});
    builder_label_text(&b, SPAN("tenant"), SPAN("blue"));
    builder_label_number(&b, SPAN("size"), 4096, SPAN("bytes"));
    builder_sample(&b, &frame, 1, (int64_t[]){2});
    builder_sample(&b, &frame, 1, (int64_t[]){4});
    CHECK_INT(builder_finish(&b, &err), 0);
    builder_release(&b);
}

#define RED "main {tenant=red} 1\n"
#define BLUE "main {tenant=blue} 2\n"
#define NONE "main 4\n"

static void conditions_choose_samples(void)
{
    static const struct {
        const char *focus, *ignore, *expected;
        bool range;
    } rows[] = {
        {"red", NULL, RED, false},         {NULL, "red", BLUE NONE, false},
        {"tenant=b.*", NULL, BLUE, false}, {"other=red", NULL, "", false},
        {"1kb:", NULL, BLUE, true},        {":1kb", NULL, RED, true},
        {"100b", NULL, RED, true},         {"red|blue", "size=4kb:4kb", RED, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena = {0};
        struct profile p;
        struct err err = {0};
        struct tag_filter *filters[2] = {NULL, NULL};
        const char *texts[] = {rows[i].focus, rows[i].ignore};
        check_about("row %zu", i);
        make(&p);
        struct tag_units units = tag_units_of(&p, &arena);
        for (int k = 0; k < 2; k++)
            if (texts[k] && CHECK((filters[k] = tag_filter_new(&p, &units, span_of(texts[k]),
                                                               &arena, &err)) != NULL))
                CHECK_INT(tag_filter_check(filters[k], &err), 0);
        struct profile seen = p;
        filter_tags(&seen, filters[0], filters[1], &arena);
        CHECK_STR(folded_show(&seen), rows[i].expected);
        if (filters[0])
            CHECK_INT(tag_filter_is_range(filters[0]), rows[i].range);
        for (int k = 0; k < 2; k++)
            if (filters[k])
                tag_filter_release(filters[k]);
        arena_release(&arena);
        profile_release(&p);
    }
}

// Where a sample lacks the tag the frame has no name.
static void tags_become_frames(void)
{
    struct arena arena = {0};
    struct profile p;
    make(&p);
    struct profile seen = p;
    struct tag_frames_found found =
        add_tag_frames(&seen, SPAN("tenant,nothing"), SPAN("size"), SPAN("auto"), &arena);
    CHECK(found.root);
    CHECK(found.leaf);
    CHECK_STR(folded_show(&seen), "red;;main;100B {tenant=red} 1\n"
                                  "blue;;main;4kB {tenant=blue} 2\n"
                                  "main; 4\n");
    CHECK_STR(folded_show(&p), RED BLUE NONE);
    arena_release(&arena);
    profile_release(&p);
}

static void a_base_is_marked(void)
{
    struct profile p;
    make(&p);
    profile_mark_base(&p);
    CHECK_STR(folded_show(&p), "main {tenant=red} {pprof::base=true} 1\n"
                               "main {tenant=blue} {pprof::base=true} 2\n"
                               "main {pprof::base=true} 4\n");
    profile_release(&p);
}

CHECK_MAIN(CASE(conditions_choose_samples), CASE(tags_become_frames), CASE(a_base_is_marked))
