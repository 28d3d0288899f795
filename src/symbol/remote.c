// SPDX-License-Identifier: Apache-2.0
#include "symbol/remote.h"

#include <ctype.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/idmap.h"
#include "base/vec.h"
#include "base/xalloc.h"

// A mapping as it was in one profile.
struct origin {
    struct span key; // its build id, or else its file
    const char *place;
    uint64_t start;
};

struct remotes {
    pthread_mutex_t lock;
    struct arena arena;
    VEC(struct origin) origins;
    VEC(const char *) silent; // places that did not answer
};

// What is being named.
struct naming {
    struct profile *p;
    struct arena arena; // of one mapping
    VEC(struct line) lines;
    VEC(struct function) functions;
    struct idmap by_name;    // of new functions
    struct idmap by_address; // the name of each, while a mapping is named
};

struct remotes *remotes_new(void)
{
    struct remotes *r = xcalloc(1, sizeof *r);
    pthread_mutex_init(&r->lock, NULL);
    return r;
}

void remotes_free(struct remotes *r)
{
    if (!r)
        return;
    pthread_mutex_destroy(&r->lock);
    arena_release(&r->arena);
    free(r);
}

static struct span key_of(const struct profile *p, const struct mapping *m)
{
    return profile_str(p, m->build_id ? m->build_id : m->file);
}

void remotes_add(struct remotes *r, struct profile *p, const char *place, struct span shown)
{
    pthread_mutex_lock(&r->lock);
    const char *copy = arena_cstr(&r->arena, span_of(place));
    for (uint32_t i = 0; i < p->n_mappings; i++) {
        struct mapping *m = &p->mappings[i];
        if (!m->build_id && !m->file)
            m->file = strtab_add(p->strings, shown);
        *vec_push(&r->arena, &r->origins) =
            (struct origin){arena_span(&r->arena, key_of(p, m)), copy, m->start};
    }
    pthread_mutex_unlock(&r->lock);
}

static bool is_silent(const struct remotes *r, const char *place)
{
    for (size_t i = 0; i < r->silent.n; i++)
        if (strcmp(r->silent.at[i], place) == 0)
            return true;
    return false;
}

// One of the services that had the mapping and may answer; which one does not depend on the order
// in which profiles came.
static const struct origin *find_origin(const struct remotes *r, struct span key)
{
    const struct origin *best = NULL;
    for (size_t i = 0; i < r->origins.n; i++) {
        const struct origin *o = &r->origins.at[i];
        if (span_eq(o->key, key) && !is_silent(r, o->place) &&
            (!best || strcmp(o->place, best->place) < 0))
            best = o;
    }
    return best;
}

// Adds the addresses as the service has them. False where there are none.
static bool list_addresses(const struct profile *p, uint32_t mapping, uint64_t shift,
                           struct buf *out)
{
    for (uint32_t i = 0; i < p->n_locations; i++) {
        const struct location *loc = &p->locations[i];
        if (loc->mapping == mapping && loc->address && loc->n_lines == 0)
            buf_printf(out, "%s%#" PRIx64, out->n ? "+" : "", loc->address + shift);
    }
    return out->n > 0;
}

// "0x1f name of it" anywhere in the line; false where that is not there.
static bool parse_line(struct span line, uint64_t *address, struct span *name)
{
    size_t at = span_find(line, SPAN("0x"));
    while (at != SPAN_NOT_FOUND) {
        size_t n = at + 2;
        *address = 0;
        for (; n < line.n && isxdigit((unsigned char)line.at[n]); n++)
            *address = *address << 4 | (uint64_t)(isdigit((unsigned char)line.at[n])
                                                      ? line.at[n] - '0'
                                                      : (line.at[n] | 32) - 'a' + 10);
        size_t blank = n;
        while (blank < line.n && isspace((unsigned char)line.at[blank]))
            blank++;
        if (n > at + 2 && n <= at + 18 && blank > n) {
            *name = span_from(line, blank);
            return true;
        }
        size_t next = span_find(span_from(line, at + 2), SPAN("0x"));
        at = next == SPAN_NOT_FOUND ? next : at + 2 + next;
    }
    return false;
}

static uint32_t function_of(struct naming *n, str_id name)
{
    uint32_t found = idmap_get(&n->by_name, name);
    if (found != IDMAP_NONE)
        return found;
    found = (uint32_t)n->functions.n;
    *vec_push(n->p->arena, &n->functions) =
        (struct function){.id = found + 1, .name = name, .system_name = name};
    idmap_add(&n->by_name, name, found);
    return found;
}

static void read_answer(struct naming *n, struct span answer, uint64_t shift)
{
    struct span line, name;
    while (answer.n && span_cut(&answer, '\n', &line)) {
        uint64_t address;
        while (line.n && line.at[line.n - 1] == '\r')
            line.n--;
        if (parse_line(line, &address, &name) && name.n &&
            idmap_get(&n->by_address, address - shift) == IDMAP_NONE)
            idmap_add(&n->by_address, address - shift, strtab_add(n->p->strings, name));
    }
}

static void name_locations(struct naming *n, uint32_t mapping)
{
    struct profile *p = n->p;
    for (uint32_t i = 0; i < p->n_locations; i++) {
        struct location *loc = &p->locations[i];
        if (loc->mapping != mapping || loc->n_lines)
            continue;
        str_id name = idmap_get(&n->by_address, loc->address);
        if (name == IDMAP_NONE)
            continue;
        loc->line = (uint32_t)n->lines.n;
        loc->n_lines = 1;
        *vec_push(p->arena, &n->lines) = (struct line){.function = function_of(n, name)};
        p->mappings[mapping].has_functions = true;
    }
}

static void name_mapping(struct remotes *r, struct naming *n, uint32_t mapping,
                         const struct remote_asking *asking, const struct job *job)
{
    struct mapping *m = &n->p->mappings[mapping];
    const struct origin *o;
    struct err err;
    bool done = false;
    while (!done && !job_stopped(job) && (o = find_origin(r, key_of(n->p, m)))) {
        struct buf addresses = {0}, answer = {0};
        idmap_init(&n->by_address, 0);
        uint64_t shift = o->start - m->start;
        if (!list_addresses(n->p, mapping, shift, &addresses)) {
            done = true;
        } else if (asking->ask(asking->context, o->place, buf_span(&addresses), &answer, &err)) {
            *vec_push(&r->arena, &r->silent) = o->place;
            if (!job_stopped(job) && r->silent.n == 1)
                job_note(job, err.text);
        } else {
            read_answer(n, buf_span(&answer), shift);
            name_locations(n, mapping);
            done = true;
        }
        buf_release(&addresses);
        buf_release(&answer);
        idmap_release(&n->by_address);
    }
}

// Lines and functions are added after those that there are.
static void begin_tables(struct naming *n)
{
    struct profile *p = n->p;
    vec_copy(p->arena, &n->lines, p->lines, p->n_lines);
    vec_copy(p->arena, &n->functions, p->functions, p->n_functions);
}

static void end_tables(const struct naming *n)
{
    struct profile *p = n->p;
    if (n->functions.n == p->n_functions && n->lines.n == p->n_lines)
        return;
    PROFILE_TAKE_COUNTED(p, n, lines);
    PROFILE_TAKE_COUNTED(p, n, functions);
    if (p->n_sides) {
        p->changed.lines = p->n_lines;
        p->changed.functions = p->n_functions;
    }
}

void remotes_symbolize(struct remotes *r, struct profile *p, bool force,
                       const struct remote_asking *asking, const struct job *job)
{
    struct naming n = {.p = p};
    idmap_init(&n.by_name, 0);
    bool *wanted = xcalloc(p->n_mappings + 1, sizeof *wanted);
    bool any = false;
    for (uint32_t i = 0; i < p->n_locations; i++) {
        uint32_t m = p->locations[i].mapping;
        bool is_wanted = m != NO_INDEX && p->locations[i].n_lines == 0 &&
                         (force || !p->mappings[m].has_functions);
        if (is_wanted)
            any = wanted[m] = true;
    }
    if (any)
        begin_tables(&n);
    for (uint32_t i = 0; any && i < p->n_mappings; i++)
        if (wanted[i])
            name_mapping(r, &n, i, asking, job);
    if (any)
        end_tables(&n);
    idmap_release(&n.by_name);
    free(wanted);
}
