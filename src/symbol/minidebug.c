// SPDX-License-Identifier: Apache-2.0
#include "symbol/minidebug.h"

#include <stdint.h>

#ifndef CPROF_STATIC

#include <pthread.h>

#include "base/library.h"

// lzma_stream_buffer_decode of liblzma (lzma/container.h), which is loaded when it is needed: few
// programs have such a section.
typedef int (*decode)(uint64_t *memory, uint32_t flags, const void *allocator, const uint8_t *in,
                      size_t *in_at, size_t in_size, uint8_t *out, size_t *out_at, size_t out_size);

enum { LZMA_OK = 0, LZMA_BUF_ERROR = 10 };

static decode decoder;

static void load(void)
{
    static const char *const files[] = {"liblzma.so.5", NULL};
    static const struct library_function function = {"lzma_stream_buffer_decode", 0};
    struct err ignored;
    library_load(files, &function, 1, &decoder, &ignored);
}

bool minidebug_unpack(struct span packed, struct buf *out)
{
    enum { FIRST = 1 << 20, OUTPUT_MAX = 256 << 20, MEMORY_MAX = 128 << 20 };
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    // How much comes out is not written anywhere that can be trusted.
    for (size_t size = FIRST; decoder && size <= OUTPUT_MAX; size *= 4) {
        uint64_t memory = MEMORY_MAX;
        size_t in_at = 0, out_at = 0;
        uint8_t *room = (uint8_t *)buf_room(out, size);
        int status = decoder(&memory, 0, NULL, (const uint8_t *)packed.at, &in_at, packed.n, room,
                             &out_at, size);
        if (status == LZMA_OK)
            out->n += out_at;
        if (status != LZMA_BUF_ERROR)
            return status == LZMA_OK;
    }
    return false;
}

#else

bool minidebug_unpack(struct span packed, struct buf *out)
{
    (void)packed, (void)out;
    return false;
}

#endif
