// SPDX-License-Identifier: Apache-2.0
#include "profile/read/maps.h"

#include "base/buf.h"
#include "profile/read/scan.h"

enum {
    NAMES_MAX = 100,     // $NAME
    LINE_MAX = 64 << 10, // with values in the place of names
    MAPPINGS_MAX = 1 << 20,
};
#define SEARCHES_MAX ((uint64_t)1 << 32) // mappings looked at: some seconds

struct entry {
    struct span start, limit, permissions, file, offset, build_id;
};

struct maps {
    struct builder *b;
    struct arena *arena;
    VEC(struct span) names, values;
    struct buf text; // a line with values in the place of names
};

// White space, and what follows it where anything may. False, and nothing taken, where not.
static bool scan_word(struct span *s, size_t (*scan)(struct span *, struct span *),
                      struct span *word)
{
    struct span rest = *s;
    if (scan_space(&rest) == 0 || scan(&rest, word) == 0)
        return false;
    *s = rest;
    return true;
}

static bool is_permission(char c)
{
    return c == '-' || c == 'r' || c == 'w' || c == 'x' || c == 'p';
}

static size_t scan_permissions(struct span *s, struct span *word)
{
    return scan_while(s, is_permission, word);
}

static bool is_solid(char c)
{
    return !scan_is_space(c);
}

static size_t scan_solid(struct span *s, struct span *word)
{
    return scan_while(s, is_solid, word);
}

static void scan_prefix(struct span *s)
{
    struct span rest = *s;
    if (scan_text(&rest, SPAN("0x")) && rest.n && scan_is_hex(rest.at[0]))
        *s = rest;
}

// Two numbers, which a minus or white space parts. Where there is but one its last digit is the
// other, as the reference has it.
static bool scan_range(struct span *s, bool split, struct entry *e)
{
    scan_space(s);
    scan_prefix(s);
    if (scan_hex(s, &e->start) == 0)
        return false;
    if (split) {
        if (e->start.n < 2)
            return false;
        *s = (struct span){s->at - 1, s->n + 1};
        e->start.n--;
        scan_prefix(s);
        scan_hex(s, &e->limit);
    } else {
        if (s->n && (*s->at == '-' || scan_is_space(*s->at)))
            *s = span_from(*s, 1);
        scan_space(s);
        scan_prefix(s);
        if (scan_hex(s, &e->limit) == 0)
            return false;
    }
    scan_text(s, SPAN(":"));
    return true;
}

// As in /proc/PID/maps, from the permissions on.
static bool scan_proc(struct span s, struct entry *e)
{
    struct span number, rest;
    scan_word(&s, scan_permissions, &e->permissions);
    rest = s;
    if (scan_word(&rest, scan_hex, &number) && !(rest.n && *rest.at == ':')) {
        e->offset = number;
        s = rest;
    }
    if (!scan_word(&s, scan_hex, &number) || !scan_text(&s, SPAN(":")) ||
        scan_hex(&s, &number) == 0 || !scan_word(&s, scan_digits, &number))
        return false;
    scan_word(&s, scan_solid, &e->file);
    return true;
}

static void scan_brief(struct span s, struct entry *e)
{
    struct span rest, number;
    scan_word(&s, scan_permissions, &e->permissions);
    scan_word(&s, scan_solid, &e->file);
    rest = s;
    if (scan_space(&rest) && scan_text(&rest, SPAN("(@")) && scan_hex(&rest, &number) &&
        scan_text(&rest, SPAN(")"))) {
        e->offset = number;
        s = rest;
    }
    scan_word(&s, scan_hex, &e->build_id);
}

static bool scan_entry(struct span line, struct entry *e)
{
    for (int split = 0; split < 2; split++) {
        struct span rest = line;
        *e = (struct entry){0};
        if (scan_range(&rest, split, e) && scan_proc(rest, e))
            return true;
    }
    for (int split = 0; split < 2; split++) {
        struct span rest = line;
        *e = (struct entry){0};
        if (!scan_range(&rest, split, e))
            continue;
        scan_brief(rest, e);
        return true;
    }
    return false;
}

// False where the line is not an entry.
static bool add_entry(struct maps *m, struct span line)
{
    struct entry e;
    struct mapping mapping = {0};
    if (!scan_entry(line, &e))
        return false;
    if (e.permissions.n && !memchr(e.permissions.at, 'x', e.permissions.n))
        return true;
    if (!scan_hex_u64(e.start, &mapping.start) || !scan_hex_u64(e.limit, &mapping.limit))
        return false;
    if (e.offset.n && !scan_hex_u64(e.offset, &mapping.offset))
        return false;
    mapping.file = builder_string(m->b, e.file);
    mapping.build_id = builder_string(m->b, e.build_id);
    builder_mapping(m->b, &mapping);
    return true;
}

static void add_name(struct maps *m, struct span line)
{
    struct span name, value = line;
    if (m->names.n == NAMES_MAX || !scan_upto(&value, '=', &name))
        return;
    *vec_push(m->arena, &m->names) = arena_span(m->arena, scan_trim(name));
    *vec_push(m->arena, &m->values) = arena_span(m->arena, scan_trim(value));
}

// Adds the value of the name that the text begins with; false where there is none.
static bool replace_name(struct maps *m, struct span *text)
{
    for (size_t i = 0; i < m->names.n; i++) {
        if (!span_starts(span_from(*text, 1), m->names.at[i]))
            continue;
        *text = span_from(*text, 1 + m->names.at[i].n);
        buf_add(&m->text, m->values.at[i]);
        return true;
    }
    return false;
}

static struct span replace_names(struct maps *m, struct span line)
{
    if (m->names.n == 0)
        return line;
    buf_clear(&m->text);
    while (line.n && m->text.n < LINE_MAX) {
        if (*line.at == '$' && replace_name(m, &line))
            continue;
        buf_addc(&m->text, *line.at);
        line = span_from(line, 1);
    }
    return buf_span(&m->text);
}

// Without what a log puts before it: FILE:LINE] and a blank, where FILE has no brackets.
static struct span cut_log_prefix(struct span line)
{
    size_t n = 0;
    while (n < line.n && line.at[n] != '[' && line.at[n] != ']')
        n++;
    size_t digits = n;
    while (digits > 0 && scan_is_digit(line.at[digits - 1]))
        digits--;
    bool found = n + 1 < line.n && line.at[n] == ']' && scan_is_space(line.at[n + 1]) &&
                 digits < n && digits > 1 && line.at[digits - 1] == ':';
    return found ? span_from(line, n + 2) : line;
}

static bool may_join(const struct mapping *a, const struct mapping *b)
{
    if (a->file && b->file && a->file != b->file)
        return false;
    if (a->build_id && b->build_id && a->build_id != b->build_id)
        return false;
    if (a->limit != b->start)
        return false;
    return !a->offset || !b->offset || a->offset + (a->limit - a->start) == b->offset;
}

static void join_mappings(struct builder *b)
{
    size_t n = b->mappings.n > 0;
    for (size_t i = 1; i < b->mappings.n; i++) {
        struct mapping *last = &b->mappings.at[n - 1], *next = &b->mappings.at[i];
        if (!may_join(last, next)) {
            b->mappings.at[n++] = *next;
            continue;
        }
        last->limit = next->limit;
        last->file = next->file ? next->file : last->file;
        last->build_id = next->build_id ? next->build_id : last->build_id;
    }
    b->mappings.n = n;
}

// Whether a name has ".so" at its end, or before a "." or "_" and a digit.
static bool is_library(struct span file)
{
    for (size_t at; (at = span_find(file, SPAN(".so"))) != SPAN_NOT_FOUND;) {
        file = span_from(file, at + 3);
        if (file.n == 0 ||
            (file.n > 1 && (*file.at == '.' || *file.at == '_') && scan_is_digit(file.at[1])))
            return true;
    }
    return false;
}

static bool is_program(struct span file)
{
    file = scan_trim(file);
    if (span_ends(file, SPAN("(deleted)")))
        file = scan_trim(span_upto(file, file.n - strlen("(deleted)")));
    return file.n && *file.at != '[' && !is_library(file);
}

static void put_program_first(struct builder *b)
{
    for (size_t i = 0; i < b->mappings.n; i++) {
        if (!is_program(strtab_get(b->out->strings, b->mappings.at[i].file)))
            continue;
        struct mapping first = b->mappings.at[0];
        b->mappings.at[0] = b->mappings.at[i];
        b->mappings.at[i] = first;
        return;
    }
}

int maps_read(struct builder *b, struct lines *lines, struct err *err)
{
    struct maps m = {.b = b, .arena = b->out->arena};
    int status;
    while ((status = lines_next(lines, err)) > 0) {
        struct span line = replace_names(&m, cut_log_prefix(lines->line));
        if (!add_entry(&m, line))
            add_name(&m, line);
        if (b->mappings.n > MAPPINGS_MAX) {
            status = err_set(err, "the memory map has more than %d entries", MAPPINGS_MAX);
            break;
        }
    }
    buf_release(&m.text);
    join_mappings(b);
    put_program_first(b);
    return status;
}

static void renumber_locations(struct builder *b)
{
    struct arena scratch = {0};
    uint32_t *to = arena_alloc(&scratch, b->locations.n * sizeof *to), n = 0;
    struct location *locations = arena_alloc(&scratch, b->locations.n * sizeof *locations);
    for (size_t i = 0; i < b->locations.n; i++)
        to[i] = NO_INDEX;
    for (size_t i = 0; i < b->samples.n; i++) {
        const struct sample *s = &b->samples.at[i];
        for (uint32_t j = 0; j < s->n_frames; j++) {
            uint32_t *frame = &b->frames.at[s->frame + j];
            if (to[*frame] == NO_INDEX) {
                locations[n] = b->locations.at[*frame];
                locations[n].id = n + 1;
                to[*frame] = n++;
            }
            *frame = to[*frame];
        }
    }
    if (n)
        memcpy(b->locations.at, locations, n * sizeof *locations);
    b->locations.n = n;
    arena_release(&scratch);
}

// What some programs and kernels get wrong about the first mapping.
static void mend_first(struct builder *b)
{
    enum { USUAL_START = 0x400000 };
    struct mapping *m = b->mappings.at;
    if (b->mappings.n > 1 && m[0].limit == m[1].start &&
        span_starts(strtab_get(b->out->strings, m[0].file), SPAN("/anon_hugepage"))) {
        b->mappings.n--;
        memmove(m, m + 1, b->mappings.n * sizeof *m);
    }
    if (b->mappings.n && m[0].start - m[0].offset == USUAL_START) {
        m[0].start = USUAL_START;
        m[0].offset = 0;
    }
}

// The first mapping that has the address, or whose part of the file before its start has it: that
// then begins there. NO_INDEX where there is none.
static uint32_t find_mapping(struct builder *b, uint64_t address)
{
    struct mapping *m = b->mappings.at;
    for (uint32_t i = 0; i < b->mappings.n; i++)
        if (m[i].start <= address && address < m[i].limit)
            return i;
    for (uint32_t i = 0; i < b->mappings.n; i++) {
        if (m[i].offset == 0 || address < m[i].start - m[i].offset || address >= m[i].start)
            continue;
        m[i].start -= m[i].offset;
        m[i].offset = 0;
        return i;
    }
    return NO_INDEX;
}

int maps_assign(struct builder *b, struct err *err)
{
    uint32_t nameless = NO_INDEX;
    renumber_locations(b);
    mend_first(b);
    if ((uint64_t)b->mappings.n * b->locations.n > SEARCHES_MAX)
        return err_set(err, "the memory map is too long for so many addresses");
    for (size_t i = 0; i < b->locations.n; i++) {
        struct location *l = &b->locations.at[i];
        if (l->mapping != NO_INDEX || l->address == 0)
            continue;
        l->mapping = find_mapping(b, l->address);
        if (l->mapping == NO_INDEX && nameless == NO_INDEX)
            nameless = builder_mapping(b, &(struct mapping){.limit = UINT64_MAX});
        if (l->mapping == NO_INDEX)
            l->mapping = nameless;
    }
    for (size_t i = 0; i < b->mappings.n; i++)
        b->mappings.at[i].id = i + 1;
    return 0;
}
