// SPDX-License-Identifier: Apache-2.0
#include "format/shorten.h"

enum { ANONYMOUS_NAMESPACE, GO_VERSION, GO, JAVA, CPLUSPLUS };

// In PCRE2's syntax, since what the groups match is kept.
static const char *const patterns[SHORTEN_RULES] = {
    [ANONYMOUS_NAMESPACE] = "^\\(anonymous namespace\\)::",
    [GO_VERSION] = "^(.*?)/v(?:[2-9]|[1-9][0-9]+)([./].*)$",
    [GO] = "^(?:[\\w\\-.]+/)+([^.]+\\..+)",
    [JAVA] = "^(?:[a-z]\\w*\\.)*([A-Z][\\w$]*\\.(?:<init>|[a-z][\\w$]*(?:\\$\\d+)?))(?:\\(|$)",
    [CPLUSPLUS] = "^(?:[_a-zA-Z]\\w*::)+(_*[A-Z]\\w*::~?[_a-zA-Z]\\w*(?:<.*>)?)",
};

void shortener_init(struct shortener *s)
{
    *s = (struct shortener){0};
    for (int i = 0; i < SHORTEN_RULES; i++)
        s->rules[i] = regex_new_builtin(patterns[i]);
}

void shortener_release(struct shortener *s)
{
    for (int i = 0; i < SHORTEN_RULES; i++)
        regex_free(s->rules[i]);
    buf_release(&s->text);
}

struct span shorten(struct shortener *s, struct span name)
{
    struct span groups[3];
    if (regex_groups(s->rules[ANONYMOUS_NAMESPACE], name, groups, 1))
        name = span_from(name, groups[0].n);
    if (regex_groups(s->rules[GO_VERSION], name, groups, 3)) {
        buf_clear(&s->text);
        buf_add(&s->text, groups[1]);
        buf_add(&s->text, groups[2]);
        name = buf_span(&s->text);
    }
    for (int i = GO; i <= CPLUSPLUS; i++)
        if (regex_groups(s->rules[i], name, groups, 2))
            return groups[1];
    return name;
}

struct span name_package(struct span name)
{
    size_t end = 0, start = 0;
    while (end < name.n && !strchr("([< ", name.at[end]))
        end++;
    for (size_t i = 0; i < end; i++)
        if (name.at[i] == '/')
            start = i + 1;
    for (size_t i = start; i < end; i++)
        if (name.at[i] == '.' || (name.at[i] == ':' && i > start))
            return span_upto(name, i);
    return SPAN("");
}

// FNV-1a.
unsigned name_shade(struct span package)
{
    unsigned hash = 2166136261u;
    for (size_t i = 0; i < package.n; i++)
        hash = (hash ^ (unsigned char)package.at[i]) * 16777619u;
    return hash;
}

static bool is_word(struct span text)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.at[i];
        bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';
        if (!letter && !(c >= '0' && c <= '9') && c != '_' && c != '-' && c != '$' && c < 0x80)
            return false;
    }
    return text.n > 0;
}

// After how many bytes the name may be cut at i; 0: not there. A dot parts a package from its
// function, and Java's packages and classes, which begin with a small letter.
static size_t cut_at(struct span name, size_t i, size_t slash, size_t start, bool *dotted)
{
    char c = name.at[i];
    if (c == '/' && i <= slash)
        return i + 1;
    if (c == ':' && name.at[i + 1] == ':')
        return i + 2;
    if (c != '.' || i < slash || !is_word(span_upto(span_from(name, start), i - start)))
        return 0;
    bool again = *dotted;
    *dotted = true;
    bool package = name.at[start] >= 'a' && name.at[start] <= 'z';
    bool more = memchr(name.at + i + 1, '.', name.n - i - 1) != NULL;
    return !again || (package && more) ? i + 1 : 0;
}

unsigned name_cuts(struct span name, struct span *cuts, unsigned most)
{
    unsigned n = 0;
    size_t slash = 0, start = 0;
    int depth = 0;
    bool dotted = false;
    cuts[n++] = name;
    for (size_t i = 0; i < name.n && !strchr("[(<{", name.at[i]); i++)
        slash = name.at[i] == '/' ? i : slash;
    for (size_t i = 0; i + 1 < name.n && n < most; i++) {
        depth += strchr("<([{", name.at[i]) ? 1 : strchr(">)]}", name.at[i]) ? -1 : 0;
        if (depth > 0 || i == 0 || !name.at[i])
            continue;
        size_t cut = cut_at(name, i, slash, start, &dotted);
        if (cut && cut < name.n) {
            start = cut;
            cuts[n++] = span_from(name, cut);
        }
    }
    return n;
}
