// SPDX-License-Identifier: Apache-2.0
#include "input/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/parallel.h"
#include "base/xalloc.h"
#include "input/ahead.h"
#include "input/window.h"

struct file_stream {
    struct stream base;
    struct window window;
    int fd;
    bool stalls; // may have nothing to read for a while
    const struct job *job;
};

struct source {
    int fd;
    struct stream *file;
    struct stream *inflated; // NULL where the bytes are bare
    struct stream *ahead;    // NULL where that is not read ahead
};

// Waits until there is something to read, or the job has ended.
static int wait_readable(const struct file_stream *f, struct err *err)
{
    struct pollfd either[2] = {{.fd = f->fd, .events = POLLIN},
                               {.fd = job_wake(f->job), .events = POLLIN}};
    do {
        if (job_check(f->job, err))
            return -1;
    } while (f->stalls && f->job && poll(either, 2, job_wait_ms(f->job)) <= 0);
    return job_check(f->job, err);
}

static int file_more(struct stream *r, uint64_t want, struct err *err)
{
    struct file_stream *f = (struct file_stream *)r;
    while (stream_have(r) < want) {
        if (wait_readable(f, err))
            return -1;
        size_t room = window_room(&f->window, r, want);
        ssize_t n = read(f->fd, f->window.bytes + stream_have(r), room);
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

struct stream *file_stream_new(int fd, const struct job *job)
{
    struct stat st;
    struct file_stream *f = xcalloc(1, sizeof *f);
    f->base.more = file_more;
    f->fd = fd;
    f->stalls = fstat(fd, &st) || !S_ISREG(st.st_mode);
    f->job = job;
    return &f->base;
}

void file_stream_free(struct stream *r)
{
    if (!r)
        return;
    window_release(&((struct file_stream *)r)->window);
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
static bool may_read_ahead(int fd, const struct job *job)
{
    struct stat st;
    return parallel_threads(job) > 1 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

struct source *source_open(const char *path, const struct job *job, struct err *err)
{
    int fd = open_path(path, err);
    if (fd < 0)
        return NULL;
    struct source *s = xcalloc(1, sizeof *s);
    s->fd = fd;
    s->file = file_stream_new(fd, job);
    if (stream_need(s->file, 2, err)) {
        source_close(s);
        return NULL;
    }
    const unsigned char *at = s->file->at;
    if (stream_have(s->file) >= 2 && at[0] == 0x1f && at[1] == 0x8b)
        s->inflated = inflate_stream_new(s->file, inflater_best());
    if (s->inflated && may_read_ahead(fd, job))
        s->ahead = ahead_stream_new(s->inflated);
    return s;
}

void source_close(struct source *s)
{
    if (!s)
        return;
    ahead_stream_free(s->ahead);
    inflate_stream_free(s->inflated);
    file_stream_free(s->file);
    if (s->fd != STDIN_FILENO)
        close(s->fd);
    free(s);
}

struct stream *source_stream(struct source *s)
{
    if (s->ahead)
        return s->ahead;
    return s->inflated ? s->inflated : s->file;
}

static int read_all(struct stream *in, size_t max, struct buf *out, struct err *err)
{
    for (;;) {
        if (stream_need(in, 1, err))
            return -1;
        size_t n = stream_have(in);
        if (n == 0)
            return 0;
        if (out->n + n > max)
            return err_set(err, "is larger than %zu MiB", max >> 20);
        buf_add(out, (struct span){(const char *)in->at, n});
        in->at += n;
    }
}

int source_read_all(const char *path, size_t max, struct buf *out, const struct job *job,
                    struct err *err)
{
    struct source *source = source_open(path, job, err);
    int status = source ? read_all(source_stream(source), max, out, err) : -1;
    source_close(source);
    return status;
}
