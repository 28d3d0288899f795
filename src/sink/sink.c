// SPDX-License-Identifier: Apache-2.0
#include "sink/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "sink/deflate.h"

enum { BUFFER_SIZE = 64 << 10 };

struct sink {
    struct buf pending;
    struct buf *memory;        // of sink_to_buf
    struct deflater *deflater; // while a gzip stream is written
    int fd;
    bool terminal;
    int fault;              // errno of the first failed write
    char *path, *temporary; // of sink_to_file; temporary is NULL for a device
};

struct sink *sink_to_fd(int fd)
{
    struct sink *s = xcalloc(1, sizeof *s);
    s->fd = fd;
    s->terminal = isatty(fd);
    return s;
}

bool sink_is_terminal(const struct sink *s)
{
    return s->terminal;
}

struct sink *sink_to_buf(struct buf *buf)
{
    struct sink *s = xcalloc(1, sizeof *s);
    s->fd = -1;
    s->memory = buf;
    return s;
}

// The permissions that a new file would have, or those of the file that is replaced.
static mode_t mode_for(const char *path)
{
    struct stat st;
    if (stat(path, &st) == 0)
        return st.st_mode & 0777;
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

static int open_temporary(struct sink *s, struct err *err)
{
    struct buf name = {0};
    buf_printf(&name, "%s.XXXXXX", s->path);
    s->temporary = xstrdup(buf_cstr(&name));
    buf_release(&name);
    mode_t mode = mode_for(s->path);
    s->fd = mkostemp(s->temporary, O_CLOEXEC);
    if (s->fd < 0)
        return err_set(err, "cannot write '%s': %s", s->path, strerror(errno));
    fchmod(s->fd, mode);
    return 0;
}

static int open_in_place(struct sink *s, struct err *err)
{
    s->fd = open(s->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    return s->fd < 0 ? err_set(err, "cannot write '%s': %s", s->path, strerror(errno)) : 0;
}

static void free_sink(struct sink *s)
{
    if (s->deflater)
        deflater_abort(s->deflater);
    if (s->path && s->fd >= 0)
        close(s->fd);
    buf_release(&s->pending);
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
        status = err_set(err, "cannot write '%s': is a directory", path);
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

static void write_out(struct sink *s, struct span bytes)
{
    while (bytes.n && !s->fault) {
        ssize_t n = write(s->fd, bytes.at, bytes.n);
        if (n < 0 && errno != EINTR)
            s->fault = errno;
        if (n > 0)
            bytes = span_from(bytes, (size_t)n);
    }
}

static void put_out(void *sink, struct span bytes)
{
    struct sink *s = sink;
    if (s->memory)
        buf_add(s->memory, bytes);
    else
        write_out(s, bytes);
}

static void flush(struct sink *s)
{
    if (s->deflater)
        deflater_write(s->deflater, buf_span(&s->pending));
    else if (s->pending.n)
        put_out(s, buf_span(&s->pending));
    buf_clear(&s->pending);
}

void sink_begin_gzip(struct sink *s)
{
    flush(s);
    s->deflater = deflater_new(put_out, s);
}

void sink_end_gzip(struct sink *s)
{
    flush(s);
    deflater_finish(s->deflater);
    s->deflater = NULL;
}

static struct buf *target(struct sink *s)
{
    if (s->memory && !s->deflater)
        return s->memory;
    if (s->pending.n >= BUFFER_SIZE)
        flush(s);
    return &s->pending;
}

void sink_write(struct sink *s, struct span bytes)
{
    struct buf *b = target(s);
    if (b == &s->pending && !s->deflater && bytes.n >= BUFFER_SIZE) {
        flush(s);
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

static int finish_file(struct sink *s, struct err *err)
{
    if (s->fault == 0 && close(s->fd))
        s->fault = errno;
    s->fd = s->fault ? s->fd : -1;
    if (s->fault == 0 && s->temporary && rename(s->temporary, s->path))
        s->fault = errno;
    if (s->fault == 0)
        return 0;
    if (s->temporary)
        unlink(s->temporary);
    return err_set(err, "cannot write '%s': %s", s->path, strerror(s->fault));
}

int sink_finish(struct sink *s, struct err *err)
{
    int status = 0;
    flush(s);
    if (s->path)
        status = finish_file(s, err);
    else if (s->fault && s->fault != EPIPE)
        status = err_set(err, "cannot write the report: %s", strerror(s->fault));
    free_sink(s);
    return status;
}

void sink_abort(struct sink *s)
{
    if (s->temporary)
        unlink(s->temporary);
    free_sink(s);
}
