// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"

void buf_release(struct buf *b)
{
    free(b->at);
    *b = (struct buf){0};
}

char *buf_room(struct buf *b, size_t n)
{
    if (b->cap - b->n < n) {
        size_t grown = b->cap + b->cap / 2 + 64;
        b->cap = grown - b->n < n ? b->n + n : grown;
        b->at = xrealloc(b->at, b->cap);
    }
    return b->at + b->n;
}

void buf_add(struct buf *b, struct span text)
{
    if (text.n == 0)
        return;
    memcpy(buf_room(b, text.n), text.at, text.n);
    b->n += text.n;
}

void buf_addc(struct buf *b, char c)
{
    *buf_room(b, 1) = c;
    b->n++;
}

void buf_fill(struct buf *b, char c, size_t times)
{
    if (times == 0)
        return; // there may be no memory yet
    memset(buf_room(b, times), c, times);
    b->n += times;
}

void buf_vprintf(struct buf *b, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    if (n > 0) {
        vsnprintf(buf_room(b, (size_t)n + 1), (size_t)n + 1, format, again);
        b->n += (size_t)n;
    }
    va_end(again);
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vprintf(b, format, args);
    va_end(args);
}

const char *buf_cstr(struct buf *b)
{
    *buf_room(b, 1) = '\0';
    return b->at;
}
