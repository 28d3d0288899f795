// SPDX-License-Identifier: Apache-2.0
#include "profile/read/packed.h"

#ifdef __x86_64__
#include <immintrin.h>
#include <stdatomic.h>
#if __has_include(<sys/platform/x86.h>)
#include <sys/platform/x86.h>
#endif
#endif

enum { WINDOW = 16 };

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
        uint32_t ends = wire_ends_near(w.at);
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

static inline uint32_t largest_of(const uint32_t *at, size_t n)
{
    uint32_t largest = 0;
    for (size_t i = 0; i < n; i++)
        largest = at[i] > largest ? at[i] : largest;
    return largest;
}

#ifdef __x86_64__

#define VECTORS __attribute__((target("avx2,bmi,popcnt")))

// The varints that begin one after where the bytes of begins tell, less 1.
VECTORS static inline __m128i squeeze_four(__m128i bytes, uint32_t begins)
{
    const __m128i offsets = _mm_set1_epi32(0x04030201);
    const __m128i spread = _mm_set_epi32(0x03030303, 0x02020202, 0x01010101, 0);
    const __m128i tops = _mm_set1_epi32((int)0x80808080), minus_one = _mm_set1_epi32(-1);
    const __m128i sevens = _mm_set1_epi16((int16_t)0x8001); // 1 and 128
    const __m128i fourteens = _mm_set1_epi32(0x40000001);   // 1 and 16384
    __m128i from = _mm_shuffle_epi8(_mm_cvtsi32_si128((int)begins), spread);
    __m128i x = _mm_shuffle_epi8(bytes, _mm_add_epi8(from, offsets));
    // The bytes up to the first that ends a varint stay, without their top bits.
    __m128i ends = _mm_andnot_si128(x, tops);
    __m128i upto = _mm_andnot_si128(ends, _mm_add_epi32(ends, minus_one));
    x = _mm_andnot_si128(tops, _mm_and_si128(x, upto));
    // Seven bits and seven make fourteen, twice that twenty-eight.
    x = _mm_madd_epi16(_mm_maddubs_epi16(sevens, x), fourteens);
    return _mm_add_epi32(x, minus_one);
}

// Of eight varints, four of which begin at each of two places.
VECTORS static inline void put_eight(uint32_t *out, const unsigned char *at, uint64_t ends)
{
    for (int i = 0; i < 2; i++) {
        uint64_t a = ends, b = a & (a - 1), c = b & (b - 1), d = c & (c - 1);
        uint32_t begins = 0xff | (uint32_t)__builtin_ctzll(a) << 8 |
                          (uint32_t)__builtin_ctzll(b) << 16 | (uint32_t)__builtin_ctzll(c) << 24;
        __m128i bytes = _mm_loadu_si128((const __m128i *)at);
        _mm_storeu_si128((__m128i *)(out + 4 * i), squeeze_four(bytes, begins));
        int next = __builtin_ctzll(d) + 1;
        at += next;
        ends >>= next;
    }
}

// Eight varints are taken at once, also those that follow the end, which are dropped: what the next
// eight wait for is where these end.
VECTORS static uint32_t *take_by_vectors(struct wire *wire, uint32_t *out)
{
    enum { WIDTH = 32, READ = 64 };
    struct wire w = *wire; // a copy stays in registers
    while (w.at < w.end && w.limit - w.at >= READ) {
        uint32_t more = (uint32_t)_mm256_movemask_epi8(_mm256_loadu_si256((const __m256i *)w.at));
        size_t left = (size_t)(w.end - w.at);
        uint32_t known = left < WIDTH ? UINT32_MAX >> (WIDTH - left) : UINT32_MAX;
        uint32_t run = more & more >> 1 & known, ends = ~more & known;
        if (run & run >> 2)
            break;
        uint64_t enough = ~more | UINT64_C(0xff) << WIDTH;
        put_eight(out, w.at, enough);
        int n = __builtin_popcount(ends);
        if (left <= WIDTH && n <= PACKED_AT_ONCE) {
            bool cut = !(ends >> (left - 1));
            wire->at = cut ? w.at : w.end;
            return cut ? out : out + n;
        }
        for (int i = 1; i < PACKED_AT_ONCE; i++)
            enough &= enough - 1;
        w.at += __builtin_ctzll(enough) + 1;
        out += PACKED_AT_ONCE;
    }
    wire->at = w.at;
    return out;
}

// As the compiler makes it of vectors.
VECTORS static uint32_t largest_by_vectors(const uint32_t *at, size_t n)
{
    return largest_of(at, n);
}

// glibc asked the processor at the start. To ask again takes long on a virtual machine, which stops
// for each question.
static bool ask_for_vectors(void)
{
#ifdef CPU_FEATURE_ACTIVE
    return CPU_FEATURE_ACTIVE(AVX2) && CPU_FEATURE_ACTIVE(BMI1) && CPU_FEATURE_ACTIVE(POPCNT);
#else
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("popcnt");
#endif
}

static bool has_vectors(void)
{
    enum { UNKNOWN, ABSENT, PRESENT };
    static atomic_int known;
    int has = atomic_load_explicit(&known, memory_order_relaxed);
    if (has == UNKNOWN) {
        has = ask_for_vectors() ? PRESENT : ABSENT;
        atomic_store_explicit(&known, has, memory_order_relaxed);
    }
    return has == PRESENT;
}

uint32_t *packed_take(struct wire *w, uint32_t *out)
{
    if (has_vectors())
        out = take_by_vectors(w, out);
    return w->at == w->end ? out : packed_take_portably(w, out);
}

uint32_t packed_largest(const uint32_t *at, size_t n)
{
    return has_vectors() ? largest_by_vectors(at, n) : largest_of(at, n);
}

#else

uint32_t *packed_take(struct wire *w, uint32_t *out)
{
    return packed_take_portably(w, out);
}

uint32_t packed_largest(const uint32_t *at, size_t n)
{
    return largest_of(at, n);
}

#endif
