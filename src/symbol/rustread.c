// SPDX-License-Identifier: Apache-2.0
#include "symbol/rustread.h"

#include <inttypes.h>
#include <stdio.h>

#include "symbol/punycode.h"

enum { DEPTH_MAX = 512, STEPS_MAX = 1 << 18, SHOWN_MAX = 1 << 16, LIFETIMES = 26 };

char rust_peek(const struct rust_reading *r)
{
    return !r->failed && r->at < r->end ? *r->at : '\0';
}

void rust_fail(struct rust_reading *r)
{
    r->failed = true;
}

bool rust_take(struct rust_reading *r, char c)
{
    if (rust_peek(r) != c || c == '\0')
        return false;
    r->at++;
    return true;
}

void rust_expect(struct rust_reading *r, char c)
{
    if (!rust_take(r, c))
        rust_fail(r);
}

void rust_put(struct rust_reading *r, struct span text)
{
    if (r->skip || r->failed || text.n == 0)
        return;
    buf_add(r->out, text);
    r->last = text.at[text.n - 1];
    if (r->out->n - r->before > SHOWN_MAX)
        rust_fail(r);
}

void rust_put_char(struct rust_reading *r, char c)
{
    rust_put(r, (struct span){&c, 1});
}

void rust_put_number(struct rust_reading *r, const char *format, uint64_t n)
{
    char text[32];
    rust_put(r, (struct span){text, (size_t)snprintf(text, sizeof text, format, n)});
}

// Whether one more level may be read.
bool rust_enter(struct rust_reading *r)
{
    if (++r->depth > DEPTH_MAX || ++r->steps > STEPS_MAX)
        rust_fail(r);
    return !r->failed;
}

static int64_t decimal_number(struct rust_reading *r)
{
    int64_t n = 0;
    if (r->at == r->end)
        rust_fail(r);
    for (char c; (c = rust_peek(r)) >= '0' && c <= '9'; r->at++) {
        n = n * 10 + (c - '0');
        if (n > INT32_MAX) {
            rust_fail(r);
            return 0;
        }
    }
    return n;
}

static int digit_of_62(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'z' ? c - 'a' + 10
           : c >= 'A' && c <= 'Z' ? c - 'A' + 36
                                  : -1;
}

int64_t rust_number(struct rust_reading *r)
{
    uint64_t n = 0; // of hashes the upper bits are lost
    if (rust_take(r, '_'))
        return 0;
    for (;;) {
        int digit = digit_of_62(rust_peek(r));
        if (rust_take(r, '_'))
            return (int64_t)(n + 1);
        if (digit < 0) {
            rust_fail(r);
            return 0;
        }
        n = n * 62 + (unsigned)digit;
        r->at++;
    }
}

int64_t rust_disambiguator(struct rust_reading *r)
{
    return rust_take(r, 's') ? rust_number(r) + 1 : 0;
}

static void put_punycode(struct rust_reading *r, struct span name)
{
    struct buf text = {0};
    if (!punycode_decode(name, &text))
        rust_fail(r);
    rust_put(r, buf_span(&text));
    buf_release(&text);
}

struct rust_identifier rust_identifier(struct rust_reading *r)
{
    struct rust_identifier name = {{NULL, 0}, rust_take(r, 'u')};
    int64_t n = decimal_number(r);
    rust_take(r, '_');
    if (r->failed || n > r->end - r->at) {
        rust_fail(r);
        return name;
    }
    name.text = (struct span){r->at, (size_t)n};
    r->at += n;
    for (size_t i = 0; i < name.text.n; i++)
        if (digit_of_62(name.text.at[i]) < 0 && name.text.at[i] != '_')
            rust_fail(r);
    return name;
}

void rust_put_identifier(struct rust_reading *r, const struct rust_identifier *name)
{
    if (name->is_punycode)
        put_punycode(r, name->text);
    else
        rust_put(r, name->text);
}

void rust_put_lifetime(struct rust_reading *r, int64_t lifetime)
{
    int64_t depth = r->lifetimes - lifetime;
    rust_put_char(r, '\'');
    if (lifetime == 0)
        rust_put_char(r, '_');
    else if (depth < 0)
        rust_fail(r);
    else if (depth < LIFETIMES)
        rust_put_char(r, (char)('a' + depth));
    else
        rust_put_number(r, "z%" PRIu64, (uint64_t)(depth - LIFETIMES + 1));
}

void rust_read_binder(struct rust_reading *r)
{
    if (!rust_take(r, 'G'))
        return;
    int64_t n = rust_number(r) + 1;
    if (n >= r->end - r->at - r->lifetimes) {
        rust_fail(r);
        return;
    }
    rust_put(r, SPAN("for<"));
    for (int64_t i = 0; i < n; i++) {
        rust_put(r, i ? SPAN(", ") : SPAN(""));
        r->lifetimes++;
        rust_put_lifetime(r, 1);
    }
    rust_put(r, SPAN("> "));
}
