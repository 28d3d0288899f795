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

// The surest one, or NULL, and how sure it is.
static const struct reader *find_reader(const struct head *head, unsigned *sure)
{
    const struct reader *best = NULL;
    *sure = 0;
    for (size_t i = 0; readers[i]; i++) {
        unsigned score = readers[i]->probe(head);
        if (score > *sure) {
            *sure = score;
            best = readers[i];
        }
    }
    return best;
}

int profile_read(struct profile *out, struct stream *in, const struct read_options *options,
                 const struct job *job, struct err *err)
{
    struct reading r = {in, options, job, err};
    size_t want = probe_size();
    unsigned sure;
    if (stream_need(in, want, err))
        return -1;
    struct head head = {{(const char *)in->at, stream_have(in)}, stream_have(in) < want};
    if (head.bytes.n == 0)
        return err_set(err, "empty file");
    const struct reader *best = find_reader(&head, &sure);
    if (sure < PROBE_CERTAIN && foreign_tell(&head, err))
        return -1;
    return best ? best->read(out, &r) : err_set(err, "is not a profile that cprof can read");
}

const struct reader *profile_reader(struct stream *in, struct err *err)
{
    size_t want = probe_size();
    unsigned sure;
    if (stream_need(in, want, err))
        return NULL;
    struct head head = {{(const char *)in->at, stream_have(in)}, stream_have(in) < want};
    return find_reader(&head, &sure);
}
