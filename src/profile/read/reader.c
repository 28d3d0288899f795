// SPDX-License-Identifier: Apache-2.0
#include "profile/read/reader.h"

#include "profile/read/foreign.h"

const struct reader *const readers[] = {
    &reader_contention,
    &reader_cpu,
    &reader_folded,
    &reader_gocount,
    &reader_godump,
    &reader_heap,
    &reader_java,
    &reader_jemalloc,
    &reader_perf,
    &reader_proto,
    &reader_thread,
    &reader_v8,
    NULL,
};

static size_t probe_size(void)
{
    size_t size = FOREIGN_PROBE_SIZE;
    for (size_t i = 0; readers[i]; i++)
        size = readers[i]->probe_size > size ? readers[i]->probe_size : size;
    return size;
}

// What a stream begins with, which reader is the surest of it (NULL: none is) and how sure.
struct choice {
    struct head head;
    const struct reader *best;
    unsigned sure;
};

static int choose(struct choice *c, struct stream *in, struct err *err)
{
    size_t want = probe_size();
    *c = (struct choice){.best = NULL};
    if (stream_need(in, want, err))
        return -1;
    c->head = (struct head){{(const char *)in->at, stream_have(in)}, stream_have(in) < want};
    // Of a hundred thousand files nearly all are protobufs, which no other reader takes for its
    // own.
    c->sure = reader_proto.probe(&c->head);
    c->best = c->sure ? &reader_proto : NULL;
    if (c->sure >= PROBE_CERTAIN)
        return 0;
    for (size_t i = 0; readers[i]; i++) {
        unsigned sure = readers[i]->probe(&c->head);
        if (sure > c->sure) {
            c->sure = sure;
            c->best = readers[i];
        }
    }
    return 0;
}

int profile_read(struct profile *out, struct stream *in, const struct read_options *options,
                 const struct job *job, struct err *err)
{
    enum { UNKNOWN = 1 };
    struct reading r = {in, options, job, err};
    struct choice c;
    if (choose(&c, in, err))
        return -1;
    if (c.head.bytes.n == 0)
        return err_set(err, "empty file");
    if (c.sure < PROBE_CERTAIN && foreign_tell(&c.head, err))
        return -1;
    if (!c.best)
        return err_set(err, "is not a profile of any kind that is known");
    int status = c.best->read(out, &r);
    if (status && c.sure <= UNKNOWN)
        err_wrap(err, "is not a profile of any kind that is known; as a protobuf");
    return status;
}

const struct reader *profile_reader(struct stream *in, struct err *err)
{
    struct choice c;
    return choose(&c, in, err) ? NULL : c.best;
}
