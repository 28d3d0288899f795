// SPDX-License-Identifier: Apache-2.0
#include "sink/deflate.h"

#include <stdlib.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/pipeline.h"
#include "base/xalloc.h"

enum { MEM_LEVEL = 8, OUT_STEP = 64 << 10 };

// What is compressed apart from the rest, always: so that the bytes do not tell how many threads
// there were. Smaller ones compress less well, since each begins with an empty window.
enum { BLOCK_SIZE = 512 << 10 };

struct block {
    struct buf in, out;
    z_stream z; // state is NULL: not begun yet
    uLong crc;
    bool last;
};

struct deflater {
    void (*put)(void *context, struct span bytes);
    void *context;
    struct pipeline *pipeline;
    struct block blocks[PIPELINE_SLOTS_MAX];
    struct block *block; // that is being filled
    uLong crc, size;     // of all that was taken
};

static void reset_stream(struct block *b)
{
    int status = b->z.state ? deflateReset(&b->z)
                            : deflateInit2(&b->z, Z_BEST_SPEED, Z_DEFLATED, -MAX_WBITS, MEM_LEVEL,
                                           Z_DEFAULT_STRATEGY);
    if (status != Z_OK)
        abort(); // the arguments are constants, so memory is all that can lack
}

// A block that is not the last ends on a whole byte.
static void compress_block(void *deflater, unsigned slot)
{
    struct block *b = &((struct deflater *)deflater)->blocks[slot];
    reset_stream(b);
    b->crc = crc32_z(0, (const unsigned char *)b->in.at, b->in.n);
    b->z.next_in = (unsigned char *)b->in.at;
    b->z.avail_in = (uInt)b->in.n;
    buf_clear(&b->out);
    do {
        b->z.next_out = (unsigned char *)buf_room(&b->out, OUT_STEP);
        b->z.avail_out = OUT_STEP;
        deflate(&b->z, b->last ? Z_FINISH : Z_SYNC_FLUSH);
        b->out.n += OUT_STEP - b->z.avail_out;
    } while (b->z.avail_out == 0);
}

static void take_block(void *deflater, unsigned slot)
{
    struct deflater *d = deflater;
    const struct block *b = &d->blocks[slot];
    d->crc = crc32_combine(d->crc, b->crc, (z_off_t)b->in.n);
    d->size += b->in.n;
    d->put(d->context, buf_span(&b->out));
}

static void next_block(struct deflater *d)
{
    d->block = &d->blocks[pipeline_next(d->pipeline)];
    buf_clear(&d->block->in);
}

struct deflater *deflater_new(void (*put)(void *context, struct span bytes), void *context,
                              const struct job *job)
{
    // RFC 1952: no flags, no time, the fastest algorithm, Unix.
    static const struct span header = SPAN("\x1f\x8b\x08\0\0\0\0\0\x04\x03");
    struct deflater *d = xcalloc(1, sizeof *d);
    d->put = put;
    d->context = context;
    d->crc = crc32_z(0, NULL, 0);
    d->pipeline = pipeline_new(&(struct pipeline_calls){compress_block, take_block, d}, job);
    d->put(d->context, header);
    next_block(d);
    return d;
}

void deflater_write(struct deflater *d, struct span bytes)
{
    while (bytes.n) {
        if (d->block->in.n == BLOCK_SIZE) {
            pipeline_push(d->pipeline);
            next_block(d);
        }
        size_t room = BLOCK_SIZE - d->block->in.n, n = bytes.n < room ? bytes.n : room;
        buf_add(&d->block->in, span_upto(bytes, n));
        bytes = span_from(bytes, n);
    }
}

static void put_number(struct deflater *d, uLong value)
{
    char bytes[4];
    for (int i = 0; i < 4; i++)
        bytes[i] = (char)(value >> 8 * i & 0xff);
    d->put(d->context, (struct span){bytes, sizeof bytes});
}

void deflater_finish(struct deflater *d)
{
    d->block->last = true;
    pipeline_push(d->pipeline);
    pipeline_drain(d->pipeline);
    put_number(d, d->crc);
    put_number(d, d->size);
    deflater_abort(d);
}

void deflater_abort(struct deflater *d)
{
    pipeline_free(d->pipeline);
    for (unsigned i = 0; i < PIPELINE_SLOTS_MAX; i++) {
        struct block *b = &d->blocks[i];
        if (b->z.state)
            deflateEnd(&b->z);
        buf_release(&b->in);
        buf_release(&b->out);
    }
    free(d);
}
