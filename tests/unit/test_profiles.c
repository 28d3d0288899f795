// SPDX-License-Identifier: Apache-2.0
#include "profile/read/proto.h"

#include <dirent.h>

#include "base/buf.h"
#include "check.h"
#include "input/source.h"

static int decode_file(const char *path, struct profile *p, struct err *err)
{
    profile_init(p);
    struct source *s = source_open(path, NULL, NULL, err);
    int status = s ? profile_decode(p, source_stream(s), NULL, NULL, err) : -1;
    source_close(s);
    return status;
}

static int check_directory(const char *directory, int expected)
{
    int n = 0;
    DIR *d = opendir(directory);
    CHECK(d != NULL);
    for (struct dirent *entry; d && (entry = readdir(d));) {
        struct buf path = {0};
        struct profile p;
        struct err err = {0};
        if (entry->d_name[0] == '.')
            continue;
        n++;
        buf_printf(&path, "%s/%s", directory, entry->d_name);
        check_about("%s", entry->d_name);
        CHECK_INT(decode_file(buf_cstr(&path), &p, &err), expected);
        CHECK((*err.text != '\0') == (expected != 0));
        profile_release(&p);
        buf_release(&path);
    }
    if (d)
        closedir(d);
    return n;
}

static void bad_files_are_refused(void)
{
    CHECK(check_directory(TESTDATA "/bad", -1) >= 20);
}

static void edge_files_are_accepted(void)
{
    CHECK(check_directory(TESTDATA "/edge", 0) >= 15);
}

static void the_order_of_tables_does_not_matter(void)
{
    struct profile a, b;
    struct err err = {0};
    CHECK_INT(decode_file(TESTDATA "/edge/string_table_first.pb.gz", &a, &err), 0);
    CHECK_INT(decode_file(TESTDATA "/edge/string_table_last.pb.gz", &b, &err), 0);
    CHECK(a.n_samples == b.n_samples && a.n_samples > 0);
    for (uint32_t i = 0; i < a.n_functions && i < b.n_functions; i++)
        CHECK_SPAN(profile_str(&a, a.functions[i].name), profile_str(&b, b.functions[i].name));
    profile_release(&a);
    profile_release(&b);
}

static void sample_types_are_found(void)
{
    static const struct {
        const char *name;
        uint32_t index;
    } rows[] = {{"", 3},
                {"0", 0},
                {"3", 3},
                {"4", NO_INDEX},
                {"-1", NO_INDEX},
                {"alloc_space", 1},
                {"inuse_objects", 2},
                {"space", NO_INDEX},
                {"ALLOC_SPACE", NO_INDEX}};
    struct profile p;
    struct err err = {0};
    CHECK_INT(decode_file(TESTDATA "/config_heap.pb.gz", &p, &err), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check_about("%s", rows[i].name);
        CHECK_INT(profile_sample_index(&p, span_of(rows[i].name), &err), rows[i].index);
    }
    CHECK_HAS(err.text, "'ALLOC_SPACE'");
    CHECK_HAS(err.text, "alloc_objects, alloc_space, inuse_objects, inuse_space (0 to 3)");
    profile_release(&p);
    // Its default is named in the profile.
    CHECK_INT(decode_file(TESTDATA "/config_allocs.pb.gz", &p, &err), 0);
    CHECK_INT(profile_sample_index(&p, SPAN(""), &err), 1);
    profile_release(&p);
    // "inuse_space" also finds "space".
    CHECK_INT(decode_file(TESTDATA "/edge/zero_values.pb.gz", &p, &err), 0);
    CHECK_INT(profile_sample_index(&p, SPAN("inuse_objects"), &err), 0);
    profile_release(&p);
}

CHECK_MAIN(CASE(bad_files_are_refused), CASE(edge_files_are_accepted),
           CASE(the_order_of_tables_does_not_matter), CASE(sample_types_are_found))
