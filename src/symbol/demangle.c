// SPDX-License-Identifier: Apache-2.0
#include "symbol/demangle.h"

#ifdef HAVE_LIBIBERTY

#include <ctype.h>
#include <libiberty/demangle.h>
#include <setjmp.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "symbol/prune.h"

// Backward references let a short name stand for a text of any length, and the depth of a name is
// the reader's of it.
enum { MANGLED_MAX = 1 << 14, DEMANGLED_MAX = 1 << 16, DEPTH_MAX = 512 };

struct printing {
    struct buf *out;
    size_t limit;
    jmp_buf too_long;
};

// What is printed goes to the heap of this file alone, so that leaving by longjmp loses nothing.
static void print_part(const char *text, size_t n, void *context)
{
    struct printing *p = context;
    if (p->out->n + n > p->limit)
        longjmp(p->too_long, 1);
    buf_add(p->out, (struct span){text, n});
}

// Closing brackets stand apart; libiberty forgets that after an empty pack of arguments, and leaves
// the comma behind one.
static void part_arguments(struct buf *out, size_t from)
{
    static const struct span comma = SPAN(", ");
    struct buf whole = {0};
    buf_add(&whole, span_from(buf_span(out), from));
    struct span s = buf_span(&whole);
    out->n = from;
    for (size_t i = 0; i < s.n; i++) {
        while (i > 0 && (s.at[i - 1] == '<' || s.at[i - 1] == ' ') &&
               span_starts(span_from(s, i), comma))
            i += comma.n;
        if (i < s.n)
            buf_addc(out, s.at[i]);
        if (i > 0 && i + 1 < s.n && s.at[i] == '>' && s.at[i + 1] == '>' && s.at[i - 1] != ')' &&
            !span_ends(span_upto(s, i), SPAN("operator")))
            buf_addc(out, ' ');
    }
    buf_release(&whole);
}

static bool print_tree(struct demangle_component *tree, int options, struct buf *out)
{
    struct printing p = {.out = out, .limit = out->n + DEMANGLED_MAX};
    size_t before = out->n;
    if (setjmp(p.too_long))
        return false;
    if (!cplus_demangle_print_callback(options, tree, print_part, &p))
        return false;
    part_arguments(out, before);
    return true;
}

static bool demangle_tree(const char *mangled, enum demangle_style style, bool arguments,
                          struct buf *out)
{
    int options = DMGL_ANSI | (arguments ? DMGL_PARAMS : 0);
    void *memory = NULL;
    struct demangle_component *tree = cplus_demangle_v3_components(mangled, options, &memory);
    while (tree && tree->type == DEMANGLE_COMPONENT_CLONE)
        tree = tree->u.s_binary.left;
    if (tree)
        tree = prune_tree(tree, style);
    bool done = tree && print_tree(tree, options, out);
    free(memory);
    return done;
}

// A dependent name in a class, "sr" and what is around it up to "E", as clang writes it; libiberty
// knows it with an "N" before. False where there is none.
static bool nest_dependent_names(const char *mangled, struct buf *out)
{
    static const struct span sign = SPAN("sr"), standard = SPAN("3std");
    struct span rest = span_of(mangled);
    bool any = false;
    while (rest.n) {
        bool is = span_starts(rest, sign) && rest.n > 2 && isdigit((unsigned char)rest.at[2]);
        buf_add(out, is ? SPAN("srN") : span_upto(rest, 1));
        rest = span_from(rest, is ? sign.n : 1);
        if (is && span_starts(rest, standard)) {
            buf_add(out, SPAN("St"));
            rest = span_from(rest, standard.n);
        }
        any |= is;
    }
    return any;
}

// Demangles from "_Z" on.
static bool demangle_itanium(const char *mangled, enum demangle_style style, bool arguments,
                             struct buf *out)
{
    struct buf nested = {0};
    bool done = demangle_tree(mangled, style, arguments, out);
    if (!done && nest_dependent_names(mangled, &nested))
        done = demangle_tree(buf_cstr(&nested), style, arguments, out);
    buf_release(&nested);
    return done;
}

// An old compiler's constructors and destructors of all that is global in a file: "_GLOBAL__I_…".
static bool demangle_global(const char *name, enum demangle_style style, struct buf *out)
{
    if (strlen(name) < 4 || !strchr("._$", name[0]) || (name[1] != 'I' && name[1] != 'D') ||
        name[2] != '_')
        return false;
    buf_printf(out, "global %s keyed to ", name[1] == 'I' ? "constructors" : "destructors");
    if (strncmp(name + 3, "_Z", 2) == 0)
        return demangle_itanium(name + 3, style, true, out);
    buf_add(out, span_of(name));
    return true;
}

// Clang's blocks: "___Z…_block_invoke_2".
static bool demangle_block(char *name, enum demangle_style style, struct buf *out)
{
    char *block = NULL;
    for (char *at = name; (at = strstr(at, "_block_invoke")); at++)
        block = at;
    if (!block)
        return false;
    const char *rest = block + strlen("_block_invoke");
    rest += *rest == '_';
    rest += strspn(rest, "0123456789");
    if (*rest && *rest != '.')
        return false;
    *block = '\0';
    buf_add(out, SPAN("invocation function for block in "));
    return demangle_itanium(name + 2, style, style == DEMANGLE_FULL, out);
}

// Whether "Output = " or the like begins at i: a type of a trait's own.
static bool is_binding(struct span name, size_t i)
{
    size_t end = i;
    while (end < name.n && (isalnum((unsigned char)name.at[end]) || name.at[end] == '_'))
        end++;
    return end > i && span_starts(span_from(name, end), SPAN(" = "));
}

// Whether the bracket at i opens generic arguments; "<T as Trait>" and "for<'a>" are none.
static bool is_generic(struct span name, size_t i)
{
    bool lifetimes = span_starts(span_from(name, i + 1), SPAN("'")) &&
                     span_ends(span_upto(name, i), SPAN("for"));
    return i > 0 && (isalnum((unsigned char)name.at[i - 1]) || strchr("_:}", name.at[i - 1])) &&
           !lifetimes;
}

// Leaves of generic arguments the brackets alone, and what is bound there.
static void cut_generics(struct span name, struct buf *out)
{
    bool hidden[DEPTH_MAX] = {false}; // what stands in brackets of a depth
    size_t depth = 0;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.at[i];
        if (c == '>' && depth > 0 && name.at[i - 1] != '-')
            depth--;
        bool next = i > 1 && name.at[i - 1] == ' ' && name.at[i - 2] == ',';
        if (hidden[depth] && !hidden[depth - 1] && (next || name.at[i - 1] == '<') &&
            is_binding(name, i)) {
            hidden[depth] = false;
            buf_add(out, next ? SPAN(", ") : SPAN(""));
        }
        if (!hidden[depth])
            buf_addc(out, c);
        if (c == '<' && depth + 1 < DEPTH_MAX) {
            hidden[depth + 1] = hidden[depth] || is_generic(name, i);
            depth++;
        }
    }
}

// Rust's v0 names.
static bool demangle_v0(const char *mangled, enum demangle_style style, struct buf *out)
{
    struct buf whole = {0};
    struct printing p = {.out = &whole, .limit = DEMANGLED_MAX};
    volatile bool done = false;
    if (setjmp(p.too_long) == 0)
        done = rust_demangle_callback(mangled, DMGL_RUST, print_part, &p) != 0;
    if (done && style == DEMANGLE_SIMPLE)
        cut_generics(buf_span(&whole), out);
    else if (done)
        buf_add(out, buf_span(&whole));
    buf_release(&whole);
    return done;
}

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
        for (; rest.n && isdigit((unsigned char)*rest.at) && n < MANGLED_MAX;
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

static bool demangle_old_rust(const char *mangled, struct buf *out)
{
    struct buf name = {0};
    bool done = demangle_legacy(mangled, &name);
    if (done)
        buf_add(out, buf_span(&name));
    buf_release(&name);
    return done;
}

// D's names, "_D3std5stdio…". libiberty writes them to memory of its own, so they are to be short.
static bool demangle_d(const char *name, enum demangle_style style, struct buf *out)
{
    enum { D_MAX = 1024 };
    char *shown = strlen(name) <= D_MAX ? dlang_demangle(name, DMGL_DLANG) : NULL;
    struct span text = shown ? span_of(shown) : (struct span){NULL, 0};
    size_t arguments = text.n;
    // "f!(int).g(long)": the first list that is not a template's is of the arguments.
    for (size_t i = 1, depth = 0; style != DEMANGLE_FULL && i < text.n; i++) {
        if (text.at[i] == '(' && depth == 0 && text.at[i - 1] != '!') {
            arguments = i;
            break;
        }
        depth += text.at[i] == '(';
        depth -= text.at[i] == ')' && depth > 0;
    }
    buf_add(out, span_upto(text, arguments));
    free(shown);
    return text.n > 0;
}

static bool demangle_cstr(char *name, enum demangle_style style, struct buf *out)
{
    if (strncmp(name, "_R", 2) == 0)
        return demangle_v0(name, style, out);
    if (strncmp(name, "_ZN", 3) == 0 && demangle_old_rust(name, out))
        return true;
    if (strncmp(name, "_Z", 2) == 0)
        return demangle_itanium(name, style, style == DEMANGLE_FULL, out);
    if (strncmp(name, "_D", 2) == 0 && isdigit((unsigned char)name[2]))
        return demangle_d(name, style, out);
    if (strncmp(name, "___Z", 4) == 0)
        return demangle_block(name, style, out);
    if (strncmp(name, "_GLOBAL_", 8) == 0)
        return demangle_global(name + 8, style, out);
    return false;
}

bool demangle(struct span mangled, enum demangle_style style, struct buf *out)
{
    size_t before = out->n;
    if (mangled.n < 3 || *mangled.at != '_' || mangled.n > MANGLED_MAX || style == DEMANGLE_NONE ||
        memchr(mangled.at, '\0', mangled.n))
        return false;
    char *name = memcpy(xcalloc(mangled.n + 1, 1), mangled.at, mangled.n);
    bool done = demangle_cstr(name, style, out) && out->n > before;
    free(name);
    if (!done)
        out->n = before;
    return done;
}

bool demangle_is_built_in(void)
{
    return true;
}

#else

bool demangle(struct span mangled, enum demangle_style style, struct buf *out)
{
    (void)mangled, (void)style, (void)out;
    return false;
}

bool demangle_is_built_in(void)
{
    return false;
}

#endif
