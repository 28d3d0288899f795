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
