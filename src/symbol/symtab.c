// SPDX-License-Identifier: Apache-2.0
#include "symbol/symtab.h"

#include <elf.h>
#include <stdlib.h>

// The letter that nm has for symbols of a section, by the section's name where it is a known one.
static char section_letter(const struct elf_section *s)
{
    static const struct {
        struct span name;
        char letter;
    } known[] = {
        {SPAN(".bss"), 'b'},    {SPAN(".data"), 'd'},  {SPAN(".fini"), 't'},
        {SPAN(".init"), 't'},   {SPAN(".pdata"), 'p'}, {SPAN(".rdata"), 'r'},
        {SPAN(".rodata"), 'r'}, {SPAN(".sbss"), 's'},  {SPAN(".sdata"), 'g'},
        {SPAN(".text"), 't'},   {SPAN("vars"), 'd'},   {SPAN("zerovars"), 'b'},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct span rest = span_from(s->name, known[i].name.n);
        if (span_starts(s->name, known[i].name) &&
            (rest.n == 0 || memchr(".$0123456789", *rest.at, 12)))
            return known[i].letter;
    }
    if (s->flags & SHF_EXECINSTR)
        return 't';
    if (s->type == SHT_NOBITS)
        return 'b';
    if (s->flags & SHF_ALLOC)
        return s->flags & SHF_WRITE ? 'd' : 'r';
    return 'n';
}

// Whether nm gives the symbol one of the letters of data, by which google/pprof goes: b, d, r, v in
// either case, and W.
static bool is_data(const struct elf *elf, const struct elf_symbol *s)
{
    if (s->section == SHN_COMMON || s->type == STT_GNU_IFUNC)
        return false;
    if (s->binding == STB_WEAK)
        return true;
    if (s->binding == STB_GNU_UNIQUE || s->section >= elf->n_sections)
        return false;
    return strchr("bdr", section_letter(&elf->sections[s->section])) != NULL;
}

static bool is_listed(const struct elf_symbol *s)
{
    return s->type != STT_SECTION && s->type != STT_FILE && s->section != SHN_UNDEF && s->size &&
           s->name.n && !memchr(s->name.at, ' ', s->name.n);
}

static int cmp_listed(const void *a, const void *b)
{
    const struct listed *x = a, *y = b;
    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    return span_cmp(x->name, y->name);
}

static void list_symbols(struct symtab *t, struct elf_symbols symbols, struct arena *arena)
{
    t->listed = arena_alloc(arena, (symbols.n + 1) * sizeof *t->listed);
    for (size_t i = 0; i < symbols.n; i++) {
        const struct elf_symbol *s = &symbols.at[i];
        if (is_listed(s))
            t->listed[t->n_listed++] =
                (struct listed){s->value, s->size, s->name, is_data(t->elf, s)};
    }
    qsort(t->listed, t->n_listed, sizeof *t->listed, cmp_listed);
}

// A symbol that stands before its section, as "__bss_start" may, names nothing there.
static bool may_be_function(const struct elf *elf, const struct elf_symbol *s)
{
    if (elf->type != ET_REL && s->section < elf->n_sections &&
        s->value < elf->sections[s->section].address)
        return false;
    if (s->type == STT_SECTION || s->type == STT_FILE || s->type == STT_OBJECT ||
        s->type == STT_TLS || s->type == STT_COMMON || s->section == SHN_UNDEF)
        return false;
    return s->size || s->binding != STB_LOCAL || s->type != STT_NOTYPE ||
           s->visibility != STV_HIDDEN;
}

// A file's symbol comes before those of its functions, unless the linker puts them last.
static void find_functions(struct symtab *t, struct elf_symbols symbols, struct arena *arena)
{
    struct span file = {NULL, 0};
    bool any = false, file_after = false;
    t->functions = arena_alloc(arena, (symbols.n + 1) * sizeof *t->functions);
    for (size_t i = 0; i < symbols.n; i++) {
        const struct elf_symbol *s = &symbols.at[i];
        if (s->type == STT_FILE) {
            file = s->name;
            file_after |= any;
            continue;
        }
        any = true;
        if (!may_be_function(t->elf, s))
            continue;
        bool has_file = s->binding == STB_LOCAL || !file_after;
        t->functions[t->n_functions++] =
            (struct candidate){s->value,    s->size ? s->size : 1,
                               s->name,     has_file ? file : (struct span){NULL, 0},
                               (uint32_t)i, s->section,
                               s->type};
    }
}

static bool is_function(const struct candidate *c)
{
    return c->type == STT_FUNC || c->type == STT_GNU_IFUNC;
}

static int cmp_candidates(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->section != y->section)
        return x->section < y->section ? -1 : 1;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

void symtab_init(struct symtab *t, const struct elf *elf, struct arena *arena)
{
    *t = (struct symtab){.elf = elf};
    struct elf_symbols symbols = elf_symbols(elf, false, arena);
    list_symbols(t, symbols, arena);
    if (symbols.n == 0)
        symbols = elf_symbols(elf, true, arena);
    find_functions(t, symbols, arena);
    qsort(t->functions, t->n_functions, sizeof *t->functions, cmp_candidates);
}

struct span symtab_listed(const struct symtab *t, uint64_t address)
{
    static const struct span none = {NULL, 0};
    const struct listed *last = t->listed + t->n_listed - 1;
    if (t->n_listed == 0 || address < t->listed->address || address >= last->address + last->size)
        return none;
    size_t low = 0, high = t->n_listed;
    while (low + 1 < high) {
        size_t middle = (low + high) / 2;
        if (t->listed[middle].address == address) {
            low = middle;
            break;
        }
        if (t->listed[middle].address < address)
            low = middle;
        else
            high = middle;
    }
    const struct listed *found = &t->listed[low];
    return found->is_data && address >= found->address + found->size ? none : found->name;
}

static bool reaches(const struct candidate *c, uint64_t address)
{
    return address - c->value < c->size;
}

// Whether b is the better of two at one address; a is the one seen first.
static bool is_better(const struct candidate *a, const struct candidate *b, uint64_t address)
{
    if (!reaches(a, address))
        return b->size > a->size;
    if (!reaches(b, address))
        return false;
    if (is_function(a) != is_function(b))
        return is_function(b);
    if ((a->type == STT_NOTYPE) != (b->type == STT_NOTYPE))
        return a->type == STT_NOTYPE;
    return b->size > a->size;
}

const struct candidate *symtab_function(const struct symtab *t, uint16_t section, uint64_t address)
{
    size_t low = 0, high = t->n_functions;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct candidate *c = &t->functions[middle];
        if (c->section < section || (c->section == section && c->value <= address))
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || t->functions[low - 1].section != section)
        return NULL;
    size_t first = low - 1;
    while (first > 0 && t->functions[first - 1].section == section &&
           t->functions[first - 1].value == t->functions[low - 1].value)
        first--;
    const struct candidate *best = &t->functions[first];
    for (size_t i = first + 1; i < low; i++)
        if (is_better(best, &t->functions[i], address))
            best = &t->functions[i];
    return best;
}

uint16_t symtab_section(const struct elf *elf, uint64_t address)
{
    uint32_t n = elf->n_sections < SHN_LORESERVE ? elf->n_sections : SHN_LORESERVE;
    for (uint32_t i = 1; i < n; i++) {
        const struct elf_section *s = &elf->sections[i];
        if ((s->flags & SHF_ALLOC) && !((s->flags & SHF_TLS) && s->type == SHT_NOBITS) &&
            address >= s->address && address - s->address < s->size)
            return (uint16_t)i;
    }
    return 0;
}

static int cmp_near(const void *a, const void *b)
{
    const struct near_symbol *x = a, *y = b;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    if (x->size != y->size)
        return x->size < y->size ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

static bool is_near(const struct elf *elf, const struct elf_symbol *s)
{
    bool in_memory = s->section != SHN_UNDEF && s->section < elf->n_sections &&
                     (elf->sections[s->section].flags & SHF_ALLOC);
    return in_memory && s->name.n &&
           (s->type == STT_NOTYPE || s->type == STT_FUNC || s->type == STT_OBJECT ||
            s->type == STT_GNU_IFUNC);
}

void symtab_list_nearest(struct symtab *t, struct arena *arena)
{
    if (t->near)
        return;
    struct elf_symbols symbols = elf_symbols(t->elf, false, arena);
    if (symbols.n == 0)
        symbols = elf_symbols(t->elf, true, arena);
    t->near = arena_alloc(arena, (symbols.n + 1) * sizeof *t->near);
    struct span file = {NULL, 0};
    size_t n = 0;
    for (size_t i = 0; i < symbols.n; i++) {
        const struct elf_symbol *s = &symbols.at[i];
        if (s->type == STT_FILE)
            file = s->name;
        if (is_near(t->elf, s))
            t->near[n++] =
                (struct near_symbol){s->value, s->size, s->name,
                                     s->binding == STB_LOCAL ? file : (struct span){NULL, 0}, i};
    }
    qsort(t->near, n, sizeof *t->near, cmp_near);
    for (size_t i = 0; i < n; i++) // of those at one value the last
        if (i + 1 == n || t->near[i + 1].value != t->near[i].value)
            t->near[t->n_near++] = t->near[i];
}

const struct near_symbol *symtab_nearest(const struct symtab *t, uint64_t address)
{
    size_t low = 0, high = t->n_near;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (t->near[middle].value <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    const struct near_symbol *s = &t->near[low - 1];
    return s->size && address - s->value >= s->size ? NULL : s;
}
