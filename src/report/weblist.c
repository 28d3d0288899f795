// SPDX-License-Identifier: Apache-2.0
#include "report/weblist.h"

#include <stdlib.h>

#include "base/path.h"
#include "report/coderanges.h"

enum { MERGE_LINES = 20, AROUND = 5, NEAR_BYTES = 32 };

// An instruction, or an address whose instruction is not known.
struct code {
    struct weblist_instruction shown;
    uint64_t address, length; // in memory
};

// Where an instruction belongs: a line of a function that was asked for, inlined calls aside.
struct spot {
    str_id file, function; // the latter as in the binary
    int64_t line;
    uint32_t code;
    const struct weblist_call *calls;
    size_t n_calls;
    uint32_t order;
};

struct weigher {
    uint64_t address;
    int64_t flat, cum;
};

struct weblister {
    const struct report *r;
    struct regex *symbol;
    const struct objdump_options *options;
    struct strtab names; // of the profile, and more
    bool *matched;       // strings of the profile that the expression matches
    bool *wanted;        // functions by their names, as strings of the profile
    bool *is_wanted;     // locations
    int64_t *flat, *cum; // of locations
    VEC(struct code) codes;
    VEC(struct spot) spots;
    VEC(struct weigher) weights; // by address
    VEC(struct weblist_part) parts;
    uint64_t address; // that the expression is, where has_address
    bool has_address;
};

static bool matches(struct weblister *w, str_id text)
{
    return w->matched[text];
}

// Marks what the expression matches among functions, files and binaries.
static void match_strings(struct weblister *w)
{
    const struct profile *p = w->r->profile;
    size_t n = strtab_count(p->strings);
    bool *seen = arena_zalloc(w->r->arena, n, sizeof *seen);
    w->matched = arena_zalloc(w->r->arena, n, sizeof *w->matched);
    w->wanted = arena_zalloc(w->r->arena, n, sizeof *w->wanted);
    for (uint32_t i = 0; i < p->n_functions + p->n_mappings; i++) {
        const struct function *f = i < p->n_functions ? &p->functions[i] : NULL;
        str_id map = f ? 0 : p->mappings[i - p->n_functions].file;
        const str_id texts[] = {f ? f->name : map, f ? f->system_name : map, f ? f->filename : map};
        for (size_t k = 0; k < 3; k++) {
            if (!seen[texts[k]])
                w->matched[texts[k]] = regex_match(w->symbol, profile_str(p, texts[k]));
            seen[texts[k]] = true;
        }
    }
}

static void want_line(struct weblister *w, uint32_t location, uint32_t line)
{
    const struct profile *p = w->r->profile;
    const struct function *f = &p->functions[p->lines[p->locations[location].line + line].function];
    w->wanted[f->name] = w->wanted[f->system_name] = true;
    w->is_wanted[location] = true;
}

static void want_location(struct weblister *w, uint32_t location)
{
    const struct profile *p = w->r->profile;
    const struct location *loc = &p->locations[location];
    bool by_binary = loc->mapping != NO_INDEX && matches(w, p->mappings[loc->mapping].file);
    if (w->has_address && loc->address == w->address) {
        if (loc->n_lines)
            want_line(w, location, loc->n_lines - 1);
        return;
    }
    for (uint32_t i = 0; i < loc->n_lines; i++) {
        const struct function *f = &p->functions[p->lines[loc->line + i].function];
        if ((i == 0 && by_binary) || matches(w, f->name) || matches(w, f->system_name) ||
            matches(w, f->filename))
            want_line(w, location, i);
    }
}

static void sum_locations(struct weblister *w)
{
    const struct profile *p = w->r->profile;
    uint32_t *mark = arena_zalloc(w->r->arena, p->n_locations + 1, sizeof *mark);
    w->flat = arena_zalloc(w->r->arena, p->n_locations + 1, sizeof *w->flat);
    w->cum = arena_zalloc(w->r->arena, p->n_locations + 1, sizeof *w->cum);
    w->is_wanted = arena_zalloc(w->r->arena, p->n_locations + 1, sizeof *w->is_wanted);
    for (uint32_t i = 0; i < p->n_samples && !job_stopped(w->r->job); i++) {
        const struct sample *s = &p->samples[i];
        int64_t value = report_sample_value(w->r, s);
        for (uint32_t k = 0; k < s->n_frames; k++) {
            uint32_t location = p->frames[s->frame + k];
            if (k == 0)
                w->flat[location] += value;
            if (mark[location] != i + 1)
                w->cum[location] += value;
            mark[location] = i + 1;
        }
    }
    for (uint32_t i = 0; i < p->n_locations; i++)
        if (w->cum[i] || mark[i])
            want_location(w, i);
}

static int cmp_weights(const void *a, const void *b)
{
    const struct weigher *x = a, *y = b;
    return (x->address > y->address) - (x->address < y->address);
}

static void sort_weights(struct weblister *w)
{
    const struct profile *p = w->r->profile;
    for (uint32_t i = 0; i < p->n_locations; i++)
        if (w->flat[i] || w->cum[i])
            *vec_push(w->r->arena, &w->weights) =
                (struct weigher){code_address(p, i), w->flat[i], w->cum[i]};
    if (w->weights.n)
        qsort(w->weights.at, w->weights.n, sizeof *w->weights.at, cmp_weights);
}

// Samples in the middle of an instruction are its.
static void sum_code(const struct weblister *w, struct code *c)
{
    size_t low = 0, high = w->weights.n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (w->weights.at[middle].address < c->address)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < w->weights.n && w->weights.at[low].address - c->address < c->length; low++) {
        c->shown.flat += w->weights.at[low].flat;
        c->shown.cum += w->weights.at[low].cum;
    }
}

static struct span canonical(struct weblister *w, struct span file)
{
    static const struct span prefixes[] = {SPAN("/proc/self/cwd/"), SPAN("./")};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (span_starts(file, prefixes[i]))
            file = span_from(file, prefixes[i].n);
    return path_clean(w->r->arena, file);
}

static bool is_wanted_name(const struct weblister *w, struct span name)
{
    str_id id = strtab_find(w->r->profile->strings, name);
    return id != HASH_NONE && w->wanted[id];
}

// Puts an instruction under each wanted function of its frames.
static void add_spots(struct weblister *w, uint32_t code, const struct frame *frames, size_t n)
{
    struct arena *arena = w->r->arena;
    for (size_t i = 0; i < n; i++) {
        if (!is_wanted_name(w, frames[i].function))
            continue;
        struct weblist_call *calls = arena_alloc(arena, (i + 1) * sizeof *calls);
        for (size_t k = 0; k < i; k++)
            calls[k] = (struct weblist_call){arena_span(arena, frames[i - 1 - k].file),
                                             frames[i - 1 - k].line};
        *vec_push(arena, &w->spots) = (struct spot){
            .file = strtab_add(&w->names, canonical(w, frames[i].file)),
            .function = strtab_add(&w->names, frames[i].function),
            .line = frames[i].line,
            .code = code,
            .calls = calls,
            .n_calls = i,
            .order = (uint32_t)w->spots.n,
        };
    }
}

static uint32_t add_code(struct weblister *w, const struct code *c)
{
    *vec_push(w->r->arena, &w->codes) = *c;
    sum_code(w, &w->codes.at[w->codes.n - 1]);
    return (uint32_t)(w->codes.n - 1);
}

// Takes one instruction of a range. One whose line is not known is of the line before it, if that
// is near.
static void take_instruction(void *context, const struct ranged *in, const struct ranged *before)
{
    struct weblister *w = context;
    struct arena *arena = w->r->arena;
    struct code c = {.address = in->address, .length = in->length};
    c.shown.address = in->instruction->address;
    c.shown.text = in->instruction->text;
    if (in->n_frames) {
        c.shown.file = arena_span(arena, in->frames[0].file);
        c.shown.line = in->frames[0].line;
    }
    uint32_t code = add_code(w, &c);
    bool known = in->n_frames && in->frames[0].line;
    if (!known && before && in->address - before->address <= NEAR_BYTES)
        add_spots(w, code, before->frames, before->n_frames);
    else
        add_spots(w, code, in->frames, in->n_frames);
}

// A location of which there is no binary.
static void take_location(struct weblister *w, uint32_t location)
{
    const struct profile *p = w->r->profile;
    const struct location *loc = &p->locations[location];
    struct code c = {.address = code_address(p, location), .length = 1};
    struct frame *frames = arena_zalloc(w->r->arena, loc->n_lines + 1, sizeof *frames);
    for (uint32_t i = 0; i < loc->n_lines; i++) {
        const struct line *line = &p->lines[loc->line + i];
        const struct function *f = &p->functions[line->function];
        frames[i] = (struct frame){.function = profile_str(p, f->name),
                                   .file = profile_str(p, f->filename),
                                   .line = line->line};
    }
    c.shown.address = c.address;
    c.shown.file = frames[0].file;
    c.shown.line = frames[0].line;
    add_spots(w, add_code(w, &c), frames, loc->n_lines);
}

static int cmp_spots(const void *a, const void *b, void *context)
{
    const struct weblister *w = context;
    const struct spot *x = a, *y = b;
    int order = x->file == y->file
                    ? 0
                    : span_cmp(strtab_get(&w->names, x->file), strtab_get(&w->names, y->file));
    if (order)
        return order;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

// The name to show of a function that a binary names.
static struct span shown_name(const struct weblister *w, str_id name)
{
    const struct profile *p = w->r->profile;
    for (uint32_t i = 0; i < p->n_functions; i++)
        if (p->functions[i].system_name == name && p->functions[i].name != name)
            return profile_str(p, p->functions[i].name);
    return strtab_get(&w->names, name);
}

// The spots of one line of one file, from index i on; returns the index after them.
static size_t make_line(struct weblister *w, size_t i, struct weblist_line *line)
{
    const struct spot *first = &w->spots.at[i];
    struct weblist_instruction *all;
    const struct code *before = NULL;
    size_t end = i;
    while (end < w->spots.n && w->spots.at[end].file == first->file &&
           w->spots.at[end].line == first->line)
        end++;
    all = arena_alloc(w->r->arena, (end - i) * sizeof *all);
    *line = (struct weblist_line){.line = first->line, .instructions = all};
    for (; i < end; i++) {
        const struct spot *s = &w->spots.at[i];
        const struct code *c = &w->codes.at[s->code];
        struct weblist_instruction *in = &all[line->n_instructions];
        *in = c->shown;
        in->calls = s->calls;
        in->n_calls = s->n_calls;
        in->starts_block = before && c->address != before->address + before->length;
        line->n_instructions++;
        line->flat += c->shown.flat;
        line->cum += c->shown.cum;
        before = c;
    }
    return end;
}

static void add_line(struct weblister *w, struct weblist_part *part,
                     const struct weblist_line *line)
{
    struct arena *arena = w->r->arena;
    size_t size = sizeof *part->lines;
    part->lines = arena_grow(arena, part->lines, part->n_lines * size, (part->n_lines + 1) * size);
    part->lines[part->n_lines++] = *line;
    part->flat += line->flat;
    part->cum += line->cum;
}

// Lines that are near each other and of one function are one part.
static void make_parts(struct weblister *w)
{
    if (w->spots.n)
        qsort_r(w->spots.at, w->spots.n, sizeof *w->spots.at, cmp_spots, w);
    for (size_t i = 0; i < w->spots.n;) {
        const struct spot *s = &w->spots.at[i];
        struct span name = shown_name(w, s->function), file = strtab_get(&w->names, s->file);
        struct weblist_part *last = w->parts.n ? &w->parts.at[w->parts.n - 1] : NULL;
        struct weblist_line line;
        i = make_line(w, i, &line);
        if (!last || !span_eq(last->name, name) || !span_eq(last->file, file) ||
            line.line - last->lines[last->n_lines - 1].line - 1 >= MERGE_LINES) {
            last = vec_push(w->r->arena, &w->parts);
            *last = (struct weblist_part){.name = name, .file = file};
        }
        add_line(w, last, &line);
    }
}

// Fills the gaps of a part, from line `first` to before `end`.
static void fill(struct weblister *w, struct weblist_part *part, int64_t first, int64_t end)
{
    enum { LINES_MAX = 1 << 20 };
    struct weblist_line *lines = NULL, *old = part->lines;
    size_t n_old = part->n_lines, at = 0;
    if (end - first > LINES_MAX)
        return;
    lines = arena_zalloc(w->r->arena, (size_t)(end - first), sizeof *lines);
    part->n_lines = 0;
    for (int64_t line = first; line < end; line++) {
        bool has = at < n_old && old[at].line == line;
        lines[part->n_lines++] = has ? old[at++] : (struct weblist_line){.line = line};
    }
    part->lines = lines;
}

// Adds the lines around each part, as far as they are nobody else's.
static void fill_parts(struct weblister *w)
{
    int64_t taken = 0; // up to this line of the file
    for (size_t i = 0; i < w->parts.n; i++) {
        struct weblist_part *part = &w->parts.at[i];
        const struct weblist_part *next = i + 1 < w->parts.n ? part + 1 : NULL;
        bool follows = i > 0 && span_eq(part[-1].file, part->file);
        int64_t first = part->lines[0].line, end = part->lines[part->n_lines - 1].line + 1;
        bool goes_on = next && span_eq(next->file, part->file);
        int64_t gap = goes_on ? (next->lines[0].line - end) / 2 : AROUND;
        if (!follows)
            first = first > AROUND ? first - AROUND : first > 1 ? 1 : first;
        else
            first -= taken;
        gap = gap < AROUND ? gap : AROUND;
        taken = goes_on ? gap : 0;
        fill(w, part, first, end + gap);
    }
}

static void drop_weightless(struct weblister *w)
{
    size_t kept = 0;
    for (size_t i = 0; i < w->parts.n; i++)
        if (w->parts.at[i].cum)
            w->parts.at[kept++] = w->parts.at[i];
    w->parts.n = kept;
}

static int list(struct weblister *w, struct err *err)
{
    const struct profile *p = w->r->profile;
    struct ranges_request request = {p,         w->is_wanted, w->flat,          w->options,
                                     w->r->job, w->r->arena,  take_instruction, w};
    match_strings(w);
    sum_locations(w);
    request.wanted = w->is_wanted;
    request.flat = w->flat;
    sort_weights(w);
    bool *done = code_ranges(&request);
    for (uint32_t i = 0; i < p->n_locations; i++)
        if (w->is_wanted[i] && !done[i])
            take_location(w, i);
    if (job_check(w->r->job, err) || regex_check(w->symbol, err))
        return -1;
    if (w->spots.n == 0)
        return err_set(err, "no matches found for regexp: " SPAN_FMT,
                       SPAN_ARG(regex_pattern(w->symbol)));
    make_parts(w);
    fill_parts(w);
    drop_weightless(w);
    return 0;
}

int report_weblist(const struct report *r, struct regex *symbol,
                   const struct objdump_options *options, struct weblist *out, struct err *err)
{
    struct weblister w = {.r = r, .symbol = symbol, .options = options};
    w.has_address = disasm_parse_address(regex_pattern(symbol), &w.address);
    strtab_init(&w.names, r->arena, r->profile->strings);
    int status = list(&w, err);
    *out = (struct weblist){w.parts.at, w.parts.n};
    strtab_release(&w.names);
    return status;
}
