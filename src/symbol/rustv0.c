// SPDX-License-Identifier: Apache-2.0
#include "symbol/rustv0.h"

#include <inttypes.h>

#include "symbol/rustread.h"

// Rust's new names, "_R…": https://doc.rust-lang.org/rustc/symbol-mangling/v0.html. What others
// make of them is followed where it is odd: a number is all digits that stand there, so that the
// names of closures within closures, each "0", run together, and may be missing.

static void read_path(struct rust_reading *r, bool in_value);
static void read_type(struct rust_reading *r);
static void read_constant(struct rust_reading *r);

// Reads what stands at an earlier place, which nothing is shown of while skipping.
static void read_again(struct rust_reading *r, void (*read)(struct rust_reading *, bool *),
                       bool *argument)
{
    const char *here = r->at++, *rest, *end = r->end;
    int64_t index = rust_number(r);
    if (r->skip || r->failed)
        return;
    if (index >= here - r->start) {
        rust_fail(r);
        return;
    }
    rest = r->at;
    r->at = r->start + index;
    r->end = here;
    read(r, argument);
    r->at = rest;
    r->end = end;
}

static void path_again(struct rust_reading *r, bool *in_value)
{
    read_path(r, *in_value);
}

static void type_again(struct rust_reading *r, bool *unused)
{
    (void)unused;
    read_type(r);
}

static void constant_again(struct rust_reading *r, bool *unused)
{
    (void)unused;
    read_constant(r);
}

static void read_argument(struct rust_reading *r)
{
    if (rust_take(r, 'L'))
        rust_put_lifetime(r, rust_number(r));
    else if (rust_take(r, 'K'))
        read_constant(r);
    else
        read_type(r);
}

static void read_arguments(struct rust_reading *r)
{
    bool skip = r->skip;
    r->skip |= r->no_generics;
    for (bool any = false; !r->failed && r->at < r->end && *r->at != 'E'; any = true) {
        rust_put(r, any ? SPAN(", ") : SPAN(""));
        read_argument(r);
    }
    r->skip = skip;
    rust_expect(r, 'E');
}

static void read_implementation(struct rust_reading *r, bool of_trait)
{
    bool skip = r->skip;
    r->skip = true;
    rust_disambiguator(r);
    read_path(r, false);
    r->skip = skip;
    rust_put_char(r, '<');
    read_type(r);
    rust_put(r, of_trait ? SPAN(" as ") : SPAN(""));
    if (of_trait)
        read_path(r, false);
    rust_put_char(r, '>');
}

static void read_nested(struct rust_reading *r, bool in_value)
{
    char kind = rust_peek(r);
    if (!((kind >= 'a' && kind <= 'z') || (kind >= 'A' && kind <= 'Z'))) {
        rust_fail(r);
        return;
    }
    r->at++;
    read_path(r, in_value);
    int64_t number = rust_disambiguator(r);
    struct rust_identifier name = rust_identifier(r);
    if (kind >= 'a') {
        rust_put(r, SPAN("::"));
        rust_put_identifier(r, &name);
        return;
    }
    rust_put(r, SPAN("::{"));
    rust_put(r, kind == 'C'   ? SPAN("closure")
                : kind == 'S' ? SPAN("shim")
                              : (struct span){&kind, 1});
    rust_put(r, name.text.n ? SPAN(":") : SPAN(""));
    rust_put_identifier(r, &name);
    rust_put_number(r, "#%" PRIu64 "}", (uint64_t)number);
}

static void read_path(struct rust_reading *r, bool in_value)
{
    if (!rust_enter(r))
        return;
    struct rust_identifier name;
    char kind = rust_peek(r);
    if (kind == 'B') {
        read_again(r, path_again, &in_value);
    } else if (rust_take(r, 'C')) {
        rust_disambiguator(r);
        name = rust_identifier(r);
        rust_put_identifier(r, &name);
    } else if (rust_take(r, 'M') || rust_take(r, 'X')) {
        read_implementation(r, kind == 'X');
    } else if (rust_take(r, 'Y')) {
        rust_put_char(r, '<');
        read_type(r);
        rust_put(r, SPAN(" as "));
        read_path(r, false);
        rust_put_char(r, '>');
    } else if (rust_take(r, 'N')) {
        read_nested(r, in_value);
    } else if (rust_take(r, 'I')) {
        read_path(r, in_value);
        rust_put(r, in_value ? SPAN("::<") : SPAN("<"));
        read_arguments(r);
        rust_put_char(r, '>');
    } else {
        rust_fail(r);
    }
    r->depth--;
}

static void read_tuple(struct rust_reading *r)
{
    unsigned n = 0;
    rust_put_char(r, '(');
    for (; !r->failed && r->at < r->end && *r->at != 'E'; n++) {
        rust_put(r, n ? SPAN(", ") : SPAN(""));
        read_type(r);
    }
    rust_put(r, n == 1 ? SPAN(",)") : SPAN(")"));
    rust_expect(r, 'E');
}

static void read_reference(struct rust_reading *r, bool is_mutable)
{
    rust_put_char(r, '&');
    if (rust_take(r, 'L')) {
        int64_t lifetime = rust_number(r);
        if (lifetime > 0) {
            rust_put_lifetime(r, lifetime);
            rust_put_char(r, ' ');
        }
    }
    rust_put(r, is_mutable ? SPAN("mut ") : SPAN(""));
    read_type(r);
}

static void read_abi(struct rust_reading *r)
{
    if (rust_take(r, 'C')) {
        rust_put(r, SPAN("extern \"C\" "));
        return;
    }
    struct rust_identifier name = rust_identifier(r);
    if (name.is_punycode)
        rust_fail(r);
    rust_put(r, SPAN("extern \""));
    for (size_t i = 0; i < name.text.n; i++)
        rust_put_char(r, name.text.at[i] == '_' ? '-' : name.text.at[i]);
    rust_put(r, SPAN("\" "));
}

static void read_function(struct rust_reading *r)
{
    rust_read_binder(r);
    if (rust_take(r, 'U'))
        rust_put(r, SPAN("unsafe "));
    if (rust_take(r, 'K'))
        read_abi(r);
    rust_put(r, SPAN("fn("));
    for (bool any = false; !r->failed && r->at < r->end && *r->at != 'E'; any = true) {
        rust_put(r, any ? SPAN(", ") : SPAN(""));
        read_type(r);
    }
    rust_expect(r, 'E');
    rust_put_char(r, ')');
    if (rust_take(r, 'u'))
        return;
    rust_put(r, SPAN(" -> "));
    read_type(r);
}

// A path whose generic arguments stay open for what is bound.
static void read_open_path(struct rust_reading *r, bool *is_open)
{
    if (!rust_enter(r))
        return;
    *is_open = false;
    if (rust_peek(r) == 'B') {
        read_again(r, read_open_path, is_open);
    } else if (rust_take(r, 'I')) {
        *is_open = true;
        read_path(r, false);
        rust_put_char(r, '<');
        read_arguments(r);
    } else {
        read_path(r, false);
    }
    r->depth--;
}

static void read_trait(struct rust_reading *r)
{
    bool is_open = false;
    read_open_path(r, &is_open);
    while (rust_take(r, 'p')) {
        rust_put(r, is_open ? SPAN(", ") : SPAN("<"));
        is_open = true;
        struct rust_identifier name = rust_identifier(r);
        rust_put_identifier(r, &name);
        rust_put(r, SPAN(" = "));
        read_type(r);
    }
    rust_put(r, is_open ? SPAN(">") : SPAN(""));
}

static void read_traits(struct rust_reading *r)
{
    int64_t lifetimes = r->lifetimes;
    rust_put(r, SPAN("dyn "));
    rust_read_binder(r);
    for (bool any = false; !r->failed && r->at < r->end && *r->at != 'E'; any = true) {
        rust_put(r, any ? SPAN(" + ") : SPAN(""));
        read_trait(r);
    }
    rust_expect(r, 'E');
    r->lifetimes = lifetimes;
    rust_expect(r, 'L');
    int64_t lifetime = rust_number(r);
    if (lifetime > 0) {
        rust_put(r, r->last == ' ' ? SPAN("+ ") : SPAN(" + "));
        rust_put_lifetime(r, lifetime);
    }
}

static bool read_basic_type(struct rust_reading *r)
{
    static const char *const names[26] = {
        "i8",    "bool", "char", "f64", "str",  "f32",  NULL,  "u8", "isize",
        "usize", NULL,   "i32",  "u32", "i128", "u128", "_",   NULL, NULL,
        "i16",   "u16",  "()",   "...", NULL,   "i64",  "u64", "!",
    };
    char c = rust_peek(r);
    if (c < 'a' || c > 'z')
        return false;
    const char *name = names[c - 'a'];
    if (name)
        rust_put(r, span_of(name));
    else
        rust_fail(r);
    r->at++;
    return true;
}

static void read_compound(struct rust_reading *r, char kind)
{
    int64_t lifetimes = r->lifetimes;
    switch (kind) {
    case 'A':
    case 'S':
        rust_put_char(r, '[');
        read_type(r);
        rust_put(r, kind == 'A' ? SPAN("; ") : SPAN(""));
        if (kind == 'A')
            read_constant(r);
        rust_put_char(r, ']');
        return;
    case 'T':
        read_tuple(r);
        return;
    case 'R':
    case 'Q':
        read_reference(r, kind == 'Q');
        return;
    case 'P':
    case 'O':
        rust_put(r, kind == 'P' ? SPAN("*const ") : SPAN("*mut "));
        read_type(r);
        return;
    case 'F':
        read_function(r);
        r->lifetimes = lifetimes;
        return;
    case 'D':
        read_traits(r);
        return;
    default:
        rust_fail(r);
    }
}

static void read_type(struct rust_reading *r)
{
    if (!rust_enter(r))
        return;
    char c = rust_peek(r);
    if (c == 'B') {
        read_again(r, type_again, NULL);
    } else if (c && strchr("CMXYNI", c)) {
        read_path(r, false);
    } else if (!read_basic_type(r)) {
        r->at += c != '\0';
        read_compound(r, c);
    }
    r->depth--;
}

// The digits of a constant up to "_".
static struct span hex_digits(struct rust_reading *r, uint64_t *value)
{
    struct span digits = {r->at, 0};
    *value = 0;
    for (char c; (c = rust_peek(r)) != '_' && !r->failed; r->at++) {
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0)
            rust_fail(r);
        if (digits.n == 1 && *digits.at == '0')
            rust_fail(r);
        *value = *value << 4 | (uint64_t)(digit & 15);
        digits.n++;
    }
    if (digits.n == 0)
        rust_fail(r);
    rust_take(r, '_');
    return digits;
}

static void put_character(struct rust_reading *r, uint64_t c)
{
    static const char escaped[] = "\t\r\n\\'", letters[] = "trn\\'";
    const char *escape = c && c < 0x80 ? strchr(escaped, (int)c) : NULL;
    rust_put_char(r, '\'');
    if (escape) {
        rust_put_char(r, '\\');
        rust_put_char(r, letters[escape - escaped]);
    } else if (c >= ' ' && c <= '~') {
        rust_put_char(r, (char)c);
    } else {
        rust_put_number(r, "\\u{%" PRIx64 "}", c);
    }
    rust_put_char(r, '\'');
}

static void put_constant(struct rust_reading *r, char type, struct span digits, uint64_t value)
{
    if (type == 'c' && digits.n <= 6) {
        put_character(r, value);
    } else if (type == 'b' && digits.n == 1 && value <= 1) {
        rust_put(r, value ? SPAN("true") : SPAN("false"));
    } else if (type == 'c' || type == 'b') {
        rust_fail(r);
    } else if (digits.n > 16) {
        rust_put(r, SPAN("0x"));
        rust_put(r, digits);
    } else {
        rust_put_number(r, "%" PRIu64, value);
    }
}

static void read_constant(struct rust_reading *r)
{
    uint64_t value;
    char type = rust_peek(r);
    if (!rust_enter(r))
        return;
    if (type == 'B') {
        read_again(r, constant_again, NULL);
    } else if (rust_take(r, 'p')) {
        rust_put_char(r, '_');
    } else if (type && strchr("aslxnihtmyojbc", type)) {
        r->at++;
        if (strchr("aslxni", type) && rust_take(r, 'n'))
            rust_put_char(r, '-');
        struct span digits = hex_digits(r, &value);
        put_constant(r, type, digits, value);
    } else {
        rust_fail(r);
    }
    r->depth--;
}

bool rustv0_demangle(struct span name, bool no_generics, struct buf *out)
{
    size_t dot = span_find(name, SPAN("."));
    name = span_from(dot == SPAN_NOT_FOUND ? name : span_upto(name, dot), 2);
    struct rust_reading r = {.start = name.at,
                             .at = name.at,
                             .end = name.at + name.n,
                             .out = out,
                             .before = out->n,
                             .no_generics = no_generics};
    if (rust_peek(&r) >= '0' && rust_peek(&r) <= '9')
        return false; // of a version to come
    read_path(&r, true);
    r.skip = true;
    if (r.at < r.end && !r.failed)
        read_path(&r, false); // the crate that needed it
    if (r.failed || r.at < r.end)
        out->n = r.before;
    return out->n > r.before;
}
