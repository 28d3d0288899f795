// SPDX-License-Identifier: Apache-2.0
#include "gen_out.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { WIRE_VARINT = 0, WIRE_BYTES = 2, BUFFER_SIZE = 1 << 20 };

struct out {
    const char *path;
    gzFile file;
};

static _Noreturn void fail(const char *path, const char *what)
{
    fprintf(stderr, "gen_profile: cannot write '%s': %s\n", path, what);
    exit(1);
}

static void room(const struct message *m, size_t n)
{
    if (n > sizeof m->at - m->n)
        fail("message", "too large");
}

void message_varint(struct message *m, uint64_t value)
{
    room(m, 10);
    for (; value >= 0x80; value >>= 7)
        m->at[m->n++] = (uint8_t)(value | 0x80);
    m->at[m->n++] = (uint8_t)value;
}

void message_bytes(struct message *m, unsigned field, const void *bytes, size_t n)
{
    message_varint(m, field << 3 | WIRE_BYTES);
    message_varint(m, n);
    room(m, n);
    if (n)
        memcpy(m->at + m->n, bytes, n);
    m->n += n;
}

void message_number(struct message *m, unsigned field, uint64_t value)
{
    if (!value)
        return;
    message_varint(m, field << 3 | WIRE_VARINT);
    message_varint(m, value);
}

struct out *out_open(const char *path, int level)
{
    size_t n = strlen(path);
    char mode[8] = "wbT"; // T: as it is
    if (n > 3 && strcmp(path + n - 3, ".gz") == 0)
        snprintf(mode, sizeof mode, "wb%d", level);
    struct out *o = malloc(sizeof *o);
    if (!o)
        fail(path, "out of memory");
    *o = (struct out){path, gzopen(path, mode)};
    if (!o->file)
        fail(path, strerror(errno));
    gzbuffer(o->file, BUFFER_SIZE);
    return o;
}

static void write_all(struct out *o, const void *bytes, size_t n)
{
    if (n && gzwrite(o->file, bytes, (unsigned)n) <= 0)
        fail(o->path, strerror(errno));
}

void out_bytes(struct out *o, unsigned field, const void *bytes, size_t n)
{
    struct message head;
    head.n = 0; // the rest need not be cleared
    message_varint(&head, field << 3 | WIRE_BYTES);
    message_varint(&head, n);
    write_all(o, head.at, head.n);
    write_all(o, bytes, n);
}

void out_number(struct out *o, unsigned field, uint64_t value)
{
    struct message m;
    m.n = 0;
    message_number(&m, field, value);
    write_all(o, m.at, m.n);
}

void out_close(struct out *o)
{
    if (gzclose(o->file) != Z_OK)
        fail(o->path, strerror(errno));
    free(o);
}
