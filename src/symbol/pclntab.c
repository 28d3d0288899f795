// SPDX-License-Identifier: Apache-2.0
#include "symbol/pclntab.h"

enum { MAGIC_1_16 = 0xfa, MAGIC_1_18 = 0xf0, MAGIC_1_20 = 0xf1 }; // the low byte of 0xffffff..

static uint64_t number(const struct pclntab *t, struct span part, uint64_t offset, unsigned size)
{
    if (offset > part.n || size > part.n - offset)
        return 0;
    return elf_number(t->elf, part.at + offset, size);
}

// From an offset, that the header has as its index-th word, to the end.
static struct span part_at(const struct pclntab *t, unsigned index)
{
    uint64_t offset = number(t, t->bytes, 8 + (uint64_t)index * t->pointer_size, t->pointer_size);
    return offset < t->bytes.n ? span_from(t->bytes, (size_t)offset) : (struct span){NULL, 0};
}

static struct span string_at(struct span part, uint64_t offset)
{
    const char *end = offset < part.n ? memchr(part.at + offset, '\0', part.n - offset) : NULL;
    if (!end)
        return (struct span){NULL, 0};
    return (struct span){part.at + offset, (size_t)(end - part.at - offset)};
}

bool pclntab_open(struct pclntab *t, const struct elf *elf)
{
    static const struct span names[] = {SPAN(".gopclntab"), SPAN(".data.rel.ro.gopclntab")};
    const struct elf_section *section = elf_section(elf, names[0]);
    const struct elf_section *text = elf_section(elf, SPAN(".text"));
    *t = (struct pclntab){.elf = elf};
    section = section ? section : elf_section(elf, names[1]);
    t->bytes = elf_content(elf, section);
    if (t->bytes.n < 8 + 8 * 8 || !text)
        return false;
    uint64_t magic = elf_number(elf, t->bytes.at, 4);
    if (magic >> 8 != 0xffffff)
        return false;
    t->is_short = (magic & 0xff) == MAGIC_1_18 || (magic & 0xff) == MAGIC_1_20;
    t->quantum = (unsigned char)t->bytes.at[6];
    t->pointer_size = (unsigned char)t->bytes.at[7];
    if ((!t->is_short && (magic & 0xff) != MAGIC_1_16) || !t->quantum ||
        (t->pointer_size != 4 && t->pointer_size != 8))
        return false;
    unsigned first = t->is_short ? 3 : 2;
    t->n_functions = number(t, t->bytes, 8, t->pointer_size);
    t->text = t->is_short ? number(t, t->bytes, 8 + 2 * t->pointer_size, t->pointer_size) : 0;
    if (t->is_short && t->text == 0)
        t->text = text->address; // the linker left it to the loader
    t->names = part_at(t, first);
    t->units = part_at(t, first + 1);
    t->files = part_at(t, first + 2);
    t->values = part_at(t, first + 3);
    t->functions = part_at(t, first + 4);
    unsigned entry = t->is_short ? 8 : 2 * t->pointer_size;
    return t->n_functions > 0 && t->n_functions <= t->functions.n / entry;
}

static uint64_t entry_of(const struct pclntab *t, uint64_t index)
{
    unsigned size = t->is_short ? 4 : t->pointer_size;
    return t->text + number(t, t->functions, index * 2 * size, size);
}

static bool take_varint(struct span *rest, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; rest->n && shift < 35; shift += 7) {
        unsigned char byte = (unsigned char)*rest->at;
        *rest = span_from(*rest, 1);
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

// A table of values by address: differences of both, until one of 0.
static int64_t value_at(const struct pclntab *t, uint64_t offset, uint64_t pc, uint64_t address)
{
    if (offset == 0 || offset >= t->values.n)
        return -1;
    struct span rest = span_from(t->values, (size_t)offset);
    uint64_t value, step;
    int64_t sum = -1;
    for (bool first = true; take_varint(&rest, &value) && (first || value); first = false) {
        if (!take_varint(&rest, &step))
            break;
        sum += value & 1 ? ~(int64_t)(value >> 1) : (int64_t)(value >> 1);
        pc += step * t->quantum;
        if (address < pc)
            return sum;
    }
    return -1;
}

bool pclntab_find(const struct pclntab *t, uint64_t address, struct pclntab_place *place)
{
    uint64_t low = 0, high = t->n_functions;
    unsigned size = t->is_short ? 4 : t->pointer_size;
    while (low < high) {
        uint64_t middle = (low + high) / 2;
        if (entry_of(t, middle) <= address)
            low = middle + 1;
        else
            high = middle;
    }
    // After the last function stands where it ends.
    if (low == 0 || (low == t->n_functions && address >= entry_of(t, low)))
        return false;
    uint64_t entry = entry_of(t, low - 1);
    uint64_t at = number(t, t->functions, (low - 1) * 2 * size + size, size) + size;
    uint64_t unit = number(t, t->functions, at + 28, 4);
    int64_t file = value_at(t, number(t, t->functions, at + 16, 4), entry, address);
    int64_t line = value_at(t, number(t, t->functions, at + 20, 4), entry, address);
    *place = (struct pclntab_place){
        string_at(t->names, number(t, t->functions, at, 4)), {NULL, 0}, line > 0 ? line : 0};
    if (file >= 0)
        place->file = string_at(t->files, number(t, t->units, (unit + (uint64_t)file) * 4, 4));
    return place->function.n > 0;
}
