// SPDX-License-Identifier: Apache-2.0
#include "sink/deflate.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/xalloc.h"

enum { GZIP_ONLY = 16, MEM_LEVEL = 8, OUT_SIZE = 64 << 10 };

struct deflater {
    z_stream z;
    void (*put)(void *context, struct span bytes);
    void *context;
    unsigned char out[OUT_SIZE];
};

struct deflater *deflater_new(void (*put)(void *context, struct span bytes), void *context)
{
    struct deflater *d = xcalloc(1, sizeof *d);
    d->put = put;
    d->context = context;
    if (deflateInit2(&d->z, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + GZIP_ONLY, MEM_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        abort(); // the arguments are constants, so memory is all that can lack
    return d;
}

static void run(struct deflater *d, int flush)
{
    do {
        d->z.next_out = d->out;
        d->z.avail_out = OUT_SIZE;
        deflate(&d->z, flush);
        d->put(d->context, (struct span){(const char *)d->out, OUT_SIZE - d->z.avail_out});
    } while (d->z.avail_out == 0);
}

void deflater_write(struct deflater *d, struct span bytes)
{
    while (bytes.n) {
        size_t n = bytes.n > UINT_MAX ? UINT_MAX : bytes.n;
        d->z.next_in = (unsigned char *)bytes.at;
        d->z.avail_in = (uInt)n;
        run(d, Z_NO_FLUSH);
        bytes = span_from(bytes, n);
    }
}

void deflater_finish(struct deflater *d)
{
    run(d, Z_FINISH);
    deflater_abort(d);
}

void deflater_abort(struct deflater *d)
{
    deflateEnd(&d->z);
    free(d);
}
