// SPDX-License-Identifier: Apache-2.0
#include "input/filelist.h"

#include <unistd.h>

#include "base/path.h"
#include "check.h"
#include "support.h"

static struct arena memory;

static void names_stand_on_lines_or_end_with_zeros(void)
{
    static const struct {
        struct span text;
        size_t n;
        const char *last;
    } rows[] = {
        {SPAN("a\nb c\n\n"), 2, "b c"},
        {SPAN("a\nb"), 2, "b"},
        {SPAN("a\nb\0c\0"), 2, "c"},
        {SPAN(""), 0, NULL},
    };
    struct temp_dir dir;
    temp_dir_init(&dir);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        name_list names = {0};
        struct err err = {0};
        check_about("row %zu", i);
        file_put(temp_path(&dir, "list"), rows[i].text);
        CHECK_INT(filelist_read(&names, temp_path(&dir, "list"), &memory, NULL, &err), 0);
        if (CHECK_INT((int64_t)names.n, (int64_t)rows[i].n) && names.n)
            CHECK_STR(names.at[names.n - 1], rows[i].last);
    }
    name_list names = {0};
    struct err err = {0};
    CHECK_INT(filelist_read(&names, temp_path(&dir, "nothing"), &memory, NULL, &err), -1);
    temp_dir_release(&dir);
    arena_release(&memory);
}

static void folders_and_patterns_stand_for_files(void)
{
    struct temp_dir dir;
    struct err err = {0};
    temp_dir_init(&dir);
    static const char *const files[] = {"b.gz", "a.gz", "c.txt", ".hidden"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        file_put(temp_path(&dir, files[i]), SPAN("x"));
    name_list all = {0}, some = {0}, one = {0};
    CHECK_INT(filelist_expand(&all, dir.path, &memory, &err), 0);
    CHECK_INT((int64_t)all.n, 3);
    CHECK_SPAN(path_base(span_of(all.at[0])), SPAN("a.gz"));
    CHECK_SPAN(path_base(span_of(all.at[2])), SPAN("c.txt"));
    CHECK_INT(filelist_expand(&some, temp_path(&dir, "*.gz"), &memory, &err), 0);
    CHECK_INT((int64_t)some.n, 2);
    CHECK_INT(filelist_expand(&one, "plain", &memory, &err), 0);
    CHECK_STR(one.at[0], "plain");
    temp_dir_release(&dir);
    arena_release(&memory);
}

static void commas_separate_names_unless_a_file_has_them(void)
{
    struct temp_dir dir;
    temp_dir_init(&dir);
    const char *both = temp_path(&dir, "a,b");
    CHECK_INT((int64_t)filelist_split(&memory, both).n, 2);
    file_put(both, SPAN("x"));
    CHECK_INT((int64_t)filelist_split(&memory, both).n, 1);
    temp_dir_release(&dir);
    arena_release(&memory);
}

CHECK_MAIN(CASE(names_stand_on_lines_or_end_with_zeros), CASE(folders_and_patterns_stand_for_files),
           CASE(commas_separate_names_unless_a_file_has_them))
