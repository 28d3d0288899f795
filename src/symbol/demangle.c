// SPDX-License-Identifier: Apache-2.0
#include "symbol/demangle.h"

#ifdef HAVE_LIBIBERTY

#include <ctype.h>
#include <libiberty/demangle.h>
#include <setjmp.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "symbol/rustname.h"
#include "symbol/rustv0.h"

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

typedef struct demangle_component component;

// Whether a component of this type has two others below it.
static bool has_children(enum demangle_component_type type)
{
    switch (type) {
    case DEMANGLE_COMPONENT_NAME:
    case DEMANGLE_COMPONENT_TEMPLATE_PARAM:
    case DEMANGLE_COMPONENT_FUNCTION_PARAM:
    case DEMANGLE_COMPONENT_SUB_STD:
    case DEMANGLE_COMPONENT_BUILTIN_TYPE:
    case DEMANGLE_COMPONENT_EXTENDED_BUILTIN_TYPE:
    case DEMANGLE_COMPONENT_OPERATOR:
    case DEMANGLE_COMPONENT_EXTENDED_OPERATOR:
    case DEMANGLE_COMPONENT_CHARACTER:
    case DEMANGLE_COMPONENT_NUMBER:
    case DEMANGLE_COMPONENT_CTOR:
    case DEMANGLE_COMPONENT_DTOR:
    case DEMANGLE_COMPONENT_FIXED_TYPE:
    case DEMANGLE_COMPONENT_UNNAMED_TYPE:
    case DEMANGLE_COMPONENT_LAMBDA:
    case DEMANGLE_COMPONENT_DEFAULT_ARG:
        return false;
    default:
        return true;
    }
}

struct pruning {
    enum demangle_style style;
    const component *arguments; // of the template whose name is looked at
    size_t steps;               // a tree may share its parts: how many more are looked at
    component mark;             // of a pack that is empty: MARK
};

enum { MARK = 1 }; // a sign that no name has

static component *prune(struct pruning *p, component *c, int depth);

// What a parameter of the template stands for, as its arguments will not be there to ask.
static component *argument_of(const struct pruning *p, const component *parameter)
{
    const component *list = p->arguments;
    long index = parameter->u.s_number.number;
    while (list && list->type == DEMANGLE_COMPONENT_TEMPLATE_ARGLIST && index-- > 0)
        list = list->u.s_binary.right;
    bool known = list && list->type == DEMANGLE_COMPONENT_TEMPLATE_ARGLIST;
    return known ? list->u.s_binary.left : NULL;
}

static bool is_empty_pack(const struct pruning *p, const component *c)
{
    if (!c || c->type != DEMANGLE_COMPONENT_PACK_EXPANSION || !c->u.s_binary.left ||
        c->u.s_binary.left->type != DEMANGLE_COMPONENT_TEMPLATE_PARAM)
        return false;
    const component *argument = argument_of(p, c->u.s_binary.left);
    return argument && argument->type == DEMANGLE_COMPONENT_TEMPLATE_ARGLIST &&
           !argument->u.s_binary.left;
}

// In a pack of arguments an empty one leaves its comma: "Tuple<int, >".
static void mark_empty_packs(struct pruning *p, component *c, int depth)
{
    if (!c || depth > DEPTH_MAX || p->steps == 0 || !has_children(c->type))
        return;
    p->steps--;
    component *pack = c->u.s_binary.left;
    if (c->type == DEMANGLE_COMPONENT_TEMPLATE_ARGLIST && pack && pack->type == c->type)
        while ((pack = pack->u.s_binary.right) && pack->type == c->type)
            if (is_empty_pack(p, pack->u.s_binary.left))
                pack->u.s_binary.left = &p->mark;
    mark_empty_packs(p, c->u.s_binary.left, depth + 1);
    mark_empty_packs(p, c->u.s_binary.right, depth + 1);
}

static void mark_of_function(struct pruning *p, component *tree)
{
    static const char mark[] = {MARK, '\0'};
    component *name = tree->type == DEMANGLE_COMPONENT_TYPED_NAME ? tree->u.s_binary.left : NULL;
    while (name && name->type == DEMANGLE_COMPONENT_QUAL_NAME)
        name = name->u.s_binary.right;
    if (!name || name->type != DEMANGLE_COMPONENT_TEMPLATE)
        return;
    p->arguments = name->u.s_binary.right;
    p->mark.type = DEMANGLE_COMPONENT_NAME;
    p->mark.u.s_name.s = mark;
    p->mark.u.s_name.len = 1;
    mark_empty_packs(p, tree->u.s_binary.right, 0);
    p->arguments = NULL;
}

static component *prune_template(struct pruning *p, component *c, int depth)
{
    const component *before = p->arguments;
    p->arguments = c->u.s_binary.right;
    component *name = prune(p, c->u.s_binary.left, depth);
    p->arguments = before;
    return name;
}

// "std::basic_string<char, …>" is one letter.
static void prune_abbreviation(component *c)
{
    struct span name = {c->u.s_string.string, (size_t)c->u.s_string.len};
    size_t open = span_find(name, SPAN("<"));
    if (open != SPAN_NOT_FOUND)
        c->u.s_string.len = (int)open;
}

// The name that a class has in itself, as its constructors have it.
static component *own_name(component *class)
{
    for (int depth = 0; class && depth < DEPTH_MAX; depth++)
        switch (class->type) {
        case DEMANGLE_COMPONENT_QUAL_NAME:
        case DEMANGLE_COMPONENT_LOCAL_NAME:
            class = class->u.s_binary.right;
            break;
        case DEMANGLE_COMPONENT_TEMPLATE:
        case DEMANGLE_COMPONENT_TAGGED_NAME:
            class = class->u.s_binary.left;
            break;
        case DEMANGLE_COMPONENT_NAME:
        case DEMANGLE_COMPONENT_UNNAMED_TYPE:
            return class;
        default:
            return NULL;
        }
    return NULL;
}

// libiberty names an inherited constructor by the class that it is inherited from, and one of a
// class without a name by the class around it.
static void name_constructor(component *qualified)
{
    component *class = own_name(qualified->u.s_binary.left);
    component *method = qualified->u.s_binary.right;
    while (method && (method->type == DEMANGLE_COMPONENT_TEMPLATE ||
                      method->type == DEMANGLE_COMPONENT_TAGGED_NAME))
        method = method->u.s_binary.left;
    if (class && method && method->type == DEMANGLE_COMPONENT_CTOR)
        method->u.s_ctor.name = class;
    if (class && method && method->type == DEMANGLE_COMPONENT_DTOR)
        method->u.s_dtor.name = class;
}

// A local name has its function before it, of which the name is enough.
static void forget_arguments(component *function)
{
    while (function && function->type != DEMANGLE_COMPONENT_TYPED_NAME)
        if (function->type == DEMANGLE_COMPONENT_LOCAL_NAME || !has_children(function->type))
            return;
        else
            function = function->u.s_binary.left;
    component *type = function ? function->u.s_binary.right : NULL;
    if (type && type->type == DEMANGLE_COMPONENT_FUNCTION_TYPE)
        type->u.s_binary.left = type->u.s_binary.right = NULL;
}

// The parameters of a lambda's own template are shown as "auto:1".
static void prune_lambda(struct pruning *p, component *c, int depth)
{
    const component *before = p->arguments;
    p->arguments = NULL;
    c->u.s_unary_num.sub = prune(p, c->u.s_unary_num.sub, depth);
    p->arguments = before;
}

static void prune_children(struct pruning *p, component *c, int depth)
{
    switch (c->type) {
    case DEMANGLE_COMPONENT_CTOR:
        c->u.s_ctor.name = prune(p, c->u.s_ctor.name, depth);
        return;
    case DEMANGLE_COMPONENT_DTOR:
        c->u.s_dtor.name = prune(p, c->u.s_dtor.name, depth);
        return;
    case DEMANGLE_COMPONENT_LAMBDA:
        prune_lambda(p, c, depth);
        return;
    case DEMANGLE_COMPONENT_DEFAULT_ARG:
        c->u.s_unary_num.sub = prune(p, c->u.s_unary_num.sub, depth);
        return;
    case DEMANGLE_COMPONENT_LOCAL_NAME:
        if (p->style != DEMANGLE_FULL)
            forget_arguments(c->u.s_binary.left);
        break;
    case DEMANGLE_COMPONENT_QUAL_NAME:
        name_constructor(c);
        break;
    default:
        break;
    }
    if (!has_children(c->type))
        return;
    c->u.s_binary.left = prune(p, c->u.s_binary.left, depth);
    c->u.s_binary.right = prune(p, c->u.s_binary.right, depth);
}

// Takes the arguments of templates and of enclosing functions out of the tree, unless all is shown,
// and mends what libiberty has otherwise than other demanglers.
static component *prune(struct pruning *p, component *c, int depth)
{
    if (!c || depth > DEPTH_MAX || p->steps == 0)
        return c;
    p->steps--;
    if (p->style == DEMANGLE_SIMPLE && c->type == DEMANGLE_COMPONENT_TEMPLATE)
        return prune_template(p, c, depth + 1);
    if (p->style == DEMANGLE_SIMPLE && c->type == DEMANGLE_COMPONENT_TEMPLATE_PARAM &&
        p->arguments) {
        component *argument = argument_of(p, c);
        return argument ? prune(p, argument, depth + 1) : c;
    }
    if (p->style == DEMANGLE_SIMPLE && c->type == DEMANGLE_COMPONENT_SUB_STD)
        prune_abbreviation(c);
    prune_children(p, c, depth + 1);
    return c;
}

// Closing brackets stand apart; libiberty forgets that after an empty pack of arguments, and leaves
// the comma after one.
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
        if (i < s.n && s.at[i] != MARK)
            buf_addc(out, s.at[i]);
        if (i > 0 && i + 1 < s.n && s.at[i] == '>' && s.at[i + 1] == '>' && s.at[i - 1] != ')' &&
            !span_ends(span_upto(s, i), SPAN("operator")))
            buf_addc(out, ' ');
    }
    buf_release(&whole);
}

static bool print_tree(component *tree, int options, struct buf *out)
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
    component *tree = cplus_demangle_v3_components(mangled, options, &memory);
    while (tree && tree->type == DEMANGLE_COMPONENT_CLONE)
        tree = tree->u.s_binary.left;
    struct pruning p = {.style = style, .steps = DEMANGLED_MAX};
    if (tree && style == DEMANGLE_FULL)
        mark_of_function(&p, tree);
    if (tree)
        tree = prune(&p, tree, 0);
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
        return rustv0_demangle(span_of(name), style == DEMANGLE_SIMPLE, out);
    if (strncmp(name, "_ZN", 3) == 0 && rustname_old(name, out))
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

#include "symbol/rustv0.h"

bool demangle(struct span mangled, enum demangle_style style, struct buf *out)
{
    enum { MANGLED_MAX = 1 << 14 };
    return style != DEMANGLE_NONE && mangled.n <= MANGLED_MAX && span_starts(mangled, SPAN("_R")) &&
           rustv0_demangle(mangled, style == DEMANGLE_SIMPLE, out);
}

bool demangle_is_built_in(void)
{
    return false;
}

#endif
