// SPDX-License-Identifier: Apache-2.0
#include "base/path.h"

#include "check.h"

static void clean_as_go_does(void)
{
    static const char *const rows[][2] = {
        {"", "."},
        {".", "."},
        {"..", ".."},
        {"/", "/"},
        {"//", "/"},
        {"///", "/"},
        {"abc", "abc"},
        {"abc/def", "abc/def"},
        {"a/b/c", "a/b/c"},
        {"../..", "../.."},
        {"../../abc", "../../abc"},
        {"/abc", "/abc"},
        {"abc/", "abc"},
        {"abc/def/", "abc/def"},
        {"./", "."},
        {"../", ".."},
        {"../../", "../.."},
        {"/abc/", "/abc"},
        {"abc//def//ghi", "abc/def/ghi"},
        {"//abc", "/abc"},
        {"///abc", "/abc"},
        {"//abc//", "/abc"},
        {"abc//", "abc"},
        {"abc/./def", "abc/def"},
        {"/./abc/def", "/abc/def"},
        {"abc/.", "abc"},
        {"abc/def/ghi/../jkl", "abc/def/jkl"},
        {"abc/def/../ghi/../jkl", "abc/jkl"},
        {"abc/def/..", "abc"},
        {"abc/def/../..", "."},
        {"/abc/def/../..", "/"},
        {"abc/def/../../..", ".."},
        {"/abc/def/../../..", "/"},
        {"abc/def/../../../ghi/jkl/../../../mno", "../../mno"},
        {"/../abc", "/abc"},
        {"/..", "/"},
        {"abc/./../def", "def"},
        {"abc//./../def", "def"},
        {"abc/../../././../def", "../../def"},
        {"..a/...", "..a/..."},
        {"a/..b", "a/..b"},
    };
    struct arena a = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check_about("%s", rows[i][0]);
        CHECK_SPAN(path_clean(&a, span_of(rows[i][0])), span_of(rows[i][1]));
    }
    arena_release(&a);
}

static void clean_takes_no_memory_where_nothing_changes(void)
{
    struct arena a = {0};
    const char *path = "/usr/include/stdio.h";
    CHECK(path_clean(&a, span_of(path)).at == path);
    CHECK(!a.chunks);
    arena_release(&a);
}

static void base_as_go_does(void)
{
    static const char *const rows[][2] = {
        {"", "."},      {".", "."},         {"/.", "."},     {"/", "/"},
        {"////", "/"},  {"x/", "x"},        {"abc", "abc"},  {"abc/def", "def"},
        {"a/b/.", "."}, {"a/b/c.x", "c.x"}, {"a//b//", "b"}, {"../..", ".."},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check_about("%s", rows[i][0]);
        CHECK_SPAN(path_base(span_of(rows[i][0])), span_of(rows[i][1]));
    }
}

static void lists_are_split(void)
{
    struct span list = SPAN("/a::b:"), element;
    static const char *const expected[] = {"/a", "", "b", ""};
    for (size_t i = 0; i < 4; i++) {
        CHECK(path_list_next(&list, &element));
        CHECK_SPAN(element, span_of(expected[i]));
    }
    CHECK(!path_list_next(&list, &element));
    list = (struct span){0};
    CHECK(!path_list_next(&list, &element));
}

struct trim_row {
    const char *path, *trim, *search, *expected;
};

static void check_trim(const struct trim_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        check_about("%s", rows[i].path);
        CHECK_SPAN(path_trim(span_of(rows[i].path), span_of(rows[i].trim), span_of(rows[i].search)),
                   span_of(rows[i].expected));
    }
}

// Most rows are those of the reference's own test.
static void trim_prefixes(void)
{
    static const struct trim_row rows[] = {
        {"foo.c", "", "", "foo.c"},
        {"/foo.c", "/", "", "foo.c"},
        {"/foo/bar.c", "/foo", "", "bar.c"},
        {"/foo/bar.c", "/foo/", "", "bar.c"},
        {"/foo/bar.c", "/fo", "", "/foo/bar.c"},
        {"/foo/bar.c", "/foo/bar.c", "", "/foo/bar.c"},
        {"/foo/bar.c", "/foo/bar:/foo", "", "bar.c"},
        {"/foo/bar.c", "/foo:/foo/bar", "", "bar.c"},
        {"/foo/bar/baz.c", "/bar:/foo/bar", "", "baz.c"},
        {"/proc/self/cwd/foo.c", "", "", "foo.c"},
        {"/proc/self/cwd/./foo.c", "", "", "foo.c"},
        {"/proc/self/cwd/foo.c", "/other", "", "foo.c"},
        {"/proc/self/cwdx/foo.c", "", "", "/proc/self/cwdx/foo.c"},
    };
    check_trim(rows, sizeof rows / sizeof rows[0]);
}

static void trim_guesses_from_the_search_path(void)
{
    static const struct trim_row rows[] = {
        {"/some/remote/path/my-project/foo/bar.c", "", "/my/local/path/my-project", "foo/bar.c"},
        {"/b/my-project/foo/bar.c", "", "/x/other:/y/my-project", "foo/bar.c"},
        {"/b/my-project/my-project/bar.c", "", "/my-project", "my-project/bar.c"},
        {"/b/my-projects/bar.c", "", "/my-project", "/b/my-projects/bar.c"},
        {"my-project/bar.c", "", "/my-project", "my-project/bar.c"},
        // A prefix that is given keeps it from guessing.
        {"/b/my-project/foo/bar.c", "/b", "/x/my-project", "my-project/foo/bar.c"},
        {"/b/my-project/foo/bar.c", "/x", "/x/my-project", "/b/my-project/foo/bar.c"},
    };
    check_trim(rows, sizeof rows / sizeof rows[0]);
}

CHECK_MAIN(CASE(clean_as_go_does), CASE(clean_takes_no_memory_where_nothing_changes),
           CASE(base_as_go_does), CASE(lists_are_split), CASE(trim_prefixes),
           CASE(trim_guesses_from_the_search_path))
