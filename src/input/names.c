// SPDX-License-Identifier: Apache-2.0
#include "input/names.h"

#include "base/buf.h"
#include "input/source.h"

#define LIST_MAX ((size_t)256 << 20)

static int read_list(struct reader *in, struct buf *text, struct err *err)
{
    for (;;) {
        if (reader_need(in, 1, err))
            return -1;
        size_t n = reader_have(in);
        if (n == 0)
            return 0;
        if (text->n + n > LIST_MAX)
            return err_set(err, "is larger than %zu MiB", LIST_MAX >> 20);
        buf_add(text, (struct span){(const char *)in->at, n});
        in->at += n;
    }
}

static void split(name_list *names, struct span text, struct arena *arena)
{
    struct span zero = {"", 1};
    struct span end = span_find(text, zero) != SPAN_NOT_FOUND ? zero : SPAN("\n");
    while (text.n) {
        size_t n = span_find(text, end);
        struct span name = n == SPAN_NOT_FOUND ? text : span_upto(text, n);
        if (name.n)
            *vec_push(arena, names) = arena_cstr(arena, name);
        text = n == SPAN_NOT_FOUND ? SPAN("") : span_from(text, n + 1);
    }
}

int names_read(name_list *names, const char *path, struct arena *arena, struct err *err)
{
    struct buf text = {0};
    struct source *source = source_open(path, err);
    int status = source ? read_list(source_reader(source), &text, err) : -1;
    source_close(source);
    if (status == 0)
        split(names, buf_span(&text), arena);
    buf_release(&text);
    return status;
}
