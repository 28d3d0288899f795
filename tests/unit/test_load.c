// SPDX-License-Identifier: Apache-2.0
#include "app/loaded.h"
#include "app/options.h"
#include "check.h"
#include "folded.h"
#include "support.h"

// From names of files to one profile.

static struct temp_dir dir;

static const char *file(const char *name, const char *text)
{
    const char *path = temp_path(&dir, name);
    file_put(path, span_of(text));
    return path;
}

// What comes of the files with an option set to a value; the message where it fails.
static void check(const char *option, const char *value, const char *first, const char *second,
                  const char *expected)
{
    struct config c;
    struct err err = {0};
    char *paths[] = {(char *)first, (char *)second};
    config_init(&c);
    if (option)
        CHECK_INT(option_set(option_find(span_of(option)), &c, span_of(value), &err), 0);
    const struct loaded *l = app_load(paths, second ? 2 : 1, &c, 0, NULL, &err);
    if (l)
        CHECK_STR(folded_show(&l->profile), expected);
    else
        CHECK_HAS(err.text, expected);
    loaded_unref(l);
    config_release(&c);
}

static void files_are_added_up(void)
{
    temp_dir_init(&dir);
    const char *a = file("a", "main;x 1\nmain;y 2\n"), *b = file("b", "main;y 40\nmain;z 3\n");
    check(NULL, NULL, a, b, "main;x 1\nmain;y 42\nmain;z 3\n");
    check("base", b, a, NULL, "main;x 1\nmain;y -38\nmain;z -3\n");
    temp_dir_release(&dir);
}

static void a_fault_names_the_file(void)
{
    temp_dir_init(&dir);
    const char *a = file("a", "main;x 1\n"), *bad = file("bad", "\x1f\x8b nothing");
    check(NULL, NULL, a, temp_path(&dir, "missing"), "missing': No such file");
    check(NULL, NULL, bad, NULL, "/bad': ");
    check("keep_going", "true", a, bad, "main;x 1\n");
    temp_dir_release(&dir);
}

static void a_profile_is_there_until_nobody_holds_it(void)
{
    struct config c;
    struct err err = {0};
    temp_dir_init(&dir);
    char *paths[] = {(char *)file("a", "main;x 1\n")};
    config_init(&c);
    const struct loaded *l = app_load(paths, 1, &c, KEEP_ALL, NULL, &err);
    const struct loaded *again = loaded_ref(l);
    CHECK(again == l);
    loaded_unref(l);
    CHECK_STR(folded_show(&again->profile), "main;x 1\n");
    loaded_unref(again);
    config_release(&c);
    temp_dir_release(&dir);
}

CHECK_MAIN(CASE(files_are_added_up), CASE(a_fault_names_the_file),
           CASE(a_profile_is_there_until_nobody_holds_it))
