// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_BUF_H
#define CPROF_BASE_BUF_H

#include <stdarg.h>

#include "base/span.h"

// Bytes that are owned and grow. All zeros is empty.
struct buf {
    char *at;
    size_t n, cap;
};

void buf_release(struct buf *b);

static inline void buf_clear(struct buf *b)
{
    b->n = 0;
}

static inline struct span buf_span(const struct buf *b)
{
    return (struct span){b->at, b->n};
}

// Makes room for n more bytes and returns where they go; n is not counted yet.
char *buf_room(struct buf *b, size_t n);

void buf_add(struct buf *b, struct span text);
void buf_addc(struct buf *b, char c);
void buf_fill(struct buf *b, char c, size_t times);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *format, va_list args);

// The content with a zero byte after it, valid until the next change.
const char *buf_cstr(struct buf *b);

#endif
