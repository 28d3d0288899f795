// SPDX-License-Identifier: Apache-2.0
#include "profile/symbol.h"
#include "symbol/demangle.h"
#include "symbol/mode.h"
#include "symbol/plain.h"

#include "check.h"

static void check_plain(struct span name, struct span file, bool keep_templates,
                        struct span expected)
{
    struct buf out = {0};
    check_about("%.*s", (int)name.n, name.at);
    if (plain_is_cplusplus(name, file))
        plain_simplify(name, keep_templates, &out);
    else
        buf_add(&out, name);
    CHECK_SPAN(buf_span(&out), expected);
    buf_release(&out);
}

static void arguments_and_templates_go(void)
{
    static const struct {
        struct span name, simple, templates;
    } rows[] = {
        {SPAN("a::f(int)"), SPAN("a::f"), SPAN("a::f")},
        {SPAN("a::f(char const*, b::c)"), SPAN("a::f"), SPAN("a::f")},
        {SPAN("a::v<int, b<char> >::go()"), SPAN("a::v::go"), SPAN("a::v<int, b<char> >::go")},
        {SPAN("f<int>"), SPAN("f"), SPAN("f<int>")},
        {SPAN("f<int>(int) [clone .cold]"), SPAN("f [clone .cold]"), SPAN("f<int> [clone .cold]")},
        {SPAN("(anonymous namespace)::h(int)"), SPAN("(anonymous namespace)::h"),
         SPAN("(anonymous namespace)::h")},
        {SPAN("a::(anonymous namespace)::B<int>::h()"), SPAN("a::(anonymous namespace)::B::h"),
         SPAN("a::(anonymous namespace)::B<int>::h")},
        {SPAN("a::operator<<(int)"), SPAN("a::operator<<"), SPAN("a::operator<<")},
        {SPAN("a::S::operator()(int) const"), SPAN("a::S::operator() const"),
         SPAN("a::S::operator() const")},
        {SPAN("operator+<char, std::allocator<char> >"), SPAN("operator+"),
         SPAN("operator+<char, std::allocator<char> >")},
        {SPAN("operator==<a::B>"), SPAN("operator=="), SPAN("operator==<a::B>")},
        {SPAN("operator<=><a::B>"), SPAN("operator<=>"), SPAN("operator<=><a::B>")},
        {SPAN("a::operator->()"), SPAN("a::operator->"), SPAN("a::operator->")},
        {SPAN("bool a::operator< <int>(a::A<int> const&)"), SPAN("bool a::operator<"),
         SPAN("bool a::operator< <int>")},
        {SPAN("operator new[](unsigned long)"), SPAN("operator new[]"), SPAN("operator new[]")},
        {SPAN("a::f(int)::{lambda(char)#1}::operator()(char) const"),
         SPAN("a::f::{lambda#1}::operator() const"), SPAN("a::f::{lambda#1}::operator() const")},
        {SPAN("a::f()::<lambda(int)>"), SPAN("a::f::<lambda>"), SPAN("a::f::<lambda>")},
        {SPAN("void (*a::g(int))(char)"), SPAN("void (*a::g)"), SPAN("void (*a::g)")},
        {SPAN("std::vector<a::B*>::push_back(a::B* const&)"), SPAN("std::vector::push_back"),
         SPAN("std::vector<a::B*>::push_back")},
        {SPAN("a::f(int"), SPAN("a::f(int"), SPAN("a::f(int")},
        {SPAN("a::f)"), SPAN("a::f)"), SPAN("a::f)")},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check_plain(rows[i].name, SPAN("a.cc"), false, rows[i].simple);
        check_plain(rows[i].name, SPAN(""), true, rows[i].templates);
    }
}

static void other_languages_stay(void)
{
    static const struct span rows[] = {
        SPAN("<module>"),
        SPAN("<lambda>"),
        SPAN("outer.<locals>.<lambda>"),
        SPAN("run <string>"),
        SPAN("block (2 levels) in Foo::Bar"),
        SPAN("Foo::Bar#baz (eval)"),
        SPAN("<class:Foo>"),
        SPAN("Foo::bar (app.rb:3)"),
        SPAN("get <anonymous>"),
        SPAN("Foo::{closure#0}"),
        SPAN("+(x::Int64, y::Int64)"),
        SPAN("(::Foo)(x::Int)"),
        SPAN("getindex(A::Array{Float64, 2}, i::Int64)"),
        SPAN("push!(v::Vector{Any}, x)"),
        SPAN("sum(x::Vector, f::Function)"),
        SPAN("Base.:(==)(a, b)"),
        SPAN("<a::B as c::D>::drop"),
        SPAN("a::<impl b::C for [T; _]>::default"),
        SPAN("a::b::<u8>::c"),
        SPAN("a::Vec<T,A>::push"),
        SPAN("a::Map<K, V>::insert"),
        SPAN("core::ptr::drop_in_place<a::B>"),
        SPAN("a::f::<impl FnOnce<(A, B)>>"),
        SPAN("main.F[go.shape.func(string) string]"),
        SPAN("main.(*T).Run.MapFn[...].func1"),
        SPAN("a/b.Map[go.shape.chan<- int]"),
        SPAN("a.b.C<D>.e(f::G)"),
        SPAN("com.foo.Bar.baz(int[])"),
        SPAN("Foo.Bar<System.Int32>.Add(Int32)"),
        SPAN("-[NSString(Foo) bar]"),
        SPAN("generic specialization <Swift.Int> of Foo.bar<A>(A) -> ()"),
        SPAN("Foo\\Bar::baz(1)"),
        SPAN("main::(eval 12)::f"),
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_plain(rows[i], SPAN(""), false, rows[i]);
    check_plain(SPAN("a::B<c::D>::e"), SPAN("src/lib.rs"), false, SPAN("a::B<c::D>::e"));
}

struct mangled {
    const char *name, *simple, *templates, *full;
};

static void check_mangled(const struct mangled *rows, size_t n)
{
    static const enum demangle_style styles[] = {DEMANGLE_SIMPLE, DEMANGLE_TEMPLATES,
                                                 DEMANGLE_FULL};
    for (size_t i = 0; demangle_is_built_in() && i < n; i++)
        for (size_t k = 0; k < 3; k++) {
            const char *want = k == 0 ? rows[i].simple : k == 1 ? rows[i].templates : rows[i].full;
            struct buf out = {0};
            check_about("%s, style %zu", rows[i].name, k);
            CHECK(demangle(span_of(rows[i].name), styles[k], &out));
            CHECK_SPAN(buf_span(&out), span_of(want));
            buf_release(&out);
        }
}

static void mangled_names_are_read(void)
{
    static const struct mangled rows[] = {
        {"_ZN2ns1fEi", "ns::f", "ns::f", "ns::f(int)"},
        {"_ZNSt6vectorIiSaIiEE9push_backERKi", "std::vector::push_back",
         "std::vector<int, std::allocator<int> >::push_back",
         "std::vector<int, std::allocator<int> >::push_back(int const&)"},
        {"_ZN2ns1fEi.cold", "ns::f", "ns::f", "ns::f(int)"},
        {"_ZZ4mainENKUliE_clEi", "main::{lambda(int)#1}::operator()",
         "main::{lambda(int)#1}::operator()", "main::{lambda(int)#1}::operator()(int) const"},
        {"_ZNSsC1EPKcRKSaIcE", "std::basic_string::basic_string",
         "std::basic_string<char, std::char_traits<char>, std::allocator<char> >::basic_string",
         "std::basic_string<char, std::char_traits<char>, std::allocator<char> >::basic_string("
         "char const*, std::allocator<char> const&)"},
        {"_ZN12_GLOBAL__N_11fEv", "(anonymous namespace)::f", "(anonymous namespace)::f",
         "(anonymous namespace)::f()"},
        {"_D3foo3barFiZv", "foo.bar", "foo.bar", "foo.bar(int)"},
        // An inherited constructor, and one of a class without a name.
        {"_ZN1BCI11AEi", "B::B", "B::B", "B::B(int)"},
        {"_ZN1AUt_C1Ev", "A::{unnamed type#1}::{unnamed type#1}",
         "A::{unnamed type#1}::{unnamed type#1}", "A::{unnamed type#1}::{unnamed type#1}()"},
        {"_ZNSt6threadC1IZ4mainEUlvE_JEvEEOT_DpOT0_", "std::thread::thread",
         "std::thread::thread<main::{lambda()#1}, void>",
         "std::thread::thread<main::{lambda()#1}, void>(main::{lambda()#1}&&)"},
        {"_Z1fIJEEvR1TIJiDpT_EE", "f", "f<>", "void f<>(T<int, >&)"},
        // As clang writes a dependent name.
        {"_Z1fIiENSt9enable_ifIXsr3std9is_signedIT_EE5valueEiE4typeET_", "f", "f<int>",
         "std::enable_if<std::is_signed<int>::value, int>::type f<int>(int)"},
    };
    check_mangled(rows, sizeof rows / sizeof *rows);
}

static void names_of_rust_are_read(void)
{
    static const struct mangled rows[] = {
        {"_ZN3foo3bar17h0123456789abcdefE", "foo::bar", "foo::bar", "foo::bar"},
        {"_ZN37_$LT$A$u20$as$u20$core..ops..Drop$GT$4drop17h0123456789abcdefE",
         "<A as core::ops::Drop>::drop", "<A as core::ops::Drop>::drop",
         "<A as core::ops::Drop>::drop"},
        {"_RNvCs1234_7mycrate3foo", "mycrate::foo", "mycrate::foo", "mycrate::foo"},
        {"_RINvNtC3std3mem8align_ofjE", "std::mem::align_of::<>", "std::mem::align_of::<usize>",
         "std::mem::align_of::<usize>"},
        {"_RNvXCs1_1aDINtNtC4core3ops2FnThEEp6OutputlEL_NtB2_1A1f",
         "<dyn core::ops::Fn<, Output = i32> as a::A>::f",
         "<dyn core::ops::Fn<(u8,), Output = i32> as a::A>::f",
         "<dyn core::ops::Fn<(u8,), Output = i32> as a::A>::f"},
        {"_RINvC1a1fNcNtC1b4Some0ReE", "a::f::<>", "a::f::<b::Some::, &str>",
         "a::f::<b::Some::, &str>"},
        {"_RNCNCNvC1a1f00C1b", "a::f::{closure#0}::{closure#0}", "a::f::{closure#0}::{closure#0}",
         "a::f::{closure#0}::{closure#0}"},
        {"_RNvMC1aINtC1a1AAhj3_E1f", "<a::A<>>::f", "<a::A<[u8; 3]>>::f", "<a::A<[u8; 3]>>::f"},
        {"_RINvC1a1fKcaba_Kb1_Kln5_E", "a::f::<>", "a::f::<'\\u{aba}', true, -5>",
         "a::f::<'\\u{aba}', true, -5>"},
        {"_RNvNtC1au9gre_6ka8i1f", "a::gr\u00f6\u00dfe::f", "a::gr\u00f6\u00dfe::f",
         "a::gr\u00f6\u00dfe::f"},
        {"_RNvYFUKCEuNtC1a1T1f", "<unsafe extern \"C\" fn() as a::T>::f",
         "<unsafe extern \"C\" fn() as a::T>::f", "<unsafe extern \"C\" fn() as a::T>::f"},
        {"_RNvXCs1_1aFG_QL0_INtB2_1WL0_EEuNtB2_1T1f", "<for<'a> fn(&'a mut a::W<>) as a::T>::f",
         "<for<'a> fn(&'a mut a::W<'a>) as a::T>::f", "<for<'a> fn(&'a mut a::W<'a>) as a::T>::f"},
    };
    check_mangled(rows, sizeof rows / sizeof *rows);
}

static void hostile_names_end(void)
{
    struct buf name = {0}, out = {0};
    buf_add(&name, SPAN("_Z1fI"));
    for (int i = 0; i < 60; i++)
        buf_printf(&name, "St4pairIS%c_S%c_E", i < 2 ? 't' : '0' + i % 10, i < 2 ? 't' : 'A');
    demangle(buf_span(&name), DEMANGLE_FULL, &out);
    buf_clear(&name);
    buf_add(&name, SPAN("_RIC1fTTuuE"));
    for (int i = 0; i < 200; i++)
        buf_add(&name, SPAN("TB6_B6_E"));
    buf_add(&name, SPAN("EE"));
    demangle(buf_span(&name), DEMANGLE_FULL, &out);
    buf_clear(&name);
    buf_add(&name, SPAN("_Z1f"));
    buf_fill(&name, 'P', 16000);
    buf_addc(&name, 'i');
    demangle(buf_span(&name), DEMANGLE_SIMPLE, &out);
    CHECK(out.n < 1 << 20);
    buf_release(&name);
    buf_release(&out);
}

static void bare_names_keep_receivers(void)
{
    CHECK_SPAN(symbol_bare_name(SPAN("a::f(int)")), SPAN("a::f"));
    CHECK_SPAN(symbol_bare_name(SPAN(".f(int)")), SPAN("f"));
    CHECK_SPAN(symbol_shown_name(SPAN("main.(*T).drop")), SPAN("main.(*T).drop"));
    CHECK_SPAN(symbol_bare_name(SPAN("main.(*T).drop")), SPAN("main."));
    CHECK_SPAN(symbol_bare_name(SPAN("a::(anonymous namespace)::f(int)")),
               SPAN("a::(anonymous namespace)::f"));
    CHECK_SPAN(symbol_bare_name(SPAN("a::operator()(int)")), SPAN("a::operator()"));
}

static void modes_are_words(void)
{
    struct symbolize_mode m;
    struct err err = {0};
    CHECK_INT(symbolize_mode_parse(&m, SPAN(""), &err), 0);
    CHECK(m.local && m.remote && !m.force && !m.fast && !m.nothing);
    CHECK_INT(symbolize_mode_parse(&m, SPAN("FastLocal:force:demangle=default"), &err), 0);
    CHECK(m.local && !m.remote && m.force && m.fast && m.style == DEMANGLE_SIMPLE);
    CHECK_INT(symbolize_mode_parse(&m, SPAN("demangle=full"), &err), 0);
    CHECK(m.force && m.style == DEMANGLE_FULL);
    CHECK_INT(symbolize_mode_parse(&m, SPAN("remote:no"), &err), 0);
    CHECK(m.nothing);
    CHECK_INT(symbolize_mode_parse(&m, SPAN("locale"), &err), -1);
    CHECK_HAS(err.text, "'locale'");
    CHECK_HAS(err.text, "fastlocal");
}

CHECK_MAIN(CASE(arguments_and_templates_go), CASE(other_languages_stay),
           CASE(mangled_names_are_read), CASE(names_of_rust_are_read), CASE(hostile_names_end),
           CASE(bare_names_keep_receivers), CASE(modes_are_words))
