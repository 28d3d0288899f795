// SPDX-License-Identifier: Apache-2.0
#include "profile/read/values.h"

#include "base/parallel.h"

enum { PART = 1 << 15, NEAR = 16 };

static struct wire wire_of(const struct packed_values *v, size_t first)
{
    const unsigned char *at = v->bytes.at, *end = at + v->bytes.n;
    return (struct wire){at + first, end, at + v->bytes.cap};
}

void values_begin_sample(struct packed_values *v, struct arena *arena, size_t n_before)
{
    if (n_before % PART == 0)
        *vec_push(arena, &v->parts) = v->bytes.n;
}

static int add_slowly(struct packed_values *v, struct arena *arena, struct wire *w)
{
    uint64_t value;
    while (w->at < w->end) {
        if (wire_varint(w, &value))
            return -1;
        values_add_one(v, arena, value);
    }
    return 0;
}

// Whether more bytes follow each other that end no varint than one that is short has.
static inline bool has_long(uint32_t more)
{
    uint32_t four = more & more >> 1;
    four &= four >> 2;
    return four & four >> 4;
}

int values_add(struct packed_values *v, struct arena *arena, struct wire *w)
{
    size_t n = (size_t)(w->end - w->at);
    if (n == 0 || n > NEAR || w->limit - w->at < NEAR)
        return add_slowly(v, arena, w);
    uint32_t known = UINT32_MAX >> (32 - n), ends = wire_ends_near(w->at) & known;
    if (!(ends >> (n - 1)) || has_long(~ends & known))
        return add_slowly(v, arena, w);
    vec_room(arena, &v->bytes, 2 * NEAR);
    memcpy(v->bytes.at + v->bytes.n, w->at, NEAR);
    v->bytes.n += n;
    v->n += (unsigned)__builtin_popcount(ends);
    w->at = w->end;
    return 0;
}

void values_add_one(struct packed_values *v, struct arena *arena, uint64_t value)
{
    vec_room(arena, &v->bytes, VARINT_MAX + NEAR);
    for (; value >= 0x80; value >>= 7)
        v->bytes.at[v->bytes.n++] = (unsigned char)(value | 0x80);
    v->bytes.at[v->bytes.n++] = (unsigned char)value;
    v->n++;
}

static inline uint32_t without_lowest(uint32_t bits, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        bits &= bits - 1;
    return bits;
}

static int64_t take_slowly(struct wire *w, uint32_t n_types, uint32_t type)
{
    uint64_t value, wanted = 0;
    for (uint32_t i = 0; i < n_types; i++) {
        wire_varint(w, &value);
        wanted = i == type ? value : wanted;
    }
    return (int64_t)wanted;
}

// Takes a sample's values, of which one is wanted: mostly they are near each other and short.
static inline int64_t take(struct wire *w, uint32_t n_types, uint32_t type)
{
    if (w->limit - w->at < 2 * NEAR)
        return take_slowly(w, n_types, type);
    uint32_t ends = wire_ends_near(w->at), before = 0;
    for (uint32_t i = 0; i < type; i++, ends &= ends - 1)
        before = ends & -ends;
    uint32_t last = without_lowest(ends, n_types - 1 - type);
    unsigned begin = before ? (unsigned)__builtin_ctz(before) + 1 : 0;
    unsigned n = ends ? (unsigned)__builtin_ctz(ends) + 1 - begin : NEAR;
    if (!last || n > 8)
        return take_slowly(w, n_types, type);
    uint64_t value = wire_squeeze(wire_word(w->at + begin) & (UINT64_MAX >> (64 - (8 * n - 1))));
    w->at += (unsigned)__builtin_ctz(last) + 1;
    return (int64_t)value;
}

struct unpacking {
    const struct packed_values *v;
    size_t n_samples;
    uint32_t n_types, type;
    int64_t *out;
};

// A part of the samples, which begins where their values do.
struct run {
    struct wire w;
    int64_t *out, *end;
};

static struct run run_of(const struct unpacking *u, size_t part)
{
    size_t first = part * PART, end = first + PART < u->n_samples ? first + PART : u->n_samples;
    if (part >= u->v->parts.n)
        return (struct run){.out = NULL, .end = NULL};
    return (struct run){wire_of(u->v, u->v->parts.at[part]), u->out + first, u->out + end};
}

// Where the values of a sample begin is known only when those of the one before were looked at:
// meanwhile those of another part are.
static void unpack_two(void *context, unsigned two)
{
    const struct unpacking *u = context;
    struct run a = run_of(u, 2 * (size_t)two), b = run_of(u, 2 * (size_t)two + 1);
    while (b.out < b.end) {
        *a.out++ = take(&a.w, u->n_types, u->type);
        *b.out++ = take(&b.w, u->n_types, u->type);
    }
    while (a.out < a.end)
        *a.out++ = take(&a.w, u->n_types, u->type);
}

void values_of_type(const struct packed_values *v, size_t n_samples, uint32_t n_types,
                    uint32_t type, const struct job *job, int64_t *out)
{
    struct unpacking u = {v, n_samples, n_types, type, out};
    parallel_run(job, (unsigned)(v->parts.n + 1) / 2, unpack_two, &u);
}

void values_of_all(const struct packed_values *v, int64_t *out)
{
    struct wire w = wire_of(v, 0);
    uint64_t value;
    for (size_t i = 0; i < v->n; i++) {
        wire_varint(&w, &value);
        out[i] = (int64_t)value;
    }
}
