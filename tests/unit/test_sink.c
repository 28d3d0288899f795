// SPDX-License-Identifier: Apache-2.0
#include "sink/sink.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/job.h"
#include "check.h"
#include "support.h"

static void check_content(const char *path, const char *expected)
{
    struct buf content = {0};
    file_get(path, &content);
    CHECK_SPAN(buf_span(&content), span_of(expected));
    buf_release(&content);
}

static void memory_gets_all(void)
{
    struct buf b = {0};
    struct err err = {0};
    struct sink *s = sink_to_buf(&b);
    sink_write(s, SPAN("one"));
    sink_putc(s, ' ');
    sink_fill(s, '-', 2);
    sink_printf(s, "%d", 42);
    CHECK_INT(sink_finish(s, &err), 0);
    CHECK_SPAN(buf_span(&b), SPAN("one --42"));
    buf_release(&b);
}

static void writes_keep_their_order(void)
{
    struct temp_dir dir;
    struct err err = {0};
    struct buf expected = {0}, content = {0};
    temp_dir_init(&dir);
    const char *path = temp_path(&dir, "out");
    struct sink *s = sink_to_file(path, &err);
    for (int i = 0; i < 2000; i++) {
        struct buf piece = {0};
        buf_fill(&piece, (char)('a' + i % 26), i % 100 == 99 ? 70000 : (size_t)i % 300);
        sink_write(s, buf_span(&piece));
        sink_printf(s, "%d", i);
        sink_putc(s, '\n');
        buf_add(&expected, buf_span(&piece));
        buf_printf(&expected, "%d\n", i);
        buf_release(&piece);
    }
    CHECK_INT(sink_finish(s, &err), 0);
    file_get(path, &content);
    CHECK(span_eq(buf_span(&content), buf_span(&expected)));
    buf_release(&content);
    buf_release(&expected);
    temp_dir_release(&dir);
}

static void a_file_changes_only_at_the_end(void)
{
    struct temp_dir dir;
    struct err err = {0};
    temp_dir_init(&dir);
    const char *path = temp_path(&dir, "out");
    file_put(path, SPAN("old"));
    struct sink *s = sink_to_file(path, &err);
    sink_fill(s, 'n', 200000);
    check_content(path, "old");
    sink_abort(s);
    check_content(path, "old");
    CHECK_INT((int64_t)temp_dir_count(&dir), 1);
    s = sink_to_file(path, &err);
    sink_write(s, SPAN("new"));
    CHECK_INT(sink_finish(s, &err), 0);
    check_content(path, "new");
    CHECK_INT((int64_t)temp_dir_count(&dir), 1);
    temp_dir_release(&dir);
}

static void abort_leaves_nothing(void)
{
    struct temp_dir dir;
    struct err err = {0};
    temp_dir_init(&dir);
    struct sink *s = sink_to_file(temp_path(&dir, "out"), &err);
    sink_write(s, SPAN("text"));
    sink_abort(s);
    CHECK_INT((int64_t)temp_dir_count(&dir), 0);
    temp_dir_release(&dir);
}

static unsigned mode_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? st.st_mode & 0777 : 0;
}

static void permissions_are_those_of_plain_files(void)
{
    struct temp_dir dir;
    struct err err = {0};
    temp_dir_init(&dir);
    mode_t mask = umask(027);
    CHECK_INT(sink_finish(sink_to_file(temp_path(&dir, "new"), &err), &err), 0);
    CHECK_INT(mode_of(temp_path(&dir, "new")), 0640);
    umask(mask);
    const char *path = temp_path(&dir, "old");
    file_put(path, SPAN(""));
    chmod(path, 0604);
    CHECK_INT(sink_finish(sink_to_file(path, &err), &err), 0);
    CHECK_INT(mode_of(path), 0604);
    temp_dir_release(&dir);
}

static void links_go_on_pointing(void)
{
    struct temp_dir dir;
    struct err err = {0};
    struct stat st;
    temp_dir_init(&dir);
    const char *file = temp_path(&dir, "file"), *link = temp_path(&dir, "link");
    file_put(file, SPAN("old"));
    CHECK_INT(symlink("file", link), 0);
    struct sink *s = sink_to_file(link, &err);
    sink_write(s, SPAN("new"));
    CHECK_INT(sink_finish(s, &err), 0);
    check_content(file, "new");
    CHECK(lstat(link, &st) == 0 && S_ISLNK(st.st_mode));
    CHECK_INT((int64_t)temp_dir_count(&dir), 2);
    temp_dir_release(&dir);
}

static void devices_are_written_in_place(void)
{
    struct err err = {0};
    struct sink *s = sink_to_file("/dev/null", &err);
    CHECK(s != NULL);
    sink_fill(s, 'x', 100000);
    CHECK_INT(sink_finish(s, &err), 0);
    struct stat st;
    CHECK(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode));
}

static void what_cannot_be_written(void)
{
    struct temp_dir dir;
    struct err err = {0};
    temp_dir_init(&dir);
    CHECK(!sink_to_file(dir.path, &err));
    CHECK_HAS(err.text, "cannot write '/tmp/");
    CHECK_HAS(err.text, "is a directory");
    CHECK(!sink_to_file(temp_path(&dir, "no/such/file"), &err));
    CHECK_HAS(err.text, "no/such/file': No such file or directory");
    CHECK_INT((int64_t)temp_dir_count(&dir), 0);
    temp_dir_release(&dir);
}

static void a_full_disk_is_told_at_the_end(void)
{
    static const size_t sizes[] = {1, 100000, 1000000}; // kept until the end, and written at once
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct err err = {0};
        struct sink *s = sink_to_file("/dev/full", &err);
        check_about("%zu bytes", sizes[i]);
        if (!CHECK(s != NULL))
            continue;
        sink_fill(s, 'x', sizes[i]);
        sink_putc(s, '\n');
        CHECK_INT(sink_finish(s, &err), -1);
        CHECK_STR(err.text, "cannot write '/dev/full': No space left on device");
    }
    struct err err = {0};
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    struct sink *s = sink_to_fd(fd);
    sink_putc(s, 'x');
    CHECK_INT(sink_finish(s, &err), -1);
    CHECK_STR(err.text, "cannot write the report: No space left on device");
    CHECK_INT(close(fd), 0); // it stayed the caller's
}

static void nothing_written_is_no_fault(void)
{
    struct err err = {0};
    CHECK_INT(sink_finish(sink_to_file("/dev/full", &err), &err), 0);
    CHECK_INT(sink_finish(sink_to_fd(-1), &err), 0);
}

static void a_closed_pipe_is_no_error(void)
{
    struct err err = {0};
    int ends[2];
    CHECK_INT(pipe(ends), 0);
    close(ends[0]);
    struct sink *s = sink_to_fd(ends[1]);
    sink_fill(s, 'x', 200000);
    sink_write(s, SPAN("more"));
    CHECK_INT(sink_finish(s, &err), 0);
    close(ends[1]);
}

static void what_is_interrupted_changes_no_file(void)
{
    struct temp_dir dir;
    struct err err = {0};
    temp_dir_init(&dir);
    const char *path = temp_path(&dir, "out");
    file_put(path, SPAN("old"));
    struct job job;
    job_init(&job);
    struct sink *s = sink_to_file(path, &err);
    sink_set_job(s, &job);
    sink_fill(s, 'n', 200000);
    job_stop(&job);
    sink_write(s, SPAN("more"));
    CHECK_INT(sink_finish(s, &err), -1);
    job_release(&job);
    check_content(path, "old");
    CHECK_INT((int64_t)temp_dir_count(&dir), 1);
    temp_dir_release(&dir);
}

CHECK_MAIN(CASE(memory_gets_all), CASE(writes_keep_their_order),
           CASE(a_file_changes_only_at_the_end), CASE(abort_leaves_nothing),
           CASE(permissions_are_those_of_plain_files), CASE(links_go_on_pointing),
           CASE(devices_are_written_in_place), CASE(what_cannot_be_written),
           CASE(a_full_disk_is_told_at_the_end), CASE(nothing_written_is_no_fault),
           CASE(a_closed_pipe_is_no_error), CASE(what_is_interrupted_changes_no_file))
