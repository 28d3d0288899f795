// SPDX-License-Identifier: Apache-2.0
#include "symbol/prune.h"

#ifdef HAVE_LIBIBERTY

#include <libiberty/demangle.h>

#include "base/span.h"

enum { DEPTH_MAX = 512, STEPS_MAX = 1 << 16 };

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
};

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

component *prune_tree(component *tree, enum demangle_style style)
{
    struct pruning p = {style, NULL, STEPS_MAX};
    return prune(&p, tree, 0);
}

#endif
