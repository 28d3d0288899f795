// SPDX-License-Identifier: Apache-2.0
#include "input/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/parallel.h"
#include "base/xalloc.h"
#include "input/ahead.h"
#include "input/window.h"

struct file_reader {
    struct reader base;
    struct window window;
    int fd;
};

struct source {
    int fd;
    struct reader *file;
    struct reader *inflated; // NULL where the bytes are bare
    struct reader *ahead;    // NULL where that is not read ahead
};

static int file_more(struct reader *r, uint64_t want, struct err *err)
{
    struct file_reader *f = (struct file_reader *)r;
    while (reader_have(r) < want) {
        size_t room = window_room(&f->window, r, want);
        ssize_t n = read(f->fd, f->window.bytes + reader_have(r), room);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(err, "%s", strerror(errno));
        if (n == 0)
            break;
        r->end += n;
    }
    return 0;
}

struct reader *file_reader_new(int fd)
{
    struct file_reader *f = xcalloc(1, sizeof *f);
    f->base.more = file_more;
    f->fd = fd;
    return &f->base;
}

void file_reader_free(struct reader *r)
{
    if (!r)
        return;
    window_release(&((struct file_reader *)r)->window);
    free(r);
}

static int open_path(const char *path, struct err *err)
{
    if (strcmp(path, "-") == 0)
        return STDIN_FILENO;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return err_set(err, "%s", strerror(errno));
    struct stat st;
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        close(fd);
        return err_set(err, "is a directory");
    }
    return fd;
}

bool source_is_program(const char *path)
{
    char magic[4];
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    bool regular = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    bool program = regular && read(fd, magic, sizeof magic) == sizeof magic &&
                   memcmp(magic, "\177ELF", sizeof magic) == 0;
    if (fd >= 0)
        close(fd);
    return program;
}

// Reading a regular file always ends soon.
static bool may_read_ahead(int fd)
{
    struct stat st;
    return parallel_threads() > 1 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

struct source *source_open(const char *path, struct err *err)
{
    int fd = open_path(path, err);
    if (fd < 0)
        return NULL;
    struct source *s = xcalloc(1, sizeof *s);
    s->fd = fd;
    s->file = file_reader_new(fd);
    if (reader_need(s->file, 2, err)) {
        source_close(s);
        return NULL;
    }
    const unsigned char *at = s->file->at;
    if (reader_have(s->file) >= 2 && at[0] == 0x1f && at[1] == 0x8b)
        s->inflated = inflate_reader_new(s->file, inflater_best());
    if (s->inflated && may_read_ahead(fd))
        s->ahead = ahead_reader_new(s->inflated);
    return s;
}

void source_close(struct source *s)
{
    if (!s)
        return;
    ahead_reader_free(s->ahead);
    inflate_reader_free(s->inflated);
    file_reader_free(s->file);
    if (s->fd != STDIN_FILENO)
        close(s->fd);
    free(s);
}

struct reader *source_reader(struct source *s)
{
    if (s->ahead)
        return s->ahead;
    return s->inflated ? s->inflated : s->file;
}

static int read_all(struct reader *in, size_t max, struct buf *out, struct err *err)
{
    for (;;) {
        if (reader_need(in, 1, err))
            return -1;
        size_t n = reader_have(in);
        if (n == 0)
            return 0;
        if (out->n + n > max)
            return err_set(err, "is larger than %zu MiB", max >> 20);
        buf_add(out, (struct span){(const char *)in->at, n});
        in->at += n;
    }
}

int source_read_all(const char *path, size_t max, struct buf *out, struct err *err)
{
    struct source *source = source_open(path, err);
    int status = source ? read_all(source_reader(source), max, out, err) : -1;
    source_close(source);
    return status;
}
