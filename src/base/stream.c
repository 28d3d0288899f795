// SPDX-License-Identifier: Apache-2.0
#include "base/stream.h"

int stream_read_all(struct stream *in, size_t max, struct buf *out, struct err *err)
{
    for (;;) {
        if (stream_need(in, 1, err))
            return -1;
        size_t n = stream_have(in);
        if (n == 0)
            return 0;
        if (out->n + n > max)
            return err_set(err, "is larger than %zu MiB", max >> 20);
        buf_add(out, (struct span){(const char *)in->at, n});
        in->at += n;
    }
}

static int memory_more(struct stream *s, uint64_t want, struct err *err)
{
    (void)s, (void)want, (void)err;
    return 0;
}

struct stream stream_memory(struct span bytes)
{
    const unsigned char *at = (const unsigned char *)bytes.at;
    return (struct stream){.at = at, .end = at + bytes.n, .more = memory_more};
}
