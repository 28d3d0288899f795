// SPDX-License-Identifier: Apache-2.0
#include "input/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "input/window.h"

struct file_stream {
    struct stream base;
    struct window window;
    int fd;
    bool stalls; // may have nothing to read for a while
    const struct job *job;
};

// Waits until there is something to read, or the job has ended.
static int wait_readable(const struct file_stream *f, struct err *err)
{
    struct pollfd either[2] = {{.fd = f->fd, .events = POLLIN},
                               {.fd = job_wake(f->job), .events = POLLIN}};
    do {
        if (job_check(f->job, err))
            return -1;
    } while (f->stalls && poll(either, 2, job_wait_ms(f->job)) <= 0);
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
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n < 0)
            return err_lost(err, "%s", strerror(errno));
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

static bool claims(const char *place)
{
    (void)place;
    return true;
}

static const char *path_of(const char *place)
{
    return strncasecmp(place, "file://", 7) == 0 && access(place, F_OK) ? place + 7 : place;
}

static unsigned flags(const char *place)
{
    enum { LARGE = 8 << 20 };
    struct stat st;
    if (stat(path_of(place), &st))
        return 0; // opening it will tell
    if (!S_ISREG(st.st_mode))
        return SOURCE_STALLS | SOURCE_ONCE;
    return st.st_size < LARGE ? 0 : SOURCE_LARGE;
}

static struct stream *open_file(const char *place, struct fetcher *fetcher, const struct job *job,
                                struct err *err)
{
    struct stat st;
    (void)fetcher;
    // Opening must not wait for the other end of a pipe, which the job could not end.
    bool pipe = stat(path_of(place), &st) == 0 && S_ISFIFO(st.st_mode);
    int fd = open(path_of(place), O_RDONLY | O_CLOEXEC | O_NOCTTY | (pipe ? O_NONBLOCK : 0));
    if (fd < 0) {
        err_set(err, "%s", strerror(errno));
        return NULL;
    }
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        close(fd);
        err_set(err, "is a directory");
        return NULL;
    }
    return file_stream_new(fd, job);
}

static void close_file(struct stream *s)
{
    close(((struct file_stream *)s)->fd);
    file_stream_free(s);
}

const struct source_kind source_file = {"file", claims, flags, open_file, close_file, NULL};

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
