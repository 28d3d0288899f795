// SPDX-License-Identifier: Apache-2.0
// Input: any file. What a reader of the table takes is written as protobuf, and that is read again.
#include "base/buf.h"
#include "fuzz.h"
#include "profile/encode.h"
#include "profile/read/lines.h"
#include "profile/read/memstats.h"
#include "profile/read/proto.h"
#include "profile/read/reader.h"
#include "../unit/support.h"
#include "wellformed.h"

static void put(void *context, struct span bytes)
{
    buf_add(context, bytes);
}

static void read_again(const struct profile *p)
{
    struct buf bytes = {0};
    struct profile again;
    struct err err;
    profile_encode(p, 1, put, &bytes);
    struct stream memory = stream_memory(buf_span(&bytes));
    profile_init(&again);
    if (bytes.n) {
        FUZZ_CHECK(profile_decode(&again, &memory, NULL, NULL, &err) == 0);
        FUZZ_CHECK(again.n_samples == p->n_samples);
    }
    profile_release(&again);
    buf_release(&bytes);
}

static void read_profile(struct span bytes, const struct read_options *options)
{
    struct profile p;
    struct err err;
    struct memory_stream in;
    memory_stream_init(&in, bytes, 0);
    profile_init(&p);
    if (profile_read(&p, &in.base, options, NULL, &err) == 0) {
        check_wellformed(&p);
        read_again(&p);
    }
    profile_release(&p);
    memory_stream_release(&in);
}

static void read_memstats(struct span bytes)
{
    struct memstats m;
    struct err err;
    struct memory_stream in;
    memory_stream_init(&in, bytes, 0);
    memstats_read(&m, &in.base, NULL, &err);
    memory_stream_release(&in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = fuzz_span(data, size);
    read_profile(bytes, &(struct read_options){.comments = true, .created_by = CREATED_BY_ROOT});
    read_profile(bytes, &(struct read_options){.comments = false, .created_by = CREATED_BY_LABEL});
    read_memstats(bytes);
    return 0;
}
