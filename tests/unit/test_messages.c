// SPDX-License-Identifier: Apache-2.0
#include "../fuzz/twins.h"

#include <stdlib.h>

#include "check.h"
#include "pb.h"
#include "profile/read/packed.h"

static void check_all(struct span bytes)
{
    for (enum twin twin = 0; twin < TWINS; twin++)
        CHECK(twins_agree(twin, bytes));
}

// A message and all that begins like it.
static void check_prefixes(const struct buf *b)
{
    for (size_t n = 0; n <= b->n; n++) {
        check_about("%zu of %zu bytes", n, b->n);
        check_all(span_upto(buf_span(b), n));
    }
}

static void every_shape(struct buf *b)
{
    PB_PACKED(b, 1, 1, 127, 128, 16383, 16384, 2097151, 2097152, 268435455, 268435456, 0);
    PB_PACKED(b, 1, UINT32_MAX, UINT64_MAX, 0xefffffff, 0xf0000000, 0xf0000001, 0xf0000002, 3);
    PB_PACKED(b, 2, 1, UINT64_MAX, INT64_MAX, 300, 70000, UINT64_C(1) << 56, UINT64_C(1) << 55);
    pb_num(b, 1, 77);
    pb_num(b, 1, UINT64_MAX);
    pb_num(b, 2, 5);
    PB_MESSAGE(b, 3, 1, 2);
    PB_MESSAGE(b, 3, 1, 0, UINT64_MAX, 9);
    PB_MESSAGE(b, 3, 1, 0, 8);
    PB_MESSAGE(b, 3, 1);
    PB_MESSAGE(b, 3, UINT64_MAX, 1, 1, 1, 1, 1);
    PB_MESSAGE(b, 4, 1, 2, 3, 4);
    PB_MESSAGE(b, 4);
    pb_num(b, 5, 1);
    pb_num(b, 15, 1);
    pb_num(b, 16, 1);
    pb_num(b, 100000, 1);
}

static void cut_anywhere(void)
{
    struct buf b = {0};
    every_shape(&b);
    check_prefixes(&b);
    buf_release(&b);
}

static void odd_bytes(void)
{
    static const struct span odd[] = {
        SPAN("\x0a\x00"),                                         // packed, but empty
        SPAN("\x0a\x02\x80\x80"),                                 // packed, but cut
        SPAN("\x0a\x03\x01\x80\x80"),                             // cut after one
        SPAN("\x0a\x7f\x01"),                                     // longer than there is
        SPAN("\x0a\xff\xff\xff\xff\x0f"),                         // much longer
        SPAN("\x0a\x81\x80\x80\x80\x00\x01"),                     // a length of five bytes
        SPAN("\x0a\x81\x80\x80\x80\x80\x00\x01"),                 // and of six
        SPAN("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),     // ten bytes
        SPAN("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), // eleven
        SPAN("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"),     // bits beyond 64
        SPAN("\x88\x80\x00\x01"),                                 // a long key
        SPAN("\x88\x80\x80\x80\x00\x01"),                         // of five bytes
        SPAN("\x88\x80\x80\x80\x80\x00\x01"),                     // of six
        SPAN("\x00\x01"),                                         // field 0
        SPAN("\x09"
             "12345678"),
        SPAN("\x0d"
             "1234"), // fixed 64 and 32
        SPAN("\x11"
             "12345678"),
        SPAN("\x15"
             "1234"),
        SPAN("\x79"
             "12345678"),
        SPAN("\x7d"
             "1234"),
        SPAN("\x79"
             "1234567"),
        SPAN("\x7d"
             "123"), // cut
        SPAN("\x0b\x0c"),
        SPAN("\x0e"),
        SPAN("\x0f"), // groups, and no types
        SPAN("\x18\x01"),
        SPAN("\x20\x01"),
        SPAN("\x1a\x01\x0b"), // no messages
        SPAN("\x1a\x03\x08\x01\x10"),
        SPAN("\x22\x03\x08\x01\x10"), // messages that are cut
        SPAN("\x12\x00\x12\x01\x05"),
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        check_about("row %zu", i);
        check_all(odd[i]);
    }
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

static void damaged_at_random(void)
{
    enum { ROUNDS = 20000, CHANGES = 4 };
    struct buf whole = {0}, b = {0};
    uint32_t state = 1;
    every_shape(&whole);
    for (int i = 0; i < ROUNDS; i++) {
        buf_clear(&b);
        buf_add(&b, span_from(buf_span(&whole), next_random(&state) % whole.n));
        for (uint32_t n = next_random(&state) % CHANGES; n > 0; n--)
            b.at[next_random(&state) % b.n] = (char)next_random(&state);
        check_about("round %d", i);
        check_all(buf_span(&b));
    }
    buf_release(&whole);
    buf_release(&b);
}

// Numbers of all lengths, wherever the last of them stands.
static void packed_numbers(void)
{
    enum { MOST = 40 };
    uint64_t ids[MOST];
    for (size_t n = 0; n < MOST; n++) {
        for (unsigned bits = 1; bits <= 28; bits++) {
            struct buf sample = {0};
            uint32_t state = (uint32_t)n * 31 + bits;
            for (size_t i = 0; i < n; i++)
                ids[i] = next_random(&state) % (UINT64_C(1) << bits);
            pb_packed(&sample, 1, ids, n);
            pb_packed(&sample, 2, ids, n % 7);
            PB_PACKED(&sample, 2, 1);
            check_about("%zu numbers of %u bits", n, bits);
            CHECK(twins_agree(TWIN_SAMPLE, buf_span(&sample)));
            CHECK(twins_agree(TWIN_SAMPLE_PACKED, buf_span(&sample)));
            buf_release(&sample);
        }
    }
}

// What runs where the processor lacks the vector instructions is the same.
static void packed_numbers_portably(void)
{
    enum { MOST = 50 };
    uint32_t state = 7, out[2][MOST + PACKED_AT_ONCE];
    for (int round = 0; round < 20000; round++) {
        struct buf b = {0};
        size_t n = next_random(&state) % MOST;
        unsigned bits = 1 + next_random(&state) % 30;
        for (size_t i = 0; i < n; i++)
            pb_varint(&b, next_random(&state) % (UINT64_C(1) << bits));
        size_t end = b.n;
        buf_fill(&b, (char)next_random(&state), 24 + next_random(&state) % 60);
        const unsigned char *at = (const unsigned char *)b.at;
        struct wire best = {at, at + end, at + b.n}, portable = best;
        uint32_t *best_end = packed_take(&best, out[0]);
        uint32_t *portable_end = packed_take_portably(&portable, out[1]);
        CHECK_INT(best.at - at, portable.at - at);
        CHECK_INT(best_end - out[0], portable_end - out[1]);
        CHECK(memcmp(out[0], out[1], (size_t)(best_end - out[0]) * sizeof *out[0]) == 0);
        buf_release(&b);
    }
}

CHECK_MAIN(CASE(cut_anywhere), CASE(odd_bytes), CASE(damaged_at_random), CASE(packed_numbers),
           CASE(packed_numbers_portably))
