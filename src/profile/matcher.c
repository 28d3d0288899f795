// SPDX-License-Identifier: Apache-2.0
#include "profile/matcher.h"

#include "base/path.h"
#include "profile/symbol.h"

struct matcher matcher_of(const struct profile *p, struct regex *regex, struct arena *arena)
{
    struct matcher m = {.profile = p, .regex = regex};
    if (regex)
        m.known = arena_zalloc(arena, strtab_count(p->strings), sizeof *m.known);
    return m;
}

static bool matches_with_slashes(struct regex *regex, struct span path)
{
    struct arena arena = {0};
    bool match = regex_match(regex, path_with_slashes(&arena, path));
    arena_release(&arena);
    return match;
}

bool matcher_match(struct matcher *m, str_id id)
{
    if (!m->regex)
        return false;
    if (m->known[id] == 0) {
        struct span text = profile_str(m->profile, id);
        struct span bare = m->whole_names  ? symbol_shown_name(text)
                           : m->bare_names ? symbol_bare_name(text)
                                           : text;
        bool match = regex_match(m->regex, bare) ||
                     (m->whole_names && regex_match(m->regex, text)) ||
                     (path_has_drive(text) && matches_with_slashes(m->regex, text));
        m->known[id] = match ? 1 : -1;
    }
    return m->known[id] > 0;
}

bool matcher_match_line(struct matcher *m, const struct line *line)
{
    const struct function *f = &m->profile->functions[line->function];
    return matcher_match(m, f->name) || matcher_match(m, f->filename);
}

void matcher_try_functions(struct matcher *m)
{
    const struct profile *p = m->profile;
    for (uint32_t i = 0; m->regex && i < p->n_functions; i++)
        if (!matcher_match(m, p->functions[i].name))
            matcher_match(m, p->functions[i].filename);
}

bool matcher_match_mapping(struct matcher *m, const struct location *loc)
{
    return loc->mapping != NO_INDEX && matcher_match(m, m->profile->mappings[loc->mapping].file);
}

bool matcher_match_location(struct matcher *m, const struct location *loc)
{
    for (uint32_t i = 0; i < loc->n_lines; i++)
        if (matcher_match_line(m, &m->profile->lines[loc->line + i]))
            return true;
    return matcher_match_mapping(m, loc);
}
