// SPDX-License-Identifier: Apache-2.0
#include "symbol/punycode.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/xalloc.h"

struct points {
    uint32_t *at;
    size_t n;
};

// One step of RFC 3492, section 6.2: the next difference, and what the next is read with.
static bool next_delta(struct span *digits, int64_t *i, int bias)
{
    enum { BASE = 36, T_MIN = 1, T_MAX = 26 };
    int64_t weight = 1;
    for (int k = BASE;; k += BASE) {
        if (digits->n == 0 || weight > INT32_MAX)
            return false;
        char c = *digits->at;
        int digit = c >= '0' && c <= '9' ? c - '0' + 26 : c >= 'a' && c <= 'z' ? c - 'a' : c - 'A';
        *digits = span_from(*digits, 1);
        int threshold = k <= bias ? T_MIN : k > bias + T_MAX ? T_MAX : k - bias;
        *i += digit * weight;
        if (digit < 0 || *i > INT32_MAX)
            return false;
        if (digit < threshold)
            return true;
        weight *= BASE - threshold;
    }
}

static int next_bias(int64_t delta, size_t n, bool first)
{
    int k = 0;
    delta = first ? delta / 700 : delta / 2;
    delta += delta / (int64_t)n;
    for (; delta > 35 * 26 / 2; k += 36)
        delta /= 35;
    return k + (int)(36 * delta / (delta + 38));
}

static bool add_points(struct span digits, struct points *p)
{
    int64_t i = 0, code = 128;
    for (int bias = 72; digits.n;) {
        int64_t before = i;
        if (!next_delta(&digits, &i, bias))
            return false;
        bias = next_bias(i - before, p->n + 1, before == 0);
        code += i / (int64_t)(p->n + 1);
        i %= (int64_t)(p->n + 1);
        if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
            return false;
        memmove(p->at + i + 1, p->at + i, (p->n - (size_t)i) * sizeof *p->at);
        p->at[i++] = (uint32_t)code;
        p->n++;
    }
    return true;
}

static void add_code(uint32_t c, struct buf *out)
{
    static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};
    char text[4];
    unsigned n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (unsigned i = n - 1; i > 0; i--, c >>= 6)
        text[i] = (char)(0x80 | (c & 0x3f));
    text[0] = (char)(first[n] | c);
    buf_add(out, (struct span){text, n});
}

bool punycode_decode(struct span name, struct buf *out)
{
    const char *mark = name.n ? memrchr(name.at, '_', name.n) : NULL;
    size_t plain = mark ? (size_t)(mark - name.at) : 0;
    struct points p = {xcalloc(name.n + 1, sizeof *p.at), plain};
    for (size_t i = 0; i < plain; i++)
        p.at[i] = (unsigned char)name.at[i];
    bool done = add_points(span_from(name, mark ? plain + 1 : 0), &p);
    for (size_t i = 0; done && i < p.n; i++)
        add_code(p.at[i], out);
    free(p.at);
    return done;
}
