// SPDX-License-Identifier: Apache-2.0
// Mutations that leave more of a profile whole than random bytes do: within one field of the
// outermost message, whose length is then put right, and on the inflated bytes of a gzip stream.
#include "mutate.h"

#include <stdlib.h>
#include <zlib.h>

#include "base/xalloc.h"

enum { GZIP = 16, VARINT_MAX = 10, WIRE_BYTES = 2, STRING_TAG = 6 << 3 | WIRE_BYTES };

// A field with a length: the tag is data[start], the content [content, end).
struct field {
    size_t start, content, end;
};

static bool take_varint(const uint8_t *data, size_t size, size_t *at, uint64_t *value)
{
    *value = 0;
    for (int i = 0; i < VARINT_MAX && *at < size; i++) {
        uint8_t byte = data[(*at)++];
        *value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80)
            return true;
    }
    return false;
}

// The field with a length that follows *at, which moves past it; false where there is none.
static bool next_field(const uint8_t *data, size_t size, size_t *at, struct field *f)
{
    uint64_t tag, n;
    for (;;) {
        f->start = *at;
        if (!take_varint(data, size, at, &tag) || !take_varint(data, size, at, &n))
            return false;
        if ((tag & 7) == WIRE_BYTES)
            break;
        if ((tag & 7) != 0)
            return false; // not in a profile that a field can be found in
    }
    f->content = *at;
    if (n > size - *at)
        return false;
    *at = f->end = *at + (size_t)n;
    return true;
}

static bool pick_field(const uint8_t *data, size_t size, unsigned seed, struct field *f)
{
    size_t n = 0, at = 0;
    struct field field;
    while (next_field(data, size, &at, &field))
        n++;
    if (n == 0)
        return false;
    at = 0;
    for (size_t i = 0; i <= seed % n; i++)
        next_field(data, size, &at, f);
    return true;
}

// Puts a field with the content in the place of data[from, to); the size, unless it gets too large.
static size_t splice(uint8_t *data, size_t size, size_t max, size_t from, size_t to, uint8_t tag,
                     struct span content)
{
    uint8_t head[1 + VARINT_MAX] = {tag};
    size_t n = 1, rest = content.n;
    for (; rest >= 0x80; rest >>= 7)
        head[n++] = (uint8_t)(rest | 0x80);
    head[n++] = (uint8_t)rest;
    if (size - (to - from) + n + content.n > max)
        return size;
    memmove(data + from + n + content.n, data + to, size - to);
    memcpy(data + from, head, n);
    if (content.n)
        memcpy(data + from + n, content.at, content.n);
    return size - (to - from) + n + content.n;
}

static size_t mutate_field(uint8_t *data, size_t size, size_t max, unsigned seed)
{
    struct field f;
    if (!pick_field(data, size, seed, &f))
        return LLVMFuzzerMutate(data, size, max);
    size_t n = f.end - f.content;
    uint8_t *content = xmalloc(n + max);
    memcpy(content, data + f.content, n);
    if (seed >> 16 & 7)
        n = LLVMFuzzerMutate(content, n, n + 64 < max ? n + 64 : max);
    bool add = (seed >> 19 & 3) == 0; // besides the field that there is
    size = splice(data, size, max, add ? f.end : f.start, f.end, data[f.start],
                  (struct span){(char *)content, n});
    free(content);
    return size;
}

// What the stream inflates to, into data; the old size where it is broken or too large.
static size_t inflate_whole(uint8_t *data, size_t size, size_t max)
{
    uint8_t *out = xmalloc(max);
    z_stream z = {.next_in = data, .avail_in = (uInt)size, .next_out = out, .avail_out = (uInt)max};
    if (inflateInit2(&z, MAX_WBITS + GZIP) != Z_OK)
        abort();
    if (inflate(&z, Z_FINISH) == Z_STREAM_END) {
        size = z.total_out;
        memcpy(data, out, size);
    }
    inflateEnd(&z);
    free(out);
    return size;
}

static size_t deflate_whole(uint8_t *data, size_t size, size_t max)
{
    uint8_t *out = xmalloc(max);
    z_stream z = {.next_in = data, .avail_in = (uInt)size, .next_out = out, .avail_out = (uInt)max};
    if (deflateInit2(&z, 1, Z_DEFLATED, MAX_WBITS + GZIP, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
    if (deflate(&z, Z_FINISH) == Z_STREAM_END) {
        size = z.total_out;
        memcpy(data, out, size);
    }
    deflateEnd(&z);
    free(out);
    return size;
}

struct span mutate_pick_string(const uint8_t *data, size_t size, unsigned seed)
{
    struct span last = SPAN("");
    struct field f;
    for (size_t at = 0; next_field(data, size, &at, &f);) {
        if (data[f.start] != STRING_TAG)
            continue;
        last = (struct span){(const char *)data + f.content, f.end - f.content};
        if (seed % 16 == 0 && last.n)
            break;
        seed = seed * 1103515245 + 12345 + (seed >> 16);
    }
    return last;
}

size_t mutate_profile(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    bool gzip = size > 2 && data[0] == 0x1f && data[1] == 0x8b;
    if (gzip && seed >> 29)
        size = inflate_whole(data, size, max_size);
    if (seed >> 24 & 3)
        size = mutate_field(data, size, max_size, seed);
    else
        size = LLVMFuzzerMutate(data, size, max_size);
    return seed >> 26 & 7 ? size : deflate_whole(data, size, max_size);
}
