// SPDX-License-Identifier: Apache-2.0
#include "base/re2.h"

#include <ctype.h>
#include <stdint.h>

#include "base/utf8.h"

enum { REPEAT_MAX = 1000, DEPTH_MAX = 500 };

struct parser {
    struct span in;
    size_t at;
    struct buf *out;
    struct err *err;
    unsigned depth;  // open groups
    bool repeatable; // something stands before that * may repeat
    bool just_repeated;
    // How often counts repeat at most what stands before, one within the other, and what is in each
    // open group: RE2 refuses more than REPEAT_MAX.
    unsigned repeats, group_repeats[DEPTH_MAX + 1];
};

static int fault(struct parser *p, size_t offset, const char *what)
{
    return err_set(p->err, "bad regular expression '" SPAN_FMT "': %s at offset %zu",
                   ERR_SUBJECT(p->in), what, offset);
}

static int peek_at(const struct parser *p, size_t ahead)
{
    return p->at + ahead < p->in.n ? (unsigned char)p->in.at[p->at + ahead] : -1;
}

static bool take(struct parser *p, struct span text)
{
    if (!span_starts(span_from(p->in, p->at), text))
        return false;
    p->at += text.n;
    return true;
}

static uint32_t take_point(struct parser *p)
{
    uint32_t point;
    p->at += utf8_next(span_from(p->in, p->at), &point);
    return point;
}

static void emit_point(struct parser *p, uint32_t point)
{
    buf_printf(p->out, "\\x{%x}", (unsigned)point);
}

static void emit_atom(struct parser *p, struct span text)
{
    buf_add(p->out, text);
    p->repeatable = true;
    p->just_repeated = false;
    p->repeats = 1;
}

// PCRE2 repeats no assertion, but a group that holds one.
static void emit_assertion(struct parser *p, struct span text)
{
    int next = peek_at(p, 0);
    bool repeated = next > 0 && strchr("*+?{", next);
    if (repeated)
        buf_add(p->out, SPAN("(?:"));
    buf_add(p->out, text);
    emit_atom(p, repeated ? SPAN(")") : SPAN(""));
}

static int hex_value(int c)
{
    return isdigit(c) ? c - '0' : tolower(c) - 'a' + 10;
}

static int take_hex(struct parser *p, size_t start, uint32_t *point)
{
    uint32_t value = 0;
    if (peek_at(p, 0) != '{') {
        for (int i = 0; i < 2; i++, p->at++) {
            if (!isxdigit(peek_at(p, 0)))
                return fault(p, start, "invalid escape sequence");
            value = value * 16 + (uint32_t)hex_value(peek_at(p, 0));
        }
        *point = value;
        return 0;
    }
    size_t digits = 0;
    for (p->at++; isxdigit(peek_at(p, 0)) && value <= 0x10ffff; p->at++, digits++)
        value = value * 16 + (uint32_t)hex_value(peek_at(p, 0));
    if (digits == 0 || value > 0x10ffff || (value >= 0xd800 && value < 0xe000) ||
        !take(p, SPAN("}")))
        return fault(p, start, "invalid escape sequence");
    *point = value;
    return 0;
}

static uint32_t take_octal(struct parser *p)
{
    uint32_t value = 0;
    for (int i = 0; i < 3 && peek_at(p, 0) >= '0' && peek_at(p, 0) <= '7'; i++, p->at++)
        value = value * 8 + (uint32_t)(peek_at(p, 0) - '0');
    return value;
}

// An escape that stands for one character; p->at is after the backslash.
static int take_escaped_point(struct parser *p, uint32_t *point)
{
    static const char names[] = "afnrtv";
    static const char values[] = "\a\f\n\r\t\v";
    size_t start = p->at - 1;
    int c = peek_at(p, 0);
    if (c < 0)
        return fault(p, start, "trailing backslash");
    const char *name = strchr(names, c);
    bool octal = c == '0' || (c >= '1' && c <= '7' && peek_at(p, 1) >= '0' && peek_at(p, 1) <= '7');
    if (octal) {
        *point = take_octal(p);
        return 0;
    }
    p->at++;
    if (c == 'x')
        return take_hex(p, start, point);
    if (name)
        *point = (uint32_t)values[name - names];
    else if (c < 0x80 && !isalnum(c))
        *point = (uint32_t)c;
    else
        return fault(p, start, "invalid escape sequence");
    return 0;
}

// \d \D \s \S \w \W, which PCRE2 has too but for the vertical tab in \s.
static bool take_perl_class(struct parser *p, bool in_class)
{
    static const struct {
        struct span escape, alone, inside;
    } classes[] = {
        {SPAN("\\d"), SPAN("\\d"), SPAN("\\d")},
        {SPAN("\\D"), SPAN("\\D"), SPAN("\\D")},
        {SPAN("\\w"), SPAN("\\w"), SPAN("\\w")},
        {SPAN("\\W"), SPAN("\\W"), SPAN("\\W")},
        {SPAN("\\s"), SPAN("[\\t\\n\\f\\r ]"), SPAN("\\t\\n\\f\\r ")},
        {SPAN("\\S"), SPAN("[^\\t\\n\\f\\r ]"),
         SPAN("\\x00-\\x08\\x0b\\x0e-\\x1f\\x21-\\x{10ffff}")},
    };
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (take(p, classes[i].escape)) {
            buf_add(p->out, in_class ? classes[i].inside : classes[i].alone);
            return true;
        }
    }
    return false;
}

// \pL, \p{Greek}, \P{^Lu}: 1 when taken, 0 when there is none.
static int take_property(struct parser *p)
{
    size_t start = p->at;
    if (!take(p, SPAN("\\p")) && !take(p, SPAN("\\P")))
        return 0;
    if (peek_at(p, 0) == '{') {
        while (peek_at(p, 0) >= 0 && peek_at(p, 0) != '}')
            p->at++;
        p->at++;
    } else {
        p->at++;
    }
    if (p->at > p->in.n)
        return fault(p, start, "invalid character class");
    buf_add(p->out, (struct span){p->in.at + start, p->at - start});
    return 1;
}

// [:alpha:] inside a class: 1 when taken, 0 when there is none.
static int take_posix_class(struct parser *p)
{
    static const char *const names[] = {"alnum", "alpha", "ascii", "blank", "cntrl",
                                        "digit", "graph", "lower", "print", "punct",
                                        "space", "upper", "word",  "xdigit"};
    struct span rest = span_from(p->in, p->at);
    size_t end =
        span_starts(rest, SPAN("[:")) ? span_find(span_from(rest, 2), SPAN(":]")) : SPAN_NOT_FOUND;
    if (end == SPAN_NOT_FOUND)
        return 0;
    struct span name = span_upto(span_from(rest, 2), end);
    if (name.n && name.at[0] == '^')
        name = span_from(name, 1);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (span_eq(name, span_of(names[i]))) {
            buf_add(p->out, span_upto(rest, end + 4));
            p->at += end + 4;
            return 1;
        }
    }
    return fault(p, p->at, "invalid character class");
}

static int take_class_point(struct parser *p, uint32_t *point)
{
    if (take(p, SPAN("\\")))
        return take_escaped_point(p, point);
    *point = take_point(p);
    return 0;
}

static int take_class_range(struct parser *p)
{
    size_t start = p->at;
    uint32_t low, high;
    if (take_class_point(p, &low))
        return -1;
    emit_point(p, low);
    if (peek_at(p, 0) != '-' || peek_at(p, 1) < 0 || peek_at(p, 1) == ']')
        return 0;
    p->at++;
    if (take_class_point(p, &high))
        return -1;
    if (high < low)
        return fault(p, start, "invalid character class range");
    buf_addc(p->out, '-');
    emit_point(p, high);
    return 0;
}

static int take_class(struct parser *p)
{
    size_t start = p->at++;
    buf_addc(p->out, '[');
    if (take(p, SPAN("^")))
        buf_addc(p->out, '^');
    for (bool first = true; first || peek_at(p, 0) != ']'; first = false) {
        if (peek_at(p, 0) < 0)
            return fault(p, start, "missing closing ]");
        int taken = take_posix_class(p);
        if (taken == 0)
            taken = take_perl_class(p, true) ? 1 : take_property(p);
        if (taken < 0 || (taken == 0 && take_class_range(p)))
            return -1;
    }
    p->at++;
    emit_atom(p, SPAN("]"));
    return 0;
}

static int take_quoted(struct parser *p)
{
    while (p->at < p->in.n && !take(p, SPAN("\\E"))) {
        emit_point(p, take_point(p));
        emit_atom(p, SPAN(""));
    }
    return 0;
}

static int take_escape(struct parser *p)
{
    static const struct span assertions[] = {SPAN("\\A"), SPAN("\\z"), SPAN("\\b"), SPAN("\\B")};
    if (take(p, SPAN("\\Q")))
        return take_quoted(p);
    for (size_t i = 0; i < sizeof assertions / sizeof *assertions; i++) {
        if (take(p, assertions[i])) {
            emit_assertion(p, assertions[i]);
            return 0;
        }
    }
    int taken = take_perl_class(p, false) ? 1 : take_property(p);
    if (taken == 0) {
        uint32_t point;
        p->at++;
        taken = take_escaped_point(p, &point);
        if (taken == 0)
            emit_point(p, point);
    }
    emit_atom(p, SPAN(""));
    return taken < 0 ? -1 : 0;
}

// (?P<name>…) or (?<name>…); p->at is after the "<".
static void open_group(struct parser *p)
{
    p->depth++;
    p->group_repeats[p->depth] = 1;
}

static int take_group_name(struct parser *p, size_t start)
{
    size_t name = p->at;
    while (isalnum(peek_at(p, 0)) || peek_at(p, 0) == '_')
        p->at++;
    if (p->at == name || !take(p, SPAN(">")))
        return fault(p, start, "invalid named group");
    buf_add(p->out, SPAN("(?:"));
    open_group(p);
    return 0;
}

// (?flags) or (?flags:…), where flags are of "imsU" with one "-" at most; p->at is after "(?".
static int take_flags(struct parser *p, size_t start)
{
    size_t flags = p->at;
    bool minus = false, any = false;
    for (;; p->at++) {
        int c = peek_at(p, 0);
        if (c == '-' && !minus) {
            minus = true;
            any = false;
        } else if (c > 0 && strchr("imsU", c)) {
            any = true;
        } else {
            break;
        }
    }
    int end = peek_at(p, 0);
    if ((end != ':' && end != ')') || (minus && !any) || (end == ')' && p->at == flags))
        return fault(p, start, "invalid or unsupported group");
    p->at++;
    buf_add(p->out, SPAN("(?"));
    buf_add(p->out, (struct span){p->in.at + flags, p->at - flags});
    if (end == ':')
        open_group(p);
    return 0;
}

static int take_group(struct parser *p)
{
    size_t start = p->at++;
    p->repeatable = p->just_repeated = false;
    if (p->depth >= DEPTH_MAX)
        return fault(p, start, "nested too deeply");
    if (take(p, SPAN("?P<")) || take(p, SPAN("?<")))
        return take_group_name(p, start);
    if (take(p, SPAN("?")))
        return take_flags(p, start);
    buf_add(p->out, SPAN("(?:"));
    open_group(p);
    return 0;
}

// Keeps the most that is in the group at hand.
static void note_repeats(struct parser *p)
{
    unsigned *most = &p->group_repeats[p->depth];
    *most = p->repeats > *most ? p->repeats : *most;
}

static int take_close(struct parser *p)
{
    if (p->depth == 0)
        return fault(p, p->at, "unexpected )");
    p->depth--;
    p->at++;
    emit_atom(p, SPAN(")"));
    p->repeats = p->group_repeats[p->depth + 1];
    note_repeats(p);
    return 0;
}

// No count begins with a zero that is not all of it.
static bool take_count(struct parser *p, unsigned *count)
{
    size_t start = p->at;
    *count = 0;
    if (peek_at(p, 0) == '0' && isdigit(peek_at(p, 1)))
        return false;
    for (; isdigit(peek_at(p, 0)); p->at++)
        *count = *count > REPEAT_MAX ? *count : *count * 10 + (unsigned)(peek_at(p, 0) - '0');
    return p->at > start;
}

// {n}, {n,} or {n,m}; anything else that starts with { stands for itself: 0.
static int take_counts(struct parser *p, unsigned *most)
{
    size_t start = p->at++;
    unsigned low, high = 0;
    bool open = false;
    bool valid = take_count(p, &low);
    if (valid && take(p, SPAN(",")))
        open = !take_count(p, &high);
    else
        high = low;
    if (!valid || !take(p, SPAN("}"))) {
        p->at = start;
        return 0;
    }
    if (low > REPEAT_MAX || high > REPEAT_MAX || (!open && high < low))
        return fault(p, start, "invalid repeat count");
    *most = open ? low : high;
    return 1;
}

// 1 when a repetition was taken, 0 when there is none.
static int take_repetition(struct parser *p)
{
    size_t start = p->at;
    int c = peek_at(p, 0);
    unsigned most = 1;
    if (c == '{') {
        int taken = take_counts(p, &most);
        if (taken <= 0)
            return taken;
    } else if (c == '*' || c == '+' || c == '?') {
        p->at++;
    } else {
        return 0;
    }
    if (!p->repeatable)
        return fault(p, start, "missing argument to repetition operator");
    if (p->just_repeated)
        return fault(p, start, "nested repetition operator");
    p->repeats *= most; // neither is above REPEAT_MAX
    if (p->repeats > REPEAT_MAX)
        return fault(p, start, "invalid repeat count");
    note_repeats(p);
    take(p, SPAN("?"));
    buf_add(p->out, (struct span){p->in.at + start, p->at - start});
    p->just_repeated = true;
    return 1;
}

static int take_next(struct parser *p)
{
    int repeated = take_repetition(p);
    if (repeated)
        return repeated < 0 ? -1 : 0;
    switch (p->in.at[p->at]) {
    case '\\':
        return take_escape(p);
    case '[':
        return take_class(p);
    case '(':
        return take_group(p);
    case ')':
        return take_close(p);
    case '|':
        p->at++;
        buf_addc(p->out, '|');
        p->repeatable = p->just_repeated = false;
        return 0;
    case '^':
    case '$':
        p->at++;
        emit_assertion(p, (struct span){p->in.at + p->at - 1, 1});
        return 0;
    case '.':
        p->at++;
        emit_atom(p, SPAN("."));
        return 0;
    default:
        emit_point(p, take_point(p));
        emit_atom(p, SPAN(""));
        return 0;
    }
}

int re2_translate(struct span pattern, struct buf *out, struct err *err)
{
    struct parser p = {.in = pattern, .out = out, .err = err};
    if (!utf8_valid(pattern))
        return err_set(err, "bad regular expression: it is not valid UTF-8");
    while (p.at < pattern.n)
        if (take_next(&p))
            return -1;
    return p.depth ? fault(&p, pattern.n, "missing closing )") : 0;
}
