// SPDX-License-Identifier: Apache-2.0
#include "symbol/elf.h"

#include <elf.h>

enum { TABLE_MAX = 1 << 16 };

uint64_t elf_number(const struct elf *elf, const char *at, unsigned size)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)at[elf->is_big ? i : size - 1 - i];
        value = value << 8 | byte;
    }
    return value;
}

// Reads the fields of a structure one by one.
struct fields {
    const struct elf *elf;
    const char *at;
};

static uint64_t field(struct fields *f, unsigned size)
{
    uint64_t value = elf_number(f->elf, f->at, size);
    f->at += size;
    return value;
}

// One that is as wide as an address.
static uint64_t word(struct fields *f)
{
    return field(f, f->elf->is_64 ? 8 : 4);
}

static struct span part(struct span bytes, uint64_t offset, uint64_t size)
{
    if (offset > bytes.n || size > bytes.n - offset)
        return (struct span){NULL, 0};
    return (struct span){bytes.at + offset, (size_t)size};
}

struct tables {
    uint64_t segments, sections; // offsets
    uint32_t n_segments, n_sections, segment_size, section_size, names;
};

static struct elf_segment read_segment(const struct elf *elf, const char *at)
{
    struct elf_segment s = {0};
    struct fields f = {elf, at};
    s.type = (uint32_t)field(&f, 4);
    if (elf->is_64)
        s.flags = (uint32_t)field(&f, 4);
    s.offset = word(&f);
    s.address = word(&f);
    word(&f); // the physical address
    s.file_size = word(&f);
    s.size = word(&f);
    if (!elf->is_64)
        s.flags = (uint32_t)field(&f, 4);
    s.align = word(&f);
    return s;
}

static struct elf_section read_section(const struct elf *elf, const char *at, uint32_t *name)
{
    struct elf_section s = {0};
    struct fields f = {elf, at};
    *name = (uint32_t)field(&f, 4);
    s.type = (uint32_t)field(&f, 4);
    s.flags = word(&f);
    s.address = word(&f);
    s.offset = word(&f);
    s.size = word(&f);
    s.link = (uint32_t)field(&f, 4);
    s.info = (uint32_t)field(&f, 4);
    word(&f); // the alignment
    s.entry_size = word(&f);
    return s;
}

// A string of a table, up to its zero byte; empty where it does not end.
static struct span string_at(struct span strings, uint64_t offset)
{
    if (offset >= strings.n)
        return (struct span){NULL, 0};
    const char *at = strings.at + offset;
    const char *end = memchr(at, '\0', strings.n - (size_t)offset);
    return end ? (struct span){at, (size_t)(end - at)} : (struct span){NULL, 0};
}

static void read_segments(struct elf *elf, const struct tables *t)
{
    struct span bytes = part(elf->bytes, t->segments, (uint64_t)t->n_segments * t->segment_size);
    if (t->segment_size < (elf->is_64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)) || bytes.n == 0)
        return;
    struct elf_segment *segments = arena_alloc(elf->arena, t->n_segments * sizeof *segments);
    for (uint32_t i = 0; i < t->n_segments; i++)
        segments[i] = read_segment(elf, bytes.at + (size_t)i * t->segment_size);
    elf->segments = segments;
    elf->n_segments = t->n_segments;
}

static void read_sections(struct elf *elf, const struct tables *t)
{
    struct span bytes = part(elf->bytes, t->sections, (uint64_t)t->n_sections * t->section_size);
    if (t->section_size < (elf->is_64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr)) || bytes.n == 0)
        return;
    struct elf_section *sections = arena_alloc(elf->arena, t->n_sections * sizeof *sections);
    uint32_t *names = arena_alloc(elf->arena, t->n_sections * sizeof *names);
    for (uint32_t i = 0; i < t->n_sections; i++)
        sections[i] = read_section(elf, bytes.at + (size_t)i * t->section_size, &names[i]);
    struct span strings = {NULL, 0};
    if (t->names < t->n_sections)
        strings = elf_content(elf, &sections[t->names]);
    for (uint32_t i = 0; i < t->n_sections; i++)
        sections[i].name = string_at(strings, names[i]);
    elf->sections = sections;
    elf->n_sections = t->n_sections;
}

// Where a count does not fit its field, the first section has it.
static void read_large_counts(const struct elf *elf, struct tables *t)
{
    uint32_t name;
    struct span first = part(elf->bytes, t->sections, t->section_size);
    if (t->sections == 0 || first.n < (elf->is_64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr)))
        return;
    struct elf_section zero = read_section(elf, first.at, &name);
    if (t->n_sections == 0 && zero.size <= TABLE_MAX * 64)
        t->n_sections = (uint32_t)zero.size;
    if (t->names == SHN_XINDEX)
        t->names = zero.link;
    if (t->n_segments == PN_XNUM)
        t->n_segments = zero.info <= TABLE_MAX * 64 ? zero.info : 0;
}

int elf_parse(struct elf *elf, struct span bytes, struct arena *arena, struct err *err)
{
    *elf = (struct elf){.bytes = bytes, .arena = arena};
    if (bytes.n < sizeof(Elf32_Ehdr) || memcmp(bytes.at, ELFMAG, SELFMAG) != 0)
        return err_set(err, "not an ELF file");
    elf->is_64 = bytes.at[EI_CLASS] == ELFCLASS64;
    elf->is_big = bytes.at[EI_DATA] == ELFDATA2MSB;
    if ((!elf->is_64 && bytes.at[EI_CLASS] != ELFCLASS32) ||
        (!elf->is_big && bytes.at[EI_DATA] != ELFDATA2LSB) ||
        bytes.n < (elf->is_64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr)))
        return err_set(err, "a malformed ELF header");
    struct fields f = {elf, bytes.at + EI_NIDENT};
    struct tables t = {0};
    elf->type = (uint16_t)field(&f, 2);
    elf->machine = (uint16_t)field(&f, 2);
    field(&f, 4);
    word(&f); // the entry point
    t.segments = word(&f);
    t.sections = word(&f);
    field(&f, 4);
    field(&f, 2);
    t.segment_size = (uint32_t)field(&f, 2);
    t.n_segments = (uint32_t)field(&f, 2);
    t.section_size = (uint32_t)field(&f, 2);
    t.n_sections = (uint32_t)field(&f, 2);
    t.names = (uint32_t)field(&f, 2);
    read_large_counts(elf, &t);
    read_segments(elf, &t);
    read_sections(elf, &t);
    return 0;
}

const struct elf_section *elf_section(const struct elf *elf, struct span name)
{
    for (uint32_t i = 0; i < elf->n_sections; i++)
        if (span_eq(elf->sections[i].name, name))
            return &elf->sections[i];
    return NULL;
}

struct span elf_content(const struct elf *elf, const struct elf_section *section)
{
    if (!section || section->type == SHT_NOBITS || section->type == SHT_NULL)
        return (struct span){NULL, 0};
    return part(elf->bytes, section->offset, section->size);
}

static struct elf_symbol read_symbol(const struct elf *elf, const char *at, struct span strings)
{
    struct elf_symbol s = {0};
    struct fields f = {elf, at};
    s.name = string_at(strings, field(&f, 4));
    if (!elf->is_64) {
        s.value = field(&f, 4);
        s.size = field(&f, 4);
    }
    unsigned info = (unsigned)field(&f, 1), other = (unsigned)field(&f, 1);
    s.section = (uint16_t)field(&f, 2);
    if (elf->is_64) {
        s.value = field(&f, 8);
        s.size = field(&f, 8);
    }
    s.type = ELF64_ST_TYPE(info);
    s.binding = ELF64_ST_BIND(info);
    s.visibility = ELF64_ST_VISIBILITY(other);
    return s;
}

struct elf_symbols elf_symbols(const struct elf *elf, bool dynamic, struct arena *arena)
{
    struct elf_symbols symbols = {0};
    size_t size = elf->is_64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
    for (uint32_t i = 0; i < elf->n_sections; i++) {
        const struct elf_section *section = &elf->sections[i];
        if (section->type != (dynamic ? SHT_DYNSYM : SHT_SYMTAB))
            continue;
        struct span bytes = elf_content(elf, section), strings = {NULL, 0};
        if (section->link < elf->n_sections)
            strings = elf_content(elf, &elf->sections[section->link]);
        size_t n = bytes.n / size;
        if (n < 2)
            return symbols;
        symbols.at = arena_alloc(arena, (n - 1) * sizeof *symbols.at);
        for (size_t k = 1; k < n; k++)
            symbols.at[symbols.n++] = read_symbol(elf, bytes.at + k * size, strings);
        return symbols;
    }
    return symbols;
}

// Looks through notes for build ids; how many there are.
static unsigned find_build_ids(const struct elf *elf, struct span notes, uint64_t align,
                               struct span *id)
{
    unsigned found = 0;
    size_t pad = align == 8 ? 8 : 4;
    while (notes.n >= 12) {
        size_t name = (size_t)elf_number(elf, notes.at, 4);
        size_t content = (size_t)elf_number(elf, notes.at + 4, 4);
        uint64_t type = elf_number(elf, notes.at + 8, 4);
        size_t at = (12 + name + pad - 1) & ~(pad - 1);
        if (name > notes.n || content > notes.n || at > notes.n || content > notes.n - at)
            break;
        if (type == NT_GNU_BUILD_ID && name == 4 && memcmp(notes.at + 12, "GNU", 4) == 0) {
            *id = (struct span){notes.at + at, content};
            found++;
        }
        size_t next = (at + content + pad - 1) & ~(pad - 1);
        notes = span_from(notes, next < notes.n ? next : notes.n);
    }
    return found;
}

struct span elf_build_id(const struct elf *elf)
{
    static const struct span none = {NULL, 0};
    struct span id = none;
    for (uint32_t i = 0; i < elf->n_segments; i++) {
        const struct elf_segment *s = &elf->segments[i];
        if (s->type != PT_NOTE)
            continue;
        unsigned n = find_build_ids(elf, part(elf->bytes, s->offset, s->file_size), s->align, &id);
        if (n)
            return n == 1 ? id : none;
    }
    for (uint32_t i = 0; i < elf->n_sections; i++) {
        if (elf->sections[i].type != SHT_NOTE)
            continue;
        unsigned n = find_build_ids(elf, elf_content(elf, &elf->sections[i]), 4, &id);
        if (n)
            return n == 1 ? id : none;
    }
    return none;
}
