// SPDX-License-Identifier: Apache-2.0
#include "sink/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "sink/deflate.h"
#include "sink/process.h"

enum { BUFFER_SIZE = 64 << 10 };

struct sink {
    struct buf pending;
    struct buf *memory;        // of sink_to_buf
    struct deflater *deflater; // while a gzip stream is written
    int fd;
    struct sink_style style;
    const struct job *job;
    char *pager;            // of sink_to_pager, until it is started
    unsigned screen_lines;  // and what it is started for
    struct process process; // a pager or command that reads what is written
    int fault;              // errno of the first failed write
    char *path, *temporary; // of sink_to_file; temporary is NULL for a device
    bool durable;           // fsync before and after it gets its name
    bool reserved;          // the path is an empty file of our own until then
};

struct sink *sink_to_fd(int fd)
{
    struct sink *s = xcalloc(1, sizeof *s);
    s->fd = fd;
    return s;
}

struct sink *sink_to_pager(const char *pager, unsigned screen_lines)
{
    struct sink *s = sink_to_fd(STDOUT_FILENO);
    s->pager = xstrdup(pager);
    s->screen_lines = screen_lines;
    return s;
}

struct sink *sink_to_command(const char *command, struct err *err)
{
    struct sink *s = sink_to_fd(-1);
    if (process_start(&s->process, command, err)) {
        free(s);
        return NULL;
    }
    s->fd = s->process.to;
    return s;
}

void sink_set_job(struct sink *s, const struct job *job)
{
    s->job = job;
}

const struct job *sink_job(const struct sink *s)
{
    return s->job;
}

void sink_set_style(struct sink *s, struct sink_style style)
{
    s->style = style;
}

const struct sink_style *sink_style(const struct sink *s)
{
    return &s->style;
}

struct sink *sink_to_buf(struct buf *buf)
{
    struct sink *s = xcalloc(1, sizeof *s);
    s->fd = -1;
    s->memory = buf;
    return s;
}

// A new file beside the one that it will replace, with the permissions that any new file gets.
static int create_beside(struct sink *s)
{
    enum { TRIES = 100 };
    for (int i = 0; i < TRIES; i++) {
        uint64_t drawn = 0;
        struct buf name = {0};
        if (getentropy(&drawn, sizeof drawn))
            drawn = (uint64_t)getpid() + (uint64_t)i;
        buf_printf(&name, "%s.%08x", s->path, (unsigned)drawn);
        s->fd = open(buf_cstr(&name), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        free(s->temporary);
        s->temporary = xstrdup(buf_cstr(&name));
        buf_release(&name);
        if (s->fd >= 0 || errno != EEXIST)
            break;
    }
    return s->fd >= 0 ? 0 : -1;
}

static int open_temporary(struct sink *s, struct err *err)
{
    struct stat st;
    bool replaces = stat(s->path, &st) == 0;
    if (create_beside(s))
        return err_output(err, "cannot write '%s': %s", s->path, strerror(errno));
    if (replaces)
        fchmod(s->fd, st.st_mode & 0777);
    return 0;
}

static int open_in_place(struct sink *s, struct err *err)
{
    s->fd = open(s->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    return s->fd < 0 ? err_output(err, "cannot write '%s': %s", s->path, strerror(errno)) : 0;
}

static void free_sink(struct sink *s)
{
    if (s->deflater)
        deflater_abort(s->deflater);
    if (s->path && s->fd >= 0)
        close(s->fd);
    buf_release(&s->pending);
    free(s->pager);
    free(s->path);
    free(s->temporary);
    free(s);
}

struct sink *sink_to_file(const char *path, struct err *err)
{
    struct sink *s = sink_to_fd(-1);
    struct stat st;
    bool exists = stat(path, &st) == 0;
    char *real = exists ? realpath(path, NULL) : NULL; // a link goes on pointing where it points
    s->path = real ? real : xstrdup(path);
    int status;
    if (exists && S_ISDIR(st.st_mode))
        status = err_output(err, "cannot write '%s': is a directory", path);
    else if (exists && !S_ISREG(st.st_mode))
        status = open_in_place(s, err);
    else
        status = open_temporary(s, err);
    if (status) {
        free_sink(s);
        return NULL;
    }
    return s;
}

void sink_set_durable(struct sink *s)
{
    s->durable = true;
}

struct sink *sink_to_new_file(const char *path, bool *exists, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    *exists = fd < 0 && errno == EEXIST;
    if (fd < 0) {
        err_output(err, "cannot write '%s': %s", path, strerror(errno));
        return NULL;
    }
    close(fd);
    struct sink *s = sink_to_file(path, err);
    if (s)
        s->reserved = true;
    else
        unlink(path);
    return s;
}

struct sink *sink_to_numbered_file(const char *prefix, const char *suffix, struct buf *path,
                                   struct err *err)
{
    enum { NAMES_MAX = 1000000 };
    struct sink *s = NULL;
    bool exists = true;
    for (int i = 1; i < NAMES_MAX && exists; i++) {
        buf_clear(path);
        buf_printf(path, "%s%03d%s", prefix, i, suffix);
        s = sink_to_new_file(buf_cstr(path), &exists, err);
    }
    return s;
}

// Waits until an output that does not block takes more, or the job is stopped.
static void wait_writable(const struct sink *s)
{
    struct pollfd either[2] = {{.fd = s->fd, .events = POLLOUT},
                               {.fd = job_wake(s->job), .events = POLLIN}};
    poll(either, 2, -1);
}

static void write_out(struct sink *s, struct span bytes)
{
    while (bytes.n && !s->fault && !job_stopped(s->job)) {
        ssize_t n = write(s->fd, bytes.at, bytes.n);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            wait_writable(s);
        else if (n < 0 && errno != EINTR)
            s->fault = errno;
        if (n > 0)
            bytes = span_from(bytes, (size_t)n);
    }
    if (bytes.n && !s->fault)
        s->fault = EINTR;
}

static void put_out(void *sink, struct span bytes)
{
    struct sink *s = sink;
    if (s->memory)
        buf_add(s->memory, bytes);
    else
        write_out(s, bytes);
}

// What did not fit the buffer, or the screen, goes to the pager; without one it is printed.
static void start_pager(struct sink *s, bool complete)
{
    struct err err;
    size_t lines = 0;
    for (size_t i = 0; i < s->pending.n; i++)
        lines += s->pending.at[i] == '\n';
    if ((!complete || lines > s->screen_lines) && process_start(&s->process, s->pager, &err) == 0)
        s->fd = s->process.to;
    free(s->pager);
    s->pager = NULL;
}

static void flush(struct sink *s, bool complete)
{
    if (s->pager)
        start_pager(s, complete);

    if (s->deflater)
        deflater_write(s->deflater, buf_span(&s->pending));
    else if (s->pending.n)
        put_out(s, buf_span(&s->pending));
    buf_clear(&s->pending);
}

void sink_begin_gzip(struct sink *s)
{
    flush(s, false);
    s->deflater = deflater_new(put_out, s, s->job);
}

void sink_end_gzip(struct sink *s)
{
    flush(s, false);
    deflater_finish(s->deflater);
    s->deflater = NULL;
}

static struct buf *target(struct sink *s)
{
    if (s->memory && !s->deflater)
        return s->memory;
    if (s->pending.n >= BUFFER_SIZE)
        flush(s, false);
    if (s->pending.cap == 0)
        buf_room(&s->pending, BUFFER_SIZE);
    return &s->pending;
}

void sink_write(struct sink *s, struct span bytes)
{
    struct buf *b = target(s);
    if (b == &s->pending && !s->deflater && bytes.n >= BUFFER_SIZE) {
        flush(s, false);
        write_out(s, bytes);
        return;
    }
    buf_add(b, bytes);
}

void sink_putc(struct sink *s, char c)
{
    buf_addc(target(s), c);
}

void sink_fill(struct sink *s, char c, size_t times)
{
    buf_fill(target(s), c, times);
}

void sink_printf(struct sink *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vprintf(target(s), format, args);
    va_end(args);
}

bool sink_is_shut(const struct sink *s)
{
    return s->fault != 0;
}

static void remove_traces(const struct sink *s)
{
    if (s->temporary)
        unlink(s->temporary);
    if (s->reserved)
        unlink(s->path);
}

// Makes a file outlive a loss of power: its bytes, then its name.
static int sync_file(const struct sink *s)
{
    char *path = xstrdup(s->path); // of which dirname makes the folder's
    int fd = open(dirname(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int status = fd < 0 || (fsync(fd) && errno != EINVAL && errno != EROFS);
    if (fd >= 0)
        close(fd);
    free(path);
    return status;
}

static int finish_file(struct sink *s, struct err *err)
{
    bool durable = s->durable && s->temporary;
    if (s->fault == 0 && durable && fsync(s->fd))
        s->fault = errno;
    if (s->fault == 0 && close(s->fd))
        s->fault = errno;
    s->fd = s->fault ? s->fd : -1;
    if (s->fault == 0 && s->temporary && rename(s->temporary, s->path))
        s->fault = errno;
    if (s->fault == 0 && durable && sync_file(s))
        return err_output(err, "cannot write '%s' durably: %s", s->path, strerror(errno));
    if (s->fault == 0)
        return 0;
    remove_traces(s);
    return err_output(err, "cannot write '%s': %s", s->path, strerror(s->fault));
}

int sink_finish(struct sink *s, struct err *err)
{
    int status = 0;
    flush(s, true);
    if (s->process.pid)
        process_end(&s->process);
    if (s->path)
        status = finish_file(s, err);
    else if (s->fault && s->fault != EPIPE && s->fault != EINTR)
        status = err_output(err, "cannot write the report: %s", strerror(s->fault));
    free_sink(s);
    return status;
}

void sink_abort(struct sink *s)
{
    remove_traces(s);
    if (s->process.pid)
        process_end(&s->process);
    free_sink(s);
}
