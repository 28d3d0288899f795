// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "input/source.h"

static bool claims(const char *place)
{
    return strcmp(place, "-") == 0;
}

static unsigned flags(const char *place)
{
    (void)place;
    return SOURCE_ONCE | SOURCE_STALLS;
}

static struct stream *open_stdin(const char *place, struct fetcher *fetcher, const struct job *job,
                                 struct err *err)
{
    (void)place;
    (void)fetcher;
    (void)err;
    return file_stream_new(STDIN_FILENO, job);
}

static void show(const char *place, struct buf *out)
{
    (void)place;
    buf_add(out, SPAN("standard input"));
}

const struct source_kind source_stdin = {"stdin",    claims,           flags,
                                         open_stdin, file_stream_free, show};
