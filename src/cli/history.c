// SPDX-License-Identifier: Apache-2.0
#include "cli/history.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/xalloc.h"

enum { READ_SIZE = 16 << 10, FILE_MAX = 1 << 20 };

char *history_path(void)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    struct buf path = {0};
    if (state && *state == '/')
        buf_printf(&path, "%s", state);
    else if (home && *home == '/')
        buf_printf(&path, "%s/.local/state", home);
    else
        return NULL;
    buf_add(&path, SPAN("/cprof"));
    for (size_t i = 1; i <= path.n; i++) {
        if (i < path.n && path.at[i] != '/')
            continue;
        struct buf dir = {0};
        buf_add(&dir, (struct span){path.at, i});
        mkdir(buf_cstr(&dir), 0700); // what is there already stays
        buf_release(&dir);
    }
    buf_add(&path, SPAN("/history"));
    char *copy = xstrdup(buf_cstr(&path));
    buf_release(&path);
    return copy;
}

static struct span take_line(struct span *text)
{
    struct span line = SPAN("");
    span_cut(text, '\n', &line);
    return line;
}

// The last part of the file, from the start of a line; text holds it.
static struct span read_tail(int fd, struct buf *text)
{
    off_t size = lseek(fd, 0, SEEK_END);
    off_t start = size > FILE_MAX ? size - FILE_MAX : 0;
    lseek(fd, start, SEEK_SET);
    for (ssize_t n = 1; n > 0 && text->n < FILE_MAX;) {
        n = read(fd, buf_room(text, READ_SIZE), READ_SIZE);
        text->n += n > 0 ? (size_t)n : 0;
    }
    struct span rest = buf_span(text);
    if (start)
        take_line(&rest);
    return rest;
}

void history_load(const char *path, void (*add)(void *context, const char *line), void *context)
{
    struct buf text = {0}, copy = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return;
    flock(fd, LOCK_SH);
    struct span rest = read_tail(fd, &text);
    close(fd);
    while (rest.n) {
        struct span line = take_line(&rest);
        buf_clear(&copy);
        buf_add(&copy, line);
        if (line.n)
            add(context, buf_cstr(&copy));
    }
    buf_release(&text);
    buf_release(&copy);
}

static size_t count_lines(struct span text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        n += text.at[i] == '\n';
    return n;
}

// Leaves the newest lines; with some slack, so that not every line rewrites the file.
static void cut_oldest(int fd)
{
    struct buf text = {0};
    struct span rest = read_tail(fd, &text);
    size_t lines = count_lines(rest);
    bool too_many = lines > HISTORY_LINES + HISTORY_LINES / 4 || lseek(fd, 0, SEEK_END) > FILE_MAX;
    for (; too_many && lines > HISTORY_LINES; lines--)
        take_line(&rest);
    if (too_many && ftruncate(fd, 0) == 0) {
        lseek(fd, 0, SEEK_SET);
        ssize_t written = write(fd, rest.at, rest.n);
        (void)written; // a full disk costs the history, nothing else
    }
    buf_release(&text);
}

void history_append(const char *path, const char *line)
{
    struct buf text = {0};
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (fd < 0)
        return;
    flock(fd, LOCK_EX);
    buf_printf(&text, "%s\n", line);
    ssize_t written = write(fd, text.at, text.n);
    (void)written;
    cut_oldest(fd);
    close(fd);
    buf_release(&text);
}
