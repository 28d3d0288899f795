// SPDX-License-Identifier: Apache-2.0
#include "input/source.h"

#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "support.h"

static void kinds_are_told_by_the_name(void)
{
    struct temp_dir dir;
    temp_dir_init(&dir);
    CHECK(source_kind_of("-") == &source_stdin);
    CHECK(source_kind_of("http://x/y") == &source_http);
    CHECK(source_kind_of("localhost:6060/heap") == &source_http);
    CHECK(source_kind_of("unix:///run/x:/y") == &source_http);
    CHECK(source_kind_of("ftp://x/y") == &source_http); // which refuses it by name
    CHECK(source_kind_of("file:///x") == &source_file);
    CHECK(source_kind_of("localhost") == &source_file);
    CHECK(source_kind_of("") == &source_file);
    CHECK(source_is_remote("h:1"));
    CHECK_INT(source_flags("-"), SOURCE_ONCE | SOURCE_STALLS);
    CHECK_INT(source_flags("h:1"), SOURCE_STALLS | SOURCE_REMOTE);
    temp_dir_release(&dir);
}

static void files_are_told_by_what_they_are(void)
{
    struct temp_dir dir;
    temp_dir_init(&dir);
    const char *file = temp_path(&dir, "file"), *fifo = temp_path(&dir, "fifo");
    file_put(file, SPAN("x"));
    CHECK_INT(source_flags(file), 0);
    CHECK_INT(truncate(file, 8 << 20), 0);
    CHECK_INT(source_flags(file), SOURCE_LARGE);
    CHECK_INT(mkfifo(fifo, 0600), 0);
    CHECK_INT(source_flags(fifo), SOURCE_STALLS | SOURCE_ONCE);
    CHECK_INT(source_flags("/no/such"), 0);
    temp_dir_release(&dir);
}

static void places_are_shown_without_secrets(void)
{
    struct err err;
    err_set(&err, "why");
    source_blame("http://me:hush@h/x?token=hush", &err);
    CHECK_STR(err.text, "cannot fetch 'http://h/x?token=***': why");
    err_set(&err, "why");
    source_blame("-", &err);
    CHECK_STR(err.text, "cannot read 'standard input': why");
}

static void urls_need_a_fetcher(void)
{
    struct err err;
    struct buf out = {0};
    CHECK(!source_open("http://127.0.0.1:1/x", NULL, NULL, &err));
    CHECK_HAS(err.text, "only profiles are fetched");
    CHECK_INT(source_read_all("http://127.0.0.1:1/x", 1 << 20, &out, NULL, &err), -1);
    buf_release(&out);
}

CHECK_MAIN(CASE(kinds_are_told_by_the_name), CASE(files_are_told_by_what_they_are),
           CASE(places_are_shown_without_secrets), CASE(urls_need_a_fetcher))
