// SPDX-License-Identifier: Apache-2.0
#include "profile/filter.h"

#include "check.h"
#include "folded.h"

#define STACKS                 \
    "main;read;parse 4\n"      \
    "main;read;runtime.gc 2\n" \
    "main;write 3\n"           \
    "idle 1\n"

static struct regex *compile(const char *pattern)
{
    struct err err = {0};
    struct regex *regex = pattern ? regex_new(span_of(pattern), &err) : NULL;
    CHECK_STR(err.text, "");
    return regex;
}

static void names_choose_samples_and_frames(void)
{
    static const struct {
        const char *focus, *ignore, *hide, *show, *expected;
    } rows[] = {
        {"read", NULL, NULL, NULL, "main;read;parse 4\nmain;read;runtime.gc 2\n"},
        {NULL, "read", NULL, NULL, "main;write 3\nidle 1\n"},
        {"main", "gc|write", NULL, NULL, "main;read;parse 4\n"},
        {NULL, NULL, "^main$", NULL, "read;parse 4\nread;runtime.gc 2\nwrite 3\nidle 1\n"},
        {NULL, NULL, NULL, "^(main|write)$", "main 4\nmain 2\nmain;write 3\n"},
        {"nothing", NULL, NULL, NULL, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena = {0};
        struct profile p, seen;
        struct name_filter f = {compile(rows[i].focus), compile(rows[i].ignore),
                                compile(rows[i].hide), compile(rows[i].show)};
        check_about("row %zu", i);
        folded_read(&p, STACKS);
        seen = p;
        struct name_filter_found found = filter_names(&seen, &f, NULL, &arena);
        CHECK_STR(folded_show(&seen), rows[i].expected);
        CHECK_STR(folded_show(&p), STACKS);
        CHECK_INT(found.focus, *rows[i].expected != 0);
        CHECK_INT(found.ignore, rows[i].ignore != NULL);
        regex_free(f.focus);
        regex_free(f.ignore);
        regex_free(f.hide);
        regex_free(f.show);
        arena_release(&arena);
        profile_release(&p);
    }
}

static void stacks_are_cut_at_a_name(void)
{
    struct arena arena = {0};
    struct profile p, seen;
    struct regex *read = compile("^read$"), *gc = compile("^runtime\\.gc$");
    folded_read(&p, STACKS);
    seen = p;
    CHECK(filter_show_from(&seen, read, &arena));
    CHECK_STR(folded_show(&seen), "read;parse 4\nread;runtime.gc 2\n");
    seen = p;
    filter_prune_from(&seen, read, &arena);
    CHECK_STR(folded_show(&seen), "main;read 4\nmain;read 2\nmain;write 3\nidle 1\n");
    seen = p;
    filter_drop_frames(&seen, gc, NULL, &arena);
    CHECK_STR(folded_show(&seen), "main;read;parse 4\nmain;read 2\nmain;write 3\nidle 1\n");
    seen = p;
    filter_drop_frames(&seen, gc, gc, &arena);
    CHECK_STR(folded_show(&seen), STACKS);
    regex_free(read);
    regex_free(gc);
    arena_release(&arena);
    profile_release(&p);
}

CHECK_MAIN(CASE(names_choose_samples_and_frames), CASE(stacks_are_cut_at_a_name))
