// SPDX-License-Identifier: Apache-2.0
#include "profile/encode.h"

#include "check.h"
#include "folded.h"
#include "profile/read/reader.h"

static void put(void *context, struct span bytes)
{
    buf_add(context, bytes);
}

static void read_back(struct profile *p, struct buf *bytes)
{
    struct err err = {0};
    struct read_options options = {0};
    struct stream in = stream_memory(buf_span(bytes));
    profile_init(p);
    CHECK_INT(profile_read(p, &in, &options, NULL, &err), 0);
    CHECK_STR(err.text, "");
}

static void what_is_written_is_read(void)
{
    static const char text[] = "main;read;parse 4\nmain;read 200\nmain -3\n";
    struct buf once = {0}, twice = {0};
    struct profile p, again;
    folded_read(&p, text);
    p.time_nanos = 17;
    p.duration_nanos = 1000;
    profile_encode(&p, 1, put, &once);
    read_back(&again, &once);
    CHECK_STR(folded_show(&again), text);
    CHECK_INT(again.time_nanos, 17);
    CHECK_INT(again.duration_nanos, 1000);
    profile_encode(&again, 1, put, &twice);
    CHECK(span_eq(buf_span(&once), buf_span(&twice)));
    profile_release(&again);
    profile_release(&p);
    buf_release(&once);
    buf_release(&twice);
}

static void fractions_are_cut_off(void)
{
    struct buf bytes = {0};
    struct profile p, half;
    folded_read(&p, "a 5\nb -5\n");
    profile_encode(&p, 0.5, put, &bytes);
    read_back(&half, &bytes);
    CHECK_STR(folded_show(&half), "a 2\nb -2\n");
    profile_release(&half);
    profile_release(&p);
    buf_release(&bytes);
}

CHECK_MAIN(CASE(what_is_written_is_read), CASE(fractions_are_cut_off))
