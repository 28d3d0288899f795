// SPDX-License-Identifier: Apache-2.0
#include "symbol/rustname.h"

#include <ctype.h>

enum { LENGTH_MAX = 1 << 14 };

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Whether the name ends as Rust's old ones do, with a component that is a hash: "17h", 16 digits of
// which at least five differ, "E".
static bool ends_in_hash(struct span name)
{
    unsigned seen = 0;
    if (name.n <= 23 || name.at[name.n - 1] != 'E' ||
        !span_eq((struct span){name.at + name.n - 20, 3}, SPAN("17h")))
        return false;
    for (size_t i = name.n - 17; i < name.n - 1; i++) {
        int digit = hex_digit(name.at[i]);
        if (digit < 0)
            return false;
        seen |= 1U << digit;
    }
    return __builtin_popcount(seen) >= 5;
}

// Adds what the escape at the start of a component stands for and returns its length, 0: none.
static size_t add_escaped(struct span s, struct buf *out)
{
    static const struct {
        struct span code;
        char sign;
    } codes[] = {{SPAN("$SP$"), '@'}, {SPAN("$BP$"), '*'}, {SPAN("$RF$"), '&'}, {SPAN("$LT$"), '<'},
                 {SPAN("$GT$"), '>'}, {SPAN("$LP$"), '('}, {SPAN("$RP$"), ')'}, {SPAN("$C$"), ','}};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (span_starts(s, codes[i].code)) {
            buf_addc(out, codes[i].sign);
            return codes[i].code.n;
        }
    if (s.n < 5 || s.at[1] != 'u' || s.at[4] != '$')
        return 0;
    int high = hex_digit(s.at[2]), low = hex_digit(s.at[3]);
    if (high < 2 || high > 7 || low < 0)
        return 0;
    buf_addc(out, (char)(high << 4 | low));
    return 5;
}

static void add_legacy_component(struct span s, struct buf *out)
{
    if (span_starts(s, SPAN("_$")))
        s = span_from(s, 1);
    while (s.n) {
        size_t n = 1;
        if (*s.at == '$' && (n = add_escaped(s, out)) == 0) {
            buf_add(out, s);
            return;
        }
        if (span_starts(s, SPAN(".."))) {
            buf_add(out, SPAN("::"));
            n = 2;
        } else if (*s.at != '$') {
            buf_addc(out, *s.at);
        }
        s = span_from(s, n);
    }
}

// Rust's old names: "_ZN", components after their lengths, a hash that is not shown, "E".
static bool demangle_legacy(const char *mangled, struct buf *out)
{
    struct span name = span_of(mangled), rest;
    const char *suffix = strrchr(mangled, '.');
    while (mangled && suffix && suffix > mangled && suffix[-1] != 'E')
        suffix = memrchr(mangled, '.', (size_t)(suffix - mangled));
    if (suffix && suffix > mangled)
        name = span_upto(name, (size_t)(suffix - mangled));
    if (!ends_in_hash(name))
        return false;
    for (rest = (struct span){name.at + 3, name.n - 23}; rest.n;) {
        size_t n = 0;
        if (!isdigit((unsigned char)*rest.at))
            return false;
        for (; rest.n && isdigit((unsigned char)*rest.at) && n < LENGTH_MAX;
             rest = span_from(rest, 1))
            n = n * 10 + (size_t)(*rest.at - '0');
        if (rest.n && *rest.at == '_' && n) {
            rest = span_from(rest, 1);
            n--;
        }
        if (n > rest.n)
            return false;
        if (out->n)
            buf_add(out, SPAN("::"));
        add_legacy_component(span_upto(rest, n), out);
        rest = span_from(rest, n);
    }
    return true;
}

bool rustname_old(const char *mangled, struct buf *out)
{
    struct buf name = {0};
    bool done = demangle_legacy(mangled, &name);
    if (done)
        buf_add(out, buf_span(&name));
    buf_release(&name);
    return done;
}
