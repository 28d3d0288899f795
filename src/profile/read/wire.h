// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_READ_WIRE_H
#define CPROF_PROFILE_READ_WIRE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/span.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

// The protobuf wire format: https://protobuf.dev/programming-guides/encoding

enum { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };
enum { VARINT_MAX = 10 };

// The rest of a message. After its end, up to the limit, are bytes that may be read in passing.
struct wire {
    const unsigned char *at, *end, *limit;
};

struct wire_field {
    uint32_t number;
    unsigned type;
    uint64_t value;    // of WIRE_VARINT
    struct wire bytes; // of WIRE_BYTES
};

// Takes a varint of at most n bytes, one by one. 0, or -1 where there is none.
static inline int wire_varint_slow(struct wire *w, int n, uint64_t *value)
{
    *value = 0;
    for (int i = 0; i < n && w->at + i < w->end; i++) {
        *value |= (uint64_t)(w->at[i] & 0x7f) << (7 * i);
        if (w->at[i] < 0x80) {
            w->at += i + 1;
            return 0;
        }
    }
    return -1;
}

// The same where most have one byte.
static inline int wire_short(struct wire *w, int n, uint64_t *value)
{
    if (w->at < w->end && *w->at < 0x80) {
        *value = *w->at++;
        return 0;
    }
    return wire_varint_slow(w, n, value);
}

static inline uint64_t wire_word(const unsigned char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

// The last bytes of the varints in a word.
static inline uint64_t wire_ends(uint64_t word)
{
    return ~word & 0x8080808080808080u;
}

// A bit for each of sixteen bytes: it ends a varint.
static inline uint32_t wire_ends_near(const unsigned char *at)
{
#ifdef __SSE2__
    return ~(uint32_t)_mm_movemask_epi8(_mm_loadu_si128((const __m128i *)at)) & 0xffff;
#else
    const uint64_t gather = 0x0102040810204080u; // brings bits 0, 8, … to the top byte
    uint64_t low = (wire_ends(wire_word(at)) >> 7) * gather >> 56;
    uint64_t high = (wire_ends(wire_word(at + 8)) >> 7) * gather >> 56;
    return (uint32_t)(low | high << 8);
#endif
}

// The varint that is a word's eight bytes without their upper bits.
static inline uint64_t wire_squeeze(uint64_t word)
{
    word = (word & 0x007f007f007f007fu) | (word & 0x7f007f007f007f00u) >> 1;
    word = (word & 0x0000ffff0000ffffu) | (word & 0xffff0000ffff0000u) >> 2;
    return (word & 0x00000000ffffffffu) | (word & 0xffffffff00000000u) >> 4;
}

// The same of any length, without a branch for those of one byte.
static inline int wire_mixed(struct wire *w, uint64_t *value)
{
    if (w->limit - w->at < 8)
        return wire_varint_slow(w, VARINT_MAX, value);
    uint64_t word = wire_word(w->at), ends = wire_ends(word);
    unsigned n = ends ? ((unsigned)__builtin_ctzll(ends) + 1) / 8 : VARINT_MAX;
    if (n > 8 || n > w->end - w->at)
        return wire_varint_slow(w, VARINT_MAX, value);
    *value = wire_squeeze(word & ((ends & -ends) - 1));
    w->at += n;
    return 0;
}

static inline int wire_varint(struct wire *w, uint64_t *value)
{
    if (w->at < w->end && *w->at < 0x80) {
        *value = *w->at++;
        return 0;
    }
    return wire_mixed(w, value);
}

static inline int wire_skip(struct wire *w, uint64_t n)
{
    if (n > (uint64_t)(w->end - w->at))
        return -1;
    w->at += n;
    return 0;
}

static inline int wire_bytes(struct wire *w, struct wire *bytes)
{
    enum { LENGTH_MAX = 5 };
    uint64_t n;
    if (wire_short(w, LENGTH_MAX, &n) || n > INT32_MAX)
        return -1;
    bytes->at = w->at;
    bytes->limit = w->limit;
    if (wire_skip(w, n))
        return -1;
    bytes->end = w->at;
    return 0;
}

// 1 with *f filled, 0 at the end, -1 on a fault. Numbers and lengths take at most five bytes, as
// protobuf-c has it.
static inline int wire_next(struct wire *w, struct wire_field *f)
{
    enum { KEY_MAX = 5 };
    uint64_t key;
    if (w->at == w->end)
        return 0;
    bool field_0 = (*w->at & 0xf8) == 0;
    if (field_0 || wire_short(w, KEY_MAX, &key))
        return -1;
    f->number = (uint32_t)(key >> 3);
    f->type = key & 7;
    f->value = 0;
    switch (f->type) {
    case WIRE_VARINT:
        return wire_varint(w, &f->value) ? -1 : 1;
    case WIRE_BYTES:
        return wire_bytes(w, &f->bytes) ? -1 : 1;
    case WIRE_FIXED64:
        return wire_skip(w, 8) ? -1 : 1;
    case WIRE_FIXED32:
        return wire_skip(w, 4) ? -1 : 1;
    default:
        return -1;
    }
}

#endif
