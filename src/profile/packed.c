// SPDX-License-Identifier: Apache-2.0
#include "profile/packed.h"

#ifdef __x86_64__
#include <tmmintrin.h>
#endif

enum { WINDOW = 16, SHORT = 4 };

// Where each of the next four varints ends.
struct four {
    int first, second, third, fourth;
    int n;   // how many of them there are
    int len; // of all that there are
};

// ends has a bit for each byte of the window that ends a varint; left are the bytes up to the end
// of all varints. False where a varint is long or cut.
static inline bool find_four(uint32_t ends, int64_t left, struct four *f)
{
    int known = left < WINDOW ? (int)left : WINDOW;
    uint32_t a = ends | UINT32_MAX << known; // what follows the end, byte by byte, is dropped
    uint32_t b = a & (a - 1), c = b & (b - 1), d = c & (c - 1);
    uint32_t run = ~a & ~a >> 1; // bytes that another of the same varint follows
    f->first = __builtin_ctz(a) + 1;
    f->second = __builtin_ctz(b) + 1;
    f->third = __builtin_ctz(c) + 1;
    f->fourth = __builtin_ctz(d) + 1;
    f->len = f->fourth < known ? f->fourth : known;
    f->n = 1 + (f->second <= known) + (f->third <= known) + (f->fourth <= known);
    bool cut = !(ends >> (f->len - 1) & 1);
    bool longer = (run & run >> 2) << (32 - f->fourth);
    return !cut && !longer;
}

static inline uint32_t ends_of_word(const unsigned char *at)
{
    const uint64_t gather = 0x0102040810204080u; // brings bits 0, 8, … to the top byte
    return (uint32_t)((wire_ends(wire_word(at)) >> 7) * gather >> 56);
}

// The varint of n bytes that are the low ones of the word.
static inline uint32_t squeeze(uint64_t word, int n)
{
    uint32_t x = (uint32_t)word << (32 - 8 * n) >> (32 - 8 * n);
    x = (x & 0x007f007f) | (x & 0x7f007f00) >> 1;
    return (x & 0x0000ffff) | (x & 0xffff0000) >> 2;
}

uint32_t *packed_take_portably(struct wire *wire, uint32_t *out)
{
    struct wire w = *wire; // a copy stays in registers
    struct four f;
    while (w.at < w.end && w.limit - w.at >= WINDOW + 8) {
        uint32_t ends = ends_of_word(w.at) | ends_of_word(w.at + 8) << 8;
        if (!find_four(ends, w.end - w.at, &f))
            break;
        out[0] = squeeze(wire_word(w.at), f.first) - 1;
        out[1] = squeeze(wire_word(w.at + f.first), f.second - f.first) - 1;
        out[2] = squeeze(wire_word(w.at + f.second), f.third - f.second) - 1;
        out[3] = squeeze(wire_word(w.at + f.third), f.fourth - f.third) - 1;
        out += f.n;
        w.at += f.len;
    }
    wire->at = w.at;
    return out;
}

#ifdef __x86_64__

// The same with a varint in each lane of a vector.
__attribute__((target("ssse3"))) static uint32_t *take_by_ssse3(struct wire *wire, uint32_t *out)
{
    const __m128i spread = _mm_set_epi32(0x03030303, 0x02020202, 0x01010101, 0);
    const __m128i count = _mm_set1_epi32(0x03020100);
    const __m128i tops = _mm_set1_epi32((int)0x80808080), one = _mm_set1_epi32(1);
    const __m128i sevens = _mm_set1_epi16((int16_t)0x8001); // 1 and 128
    const __m128i fourteens = _mm_set1_epi32(0x40000001);   // 1 and 16384
    struct wire w = *wire;
    struct four f;
    while (w.at < w.end && w.limit - w.at >= WINDOW) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)w.at);
        if (!find_four(~(uint32_t)_mm_movemask_epi8(bytes) & 0xffff, w.end - w.at, &f))
            break;
        // Each lane gets four bytes from where its varint begins.
        int begins = f.first << 8 | f.second << 16 | f.third << 24;
        __m128i from = _mm_shuffle_epi8(_mm_cvtsi32_si128(begins), spread);
        __m128i x = _mm_shuffle_epi8(bytes, _mm_add_epi8(from, count));
        // Those up to the first that ends a varint stay, without their top bits.
        __m128i ends = _mm_andnot_si128(x, tops);
        __m128i upto = _mm_andnot_si128(ends, _mm_sub_epi32(ends, one));
        x = _mm_andnot_si128(tops, _mm_and_si128(x, upto));
        // Seven bits and seven make fourteen, twice that twenty-eight.
        x = _mm_madd_epi16(_mm_maddubs_epi16(sevens, x), fourteens);
        _mm_storeu_si128((__m128i *)out, _mm_sub_epi32(x, one));
        out += f.n;
        w.at += f.len;
    }
    wire->at = w.at;
    return out;
}

#endif

uint32_t *packed_take(struct wire *w, uint32_t *out)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("ssse3"))
        return take_by_ssse3(w, out);
#endif
    return packed_take_portably(w, out);
}
