// SPDX-License-Identifier: Apache-2.0
#include "symbol/plain.h"

#include <ctype.h>
#include <stdint.h>

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static bool has(struct span s, struct span part)
{
    return span_find(s, part) != SPAN_NOT_FOUND;
}

static bool has_any(struct span s, const struct span *parts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (has(s, parts[i]))
            return true;
    return false;
}

// The length of an operator's name from i on, "operator" included; 0 where there is none. Names of
// types, as of conversions, are not part of it.
static size_t operator_length(struct span s, size_t i)
{
    static const struct span signs[] = {
        SPAN("->*"), SPAN("<=>"), SPAN("<<="), SPAN(">>="), SPAN("()"), SPAN("[]"), SPAN("->"),
        SPAN("<<"),  SPAN(">>"),  SPAN("<="),  SPAN(">="),  SPAN("<"),  SPAN(">"),
    };
    static const struct span word = SPAN("operator");
    struct span rest = span_from(s, i);
    if (!span_starts(rest, word) || (i > 0 && is_word(s.at[i - 1])))
        return 0;
    rest = span_from(rest, word.n);
    for (size_t k = 0; k < sizeof signs / sizeof *signs; k++)
        if (span_starts(rest, signs[k]))
            return word.n + signs[k].n;
    if (rest.n && is_word(rest.at[0]))
        return 0;
    size_t n = 0;
    while (n < rest.n && strchr("+-*/%^&|~!=,", rest.at[n]))
        n++;
    return word.n + n;
}

// The index after the bracket that closes the one at i; 0 where none does.
static size_t after_bracket(struct span s, size_t i)
{
    char open = s.at[i], close = open == '(' ? ')' : open == '<' ? '>' : open == '[' ? ']' : '}';
    size_t depth = 0;
    while (i < s.n) {
        size_t skip = operator_length(s, i);
        if (skip) {
            i += skip;
            continue;
        }
        if (s.at[i] == open)
            depth++;
        else if (s.at[i] == close && !(close == '>' && i > 0 && s.at[i - 1] == '-') && --depth == 0)
            return i + 1;
        i++;
    }
    return 0;
}

// Whether a path's component begins at i: nothing, "::" or a blank stands before it.
static bool begins_component(struct span s, size_t i)
{
    return i == 0 || s.at[i - 1] == ':';
}

// Whether a bracket at i opens what is a component by itself: "<lambda(int)>", "(anonymous
// namespace)". It stands where a name would.
static bool is_component(struct span s, size_t i)
{
    if (begins_component(s, i))
        return true;
    if (s.at[i] == '(')
        return span_starts(span_from(s, i), SPAN("(anonymous namespace)"));
    // "operator< <int>" has its arguments after a blank.
    return s.at[i - 1] != ' ' ? !is_word(s.at[i - 1]) && !strchr(">)]}\"", s.at[i - 1])
                              : !has(span_upto(s, i), SPAN("operator"));
}

static bool is_declarator(struct span s, size_t i)
{
    return i > 0 && i + 1 < s.n && s.at[i - 1] == ' ' && (s.at[i + 1] == '*' || s.at[i + 1] == '&');
}

// Copies s without what stands between brackets of this kind, them included; the closing one of a
// declarator's, which stay, is one too many here.
static void cut_brackets(struct span s, char open, struct buf *out)
{
    char close = open == '(' ? ')' : '>';
    size_t declarators = 0, operator_end = SIZE_MAX;
    for (size_t i = 0; i < s.n;) {
        size_t keep = operator_length(s, i), end = 0;
        operator_end = keep ? i + keep : operator_end;
        if (keep == 0 && s.at[i] == open && i != operator_end && is_component(s, i))
            keep = (end = after_bracket(s, i)) ? end - i : s.n - i;
        else if (keep == 0 && s.at[i] == open && open == '(' && is_declarator(s, i))
            declarators++;
        else if (keep == 0 && s.at[i] == open && (end = after_bracket(s, i)) == 0)
            keep = s.n - i; // never closed
        else if (keep == 0 && s.at[i] == close && declarators-- == 0)
            keep = s.n - i; // never opened
        else if (keep == 0 && s.at[i] == open) {
            if (open == '<' && out->n && out->at[out->n - 1] == ' ')
                out->n--; // of "operator< <int>"
            i = end;
            continue;
        }
        keep = keep ? keep : 1;
        buf_add(out, span_upto(span_from(s, i), keep));
        i += keep;
    }
}

void plain_simplify(struct span name, bool keep_templates, struct buf *out)
{
    static const struct span call = SPAN("operator()<"), word = SPAN("operator");
    struct buf rest = {0};
    size_t before = out->n;
    // DWARF has the name of a template of operator() without its class; its parentheses go.
    if (span_starts(name, call)) {
        name = span_from(name, call.n - 1);
        name = span_from(name, keep_templates ? 0 : after_bracket(name, 0));
        buf_add(out, word);
    }
    cut_brackets(name, '(', keep_templates ? out : &rest);
    if (!keep_templates)
        cut_brackets(buf_span(&rest), '<', out);
    if (out->n == before)
        buf_add(out, name);
    buf_release(&rest);
}

// Whether something stands in s outside of all brackets.
static bool has_outside(struct span s, struct span part)
{
    for (size_t i = 0; i + part.n <= s.n;) {
        size_t skip = operator_length(s, i);
        if (skip == 0 && strchr("(<[{", s.at[i]))
            skip = after_bracket(s, i);
        if (skip) {
            i = s.at[i] == 'o' ? i + skip : skip;
            continue;
        }
        if (span_starts(span_from(s, i), part))
            return true;
        i++;
    }
    return false;
}

static bool has_any_outside(struct span s, const struct span *parts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (has(s, parts[i]) && has_outside(s, parts[i]))
            return true;
    return false;
}

// A dot after an identifier separates in Go, Java, C#, Python, JavaScript, D and others. In C++
// there is one only before the word of a clone.
static bool has_dotted_path(struct span s)
{
    static const struct span clones[] = {
        SPAN("isra."),    SPAN("part."), SPAN("constprop."), SPAN("cold"),    SPAN("llvm."),
        SPAN("lto_priv"), SPAN("clone"), SPAN("resume"),     SPAN("destroy"), SPAN("cleanup"),
    };
    for (size_t i = 1; i + 1 < s.n; i++) {
        if (s.at[i] == '(' || s.at[i] == '<' || s.at[i] == '[') {
            size_t end = after_bracket(s, i);
            i = end ? end - 1 : i;
            continue;
        }
        if (s.at[i] != '.' || !(is_word(s.at[i - 1]) || strchr(")]>", s.at[i - 1])) ||
            isdigit((unsigned char)s.at[i + 1]))
            continue;
        bool clone = false;
        for (size_t k = 0; k < sizeof clones / sizeof *clones; k++)
            clone |= span_starts(span_from(s, i + 1), clones[k]);
        if (!clone)
            return true;
    }
    return false;
}

// What stands in names of Rust only: turbofish, qualified paths, closures, its own types.
static bool is_rust(struct span s)
{
    static const struct span signs[] = {
        SPAN("{{"),    SPAN("{closure"), SPAN("{impl#"), SPAN("<impl "), SPAN(" as "),
        SPAN("&mut "), SPAN("dyn "),     SPAN("<&str"),  SPAN("<["),     SPAN("<&["),
        SPAN("<_>"),   SPAN("<'"),       SPAN("&'"),     SPAN("<*"),     SPAN("*const "),
        SPAN("*mut "), SPAN(" -> "),
    };
    static const struct span types[] = {
        SPAN("u8"),  SPAN("u16"), SPAN("u32"), SPAN("u64"),   SPAN("u128"),
        SPAN("i8"),  SPAN("i16"), SPAN("i32"), SPAN("i64"),   SPAN("i128"),
        SPAN("f32"), SPAN("f64"), SPAN("str"), SPAN("usize"), SPAN("isize"),
    };
    if (has_any(s, signs, sizeof signs / sizeof *signs) || span_starts(s, SPAN("core::")) ||
        span_starts(s, SPAN("alloc::")))
        return true;
    size_t fish = span_find(s, SPAN("::<"));
    if (fish != SPAN_NOT_FOUND && !span_starts(span_from(s, fish + 3), SPAN("lambda")) &&
        !span_starts(span_from(s, fish + 3), SPAN("unnamed")) &&
        !span_starts(span_from(s, fish + 3), SPAN("anonymous")))
        return true;
    // A type argument that is one capital letter is a parameter: C++ names have what it stands for.
    for (size_t i = 1; i + 1 < s.n; i++) {
        if (s.at[i - 1] != '<' && s.at[i - 1] != ' ' && s.at[i - 1] != ',')
            continue;
        size_t end = i;
        while (end < s.n && is_word(s.at[end]))
            end++;
        if (end == i || end == s.n || (s.at[end] != '>' && s.at[end] != ',') ||
            span_find(span_upto(s, i), SPAN("<")) == SPAN_NOT_FOUND)
            continue;
        struct span word = {s.at + i, end - i};
        if (word.n == 1 && isupper((unsigned char)*word.at))
            return true;
        for (size_t k = 0; k < sizeof types / sizeof *types; k++)
            if (span_eq(word, types[k]))
                return true;
    }
    return false;
}

// Whether an argument reads "name::Type", as Julia writes it. So does C++ where a class of a
// namespace is passed by value; then names differ in what Julia would call such a type.
static bool is_julia_argument(struct span s)
{
    static const struct span types[] = {
        SPAN("Int"),        SPAN("UInt"),     SPAN("Float"),     SPAN("Bool"),     SPAN("String"),
        SPAN("Any"),        SPAN("Array"),    SPAN("Vector"),    SPAN("Matrix"),   SPAN("Dict"),
        SPAN("Tuple"),      SPAN("Type"),     SPAN("Symbol"),    SPAN("Function"), SPAN("Number"),
        SPAN("Real"),       SPAN("Abstract"), SPAN("Nothing"),   SPAN("Char"),     SPAN("Module"),
        SPAN("Expr"),       SPAN("IO"),       SPAN("Base."),     SPAN("Core."),    SPAN("Union"),
        SPAN("NamedTuple"), SPAN("Set"),      SPAN("SubString"), SPAN("Ptr"),      SPAN("Complex"),
    };
    while (s.n && *s.at == ' ')
        s = span_from(s, 1);
    size_t colons = span_find(s, SPAN("::"));
    if (colons == SPAN_NOT_FOUND)
        return false;
    for (size_t i = 0; i < colons; i++)
        if (!is_word(s.at[i]))
            return false;
    struct span type = span_from(s, colons + 2);
    if (has(type, SPAN("::")) || has(type, SPAN("*")) || has(type, SPAN("&")) ||
        has(type, SPAN("<")))
        return false;
    bool known = colons <= 1 || has(type, SPAN("{"));
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        known |= span_starts(type, types[i]);
    return known && type.n && isupper((unsigned char)*type.at);
}

static bool is_julia(struct span s)
{
    size_t open = span_find(s, SPAN("("));
    if (open == SPAN_NOT_FOUND || has(span_upto(s, open), SPAN("::")) || s.at[s.n - 1] != ')')
        return false;
    struct span args = {s.at + open + 1, s.n - open - 2};
    if (open > 0 && s.at[open - 1] == '!')
        return true; // "foo!(x::Int64)"
    struct span arg;
    while (args.n && span_cut(&args, ',', &arg))
        if (is_julia_argument(arg))
            return true;
    return false;
}

// A blank before an opening parenthesis is in C++ only where a type or a declarator goes before.
static bool has_remark(struct span s)
{
    for (size_t i = 1; i + 1 < s.n; i++)
        if (s.at[i] == '(' && s.at[i - 1] == ' ' && !is_declarator(s, i) &&
            !span_starts(span_from(s, i), SPAN("(anonymous")) &&
            !span_ends(span_upto(s, i), SPAN("operator ")) &&
            !span_ends(span_upto(s, i), SPAN("decltype ")) &&
            !span_ends(span_upto(s, i), SPAN(", ")) && !span_ends(span_upto(s, i), SPAN("< ")))
            return !has(span_upto(s, i), SPAN("("));
    return false;
}

static bool is_of_another_language(struct span name)
{
    static const struct span never[] = {
        SPAN(".<"),  // Java's <init>, C#'s closures, Python's <locals>
        SPAN("])."), // Go's generics
        SPAN("go.shape."),
    };
    static const struct span outside[] = {
        SPAN("#"),    // Ruby, Crystal
        SPAN(" in "), // Ruby, Swift
        SPAN("\\"),   // PHP
        SPAN("/"),    SPAN(";"), SPAN("`"), SPAN("!"), SPAN("@"), SPAN(" -> "), SPAN("=> "),
    };
    char first = *name.at;
    if (!is_word(first) && !span_starts(name, SPAN("(anonymous namespace)")) && first != ':' &&
        first != '~' && first != '{')
        return true;
    return has_any(name, never, sizeof never / sizeof *never) ||
           has_any_outside(name, outside, sizeof outside / sizeof *outside) ||
           has_dotted_path(name) || has_remark(name) || is_julia(name) || is_rust(name);
}

static bool is_file_of_another_language(struct span file)
{
    static const struct span endings[] = {
        SPAN(".rs"), SPAN(".jl"), SPAN(".rb"), SPAN(".py"), SPAN(".php"), SPAN(".pl"),
        SPAN(".pm"), SPAN(".cr"), SPAN(".cs"), SPAN(".fs"), SPAN(".kt"),  SPAN(".swift"),
    };
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (span_ends(file, endings[i]))
            return true;
    return false;
}

// Asked of every function, and names are short: memmem would prepare longer than it searches.
static bool holds(struct span name, struct span part)
{
    for (const char *at; name.n && (at = memchr(name.at, *part.at, name.n));) {
        name = span_from(name, (size_t)(at - name.at));
        if (span_starts(name, part))
            return true;
        name = span_from(name, 1);
    }
    return false;
}

// The arguments of a template, "std::", "operator new", " [clone .cold]".
static bool has_sign_of_cplusplus(struct span name)
{
    const char *angle = memchr(name.at, '<', name.n);
    return (angle && angle > name.at && is_word(angle[-1])) || holds(name, SPAN("::")) ||
           holds(name, SPAN(" [")) || holds(name, SPAN("operator"));
}

bool plain_is_cplusplus(struct span name, struct span file)
{
    return name.n && has_sign_of_cplusplus(name) && !is_file_of_another_language(file) &&
           !is_of_another_language(name);
}
