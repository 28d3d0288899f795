// SPDX-License-Identifier: Apache-2.0
#include "symbol/dwarf.h"

#ifdef HAVE_LIBDW

#include <dwarf.h>
#include <stdlib.h>

#include "base/vec.h"
#include "base/xalloc.h"
#include "symbol/libdw.h"
#include "symbol/pieces.h"
#include "symbol/split.h"

// How deep entries may stand in each other, and references may lead on.
enum { DEPTH_MAX = 1024, REFERENCES_MAX = 100 };

struct function {
    struct dwarf_function shown; // filled when it is asked for
    Dwarf_Die die;
    uint32_t parent; // the function around it, or NO_FUNCTION
    bool is_inlined, is_filled;
};

enum { NO_FUNCTION = UINT32_MAX };

struct unit {
    Dwarf_Die die;
    Dwarf_Die entries; // the same, but of a skeleton
    const unsigned char *end;
    const char *directory; // in which the compiler ran; NULL: unknown
    bool is_read, names_are_linkage;
    bool is_old; // before DWARF 5
    VEC(struct function) functions;
    struct pieces pieces;
    Dwarf_Lines *lines;
    size_t n_lines;
};

struct dwarf {
    const struct libdw *lib;
    struct split_elf file;
    Dwarf *handle;
    const char *split_of; // the file's path; NULL: skeletons are left out
    struct arena arena;
    VEC(struct unit) units;
    struct pieces pieces;    // of all units that say which addresses they have
    VEC(uint32_t) unbounded; // units that do not
};

// Of languages whose names need no mangling, the name is the linker's.
static bool is_plain_language(int language)
{
    switch (language) {
    case DW_LANG_C89:
    case DW_LANG_C:
    case DW_LANG_Cobol74:
    case DW_LANG_Cobol85:
    case DW_LANG_Fortran77:
    case DW_LANG_Pascal83:
    case DW_LANG_PLI:
    case DW_LANG_C99:
    case DW_LANG_UPC:
    case DW_LANG_C11:
    case DW_LANG_Mips_Assembler:
        return true;
    default:
        return false;
    }
}

// Adds the addresses of an entry; the first of them, or 0 where it has none.
static uint64_t add_pieces(struct dwarf *d, Dwarf_Die *die, uint32_t of, struct pieces *to)
{
    Dwarf_Attribute ranges;
    bool is_indexed = d->lib->dwarf_attr(die, DW_AT_ranges, &ranges) &&
                      d->lib->dwarf_whatform(&ranges) == DW_FORM_rnglistx;
    Dwarf_Addr base = 0, low = 0, high = 0;
    uint64_t first = 0;
    bool any = false;
    ptrdiff_t at = 0;
    while ((at = d->lib->dwarf_ranges(die, at, &base, &low, &high)) > 0) {
        if (low >= high)
            continue;
        *vec_push(&d->arena, &to->all) = (struct piece){low, high, 0, of, is_indexed};
        first = any ? first : low;
        any = true;
    }
    return first;
}

static const char *text_of(const struct dwarf *d, Dwarf_Die *die, unsigned name)
{
    Dwarf_Attribute attribute;
    return d->lib->dwarf_attr(die, name, &attribute) ? d->lib->dwarf_formstring(&attribute) : NULL;
}

// addr2line passes over a unit whose entries are in a file of their own (.dwo), unless the unit
// tells its addresses by an index, which addr2line cannot read.
static bool has_code(const struct dwarf *d, Dwarf_Die *die)
{
    Dwarf_Attribute where;
    int tag = d->lib->dwarf_tag(die);
    if (tag != DW_TAG_skeleton_unit || d->split_of)
        return tag == DW_TAG_compile_unit || tag == DW_TAG_skeleton_unit;
    if (d->lib->dwarf_attr(die, DW_AT_ranges, &where))
        return d->lib->dwarf_whatform(&where) == DW_FORM_rnglistx;
    return d->lib->dwarf_attr(die, DW_AT_low_pc, &where) &&
           d->lib->dwarf_whatform(&where) == DW_FORM_addrx;
}

static void add_unit(struct dwarf *d, Dwarf_Die *die, const unsigned char *end, int version)
{
    size_t index = d->units.n, before = d->pieces.all.n;
    struct unit *u = vec_push(&d->arena, &d->units);
    *u = (struct unit){
        .die = *die, .entries = *die, .end = end, .directory = text_of(d, die, DW_AT_comp_dir)};
    u->is_old = version < 5;
    u->names_are_linkage = is_plain_language(d->lib->dwarf_srclang(die));
    add_pieces(d, die, (uint32_t)index, &d->pieces);
    // DWARF 2 cannot say that a unit is in several places.
    if (d->pieces.all.n == before || version < 3)
        *vec_push(&d->arena, &d->unbounded) = (uint32_t)index;
}

static void list_units(struct dwarf *d)
{
    Dwarf_Off offset = 0, next = 0;
    size_t header;
    Dwarf_Half version;
    while (d->lib->dwarf_next_unit(d->handle, offset, &next, &header, &version, NULL, NULL, NULL,
                                   NULL, NULL) == 0 &&
           next > offset) {
        Dwarf_Die die;
        if (d->lib->dwarf_offdie(d->handle, offset + header, &die) && has_code(d, &die))
            add_unit(d, &die, (const unsigned char *)die.addr + (next - offset - header), version);
        offset = next;
    }
    pieces_sort(&d->pieces);
}

// The way through a unit's entries, in the file's order.
struct walk {
    struct dwarf *d;
    const struct unit *unit;
    Dwarf_Die die;
    size_t depth;
    uint32_t functions[DEPTH_MAX]; // the innermost that is around the entries of a depth
};

// Goes to the next entry; false at the end, and where an entry leads back.
static bool walk_on(struct walk *w)
{
    Dwarf_Die next = {0};
    const unsigned char *from = w->die.addr;
    if (w->d->lib->dwarf_child(&w->die, &next) == 0) {
        w->depth++;
    } else {
        int end = w->d->lib->dwarf_siblingof(&w->die, &next);
        const unsigned char *at = next.addr;
        if (end < 0 || !at)
            return false;
        // At the end of siblings there is a zero, after which the siblings of what is around go on.
        while (end > 0 && at < w->unit->end && *at == 0) {
            if (w->depth-- <= 1)
                return false;
            at++;
        }
        if (end > 0)
            next = (Dwarf_Die){.addr = (void *)at, .cu = w->die.cu};
    }
    w->die = next;
    const unsigned char *at = next.addr;
    return w->depth < DEPTH_MAX && at > from && at < w->unit->end;
}

// Most functions are only declared, or are what inlined calls refer to.
static void add_function(struct walk *w, struct unit *u, bool is_inlined)
{
    Dwarf_Attribute bodiless;
    uint32_t index = (uint32_t)u->functions.n;
    size_t before = u->pieces.all.n;
    uint64_t low = add_pieces(w->d, &w->die, index, &u->pieces);
    if (u->pieces.all.n == before && !is_inlined &&
        (w->d->lib->dwarf_attr(&w->die, DW_AT_declaration, &bodiless) ||
         w->d->lib->dwarf_attr(&w->die, DW_AT_inline, &bodiless)))
        return;
    *vec_push(&w->d->arena, &u->functions) =
        (struct function){{.low = low}, w->die, w->functions[w->depth], is_inlined, false};
    if (w->depth + 1 < DEPTH_MAX)
        w->functions[w->depth + 1] = index;
}

static void read_functions(struct dwarf *d, struct unit *u)
{
    struct walk *w = xcalloc(1, sizeof *w);
    Dwarf_Die entries;
    if (d->split_of && split_find(d->lib, d->split_of, &u->die, &entries, &u->end))
        u->entries = entries;
    *w = (struct walk){.d = d, .unit = u, .die = u->entries};
    w->functions[0] = w->functions[1] = NO_FUNCTION;
    while (walk_on(w)) {
        int tag = d->lib->dwarf_tag(&w->die);
        if (w->depth + 1 < DEPTH_MAX)
            w->functions[w->depth + 1] = w->functions[w->depth];
        if (tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine ||
            tag == DW_TAG_entry_point)
            add_function(w, u, tag == DW_TAG_inlined_subroutine);
    }
    free(w);
    pieces_sort(&u->pieces);
}

static void read_unit(struct dwarf *d, struct unit *u)
{
    if (u->is_read)
        return;
    u->is_read = true;
    if (d->lib->dwarf_getsrclines(&u->die, &u->lines, &u->n_lines) != 0)
        u->n_lines = 0;
    read_functions(d, u);
}

static bool number_of(const struct dwarf *d, Dwarf_Die *die, unsigned name, Dwarf_Word *value)
{
    Dwarf_Attribute attribute;
    return d->lib->dwarf_attr(die, name, &attribute) &&
           d->lib->dwarf_formudata(&attribute, value) == 0;
}

// The name of an entry, or of what it refers to; a linker's name goes before any other.
static void find_name(const struct dwarf *d, const struct unit *u, Dwarf_Die *die, int depth,
                      struct dwarf_function *f)
{
    static const unsigned references[] = {DW_AT_abstract_origin, DW_AT_specification};
    static const unsigned linkage[] = {DW_AT_linkage_name, DW_AT_MIPS_linkage_name};
    for (size_t i = 0; i < 2 && depth < REFERENCES_MAX; i++) {
        Dwarf_Attribute attribute;
        Dwarf_Die other;
        if (d->lib->dwarf_attr(die, references[i], &attribute) &&
            d->lib->dwarf_formref_die(&attribute, &other))
            find_name(d, u, &other, depth + 1, f);
    }
    Dwarf_Word start;
    if (number_of(d, die, DW_AT_decl_line, &start))
        f->start_line = (uint32_t)start;
    const char *name = f->name ? NULL : text_of(d, die, DW_AT_name);
    if (name) {
        f->name = name;
        f->is_linkage |= u->names_are_linkage;
    }
    for (size_t i = 0; i < 2; i++) {
        name = text_of(d, die, linkage[i]);
        if (name) {
            f->name = name;
            f->is_linkage = true;
            return;
        }
    }
}

// The path of a source file. libdw leaves one relative that is in a directory of the line table,
// which is relative to where the compiler ran.
static const char *path_of(struct dwarf *d, const struct unit *u, const char *name)
{
    if (!name || strcmp(name, "???") == 0)
        return "<unknown>";
    if (*name == '/' || !u->directory)
        return name;
    size_t n = strlen(u->directory);
    if (u->is_old && strncmp(name, u->directory, n) == 0 && name[n] == '/')
        return name; // of directory 0, which is that one
    return arena_printf(&d->arena, "%s/%s", u->directory, name);
}

static const char *call_file(struct dwarf *d, struct unit *u, Dwarf_Die *die)
{
    Dwarf_Word index;
    Dwarf_Files *files;
    size_t n;
    if (!number_of(d, die, DW_AT_call_file, &index))
        return NULL;
    if (d->lib->dwarf_getsrcfiles(&u->entries, &files, &n) != 0 || index >= n)
        return "<unknown>";
    return path_of(d, u, d->lib->dwarf_filesrc(files, (size_t)index, NULL, NULL));
}

static struct dwarf_function *fill_function(struct dwarf *d, struct unit *u, uint32_t index)
{
    struct dwarf_function *innermost = NULL, *inner = NULL;
    for (; index != NO_FUNCTION; index = u->functions.at[index].parent) {
        struct function *f = &u->functions.at[index];
        if (inner)
            inner->caller = &f->shown;
        innermost = innermost ? innermost : &f->shown;
        if (!f->is_filled) {
            Dwarf_Word line = 0, column = 0;
            f->is_filled = true;
            find_name(d, u, &f->die, 0, &f->shown);
            f->shown.call_file = call_file(d, u, &f->die);
            if (number_of(d, &f->die, DW_AT_call_line, &line))
                f->shown.call_line = (uint32_t)line;
            if (number_of(d, &f->die, DW_AT_call_column, &column))
                f->shown.call_column = (uint32_t)column;
        }
        if (!f->is_inlined)
            break;
        inner = &f->shown;
    }
    return innermost;
}

// Of the functions at an address, the one whose part is the smallest, and of such the innermost.
// addr2line 2.40 does not know ranges that clang gives by an index.
static uint32_t function_at(const struct unit *u, uint64_t address, bool indexed_too)
{
    uint32_t best = NO_FUNCTION;
    uint64_t best_length = 0;
    for (size_t i = pieces_upto(&u->pieces, address); i > 0; i--) {
        const struct piece *p = &u->pieces.all.at[i - 1];
        if (p->reach <= address)
            break;
        uint64_t length = p->high - p->low;
        if (p->is_indexed && !indexed_too)
            continue;
        if (address < p->high && (best == NO_FUNCTION || length < best_length ||
                                  (length == best_length && p->of > best))) {
            best = p->of;
            best_length = length;
        }
    }
    return best;
}

static uint64_t line_address(const struct dwarf *d, const struct unit *u, size_t i)
{
    Dwarf_Addr address = 0;
    d->lib->dwarf_lineaddr(d->lib->dwarf_onesrcline(u->lines, i), &address);
    return address;
}

static size_t file_of_line(const struct dwarf *d, const struct unit *u, size_t i,
                           Dwarf_Files **files)
{
    size_t file = 0;
    bool ends = true;
    Dwarf_Line *line = d->lib->dwarf_onesrcline(u->lines, i);
    if (d->lib->dwarf_lineendsequence(line, &ends) != 0 || ends)
        return 1;
    return d->lib->dwarf_line_file(line, files, &file) == 0 ? file : 0;
}

// The source file of a line. A program of lines begins with file 1, but addr2line takes file 0 of
// DWARF 5 until another one is set; the two differ now and then.
static const char *source_of(const struct dwarf *d, const struct unit *u, size_t i)
{
    Dwarf_Files *files = NULL;
    bool ends = false, is_first = !u->is_old;
    const char *source = d->lib->dwarf_linesrc(d->lib->dwarf_onesrcline(u->lines, i), NULL, NULL);
    for (size_t k = i + 1; is_first && k > 0; k--) {
        if (file_of_line(d, u, k - 1, &files) != 1)
            is_first = false;
        d->lib->dwarf_lineendsequence(d->lib->dwarf_onesrcline(u->lines, k - 1), &ends);
        if (ends)
            break;
    }
    return is_first && files ? d->lib->dwarf_filesrc(files, 0, NULL, NULL) : source;
}

static bool find_line(struct dwarf *d, const struct unit *u, uint64_t address,
                      struct dwarf_place *place)
{
    size_t low = 0, high = u->n_lines;
    bool ends = true;
    int number = 0, column = 0;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (line_address(d, u, middle) <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || low == u->n_lines)
        return false;
    Dwarf_Line *line = d->lib->dwarf_onesrcline(u->lines, low - 1);
    if (d->lib->dwarf_lineendsequence(line, &ends) != 0 || ends)
        return false;
    d->lib->dwarf_lineno(line, &number);
    place->line = number > 0 ? (uint32_t)number : 0;
    d->lib->dwarf_linecol(line, &column);
    place->column = column > 0 ? (uint32_t)column : 0;
    place->plain_file = path_of(d, u, d->lib->dwarf_linesrc(line, NULL, NULL));
    place->file = path_of(d, u, source_of(d, u, low - 1));
    return true;
}

static bool find_in_unit(struct dwarf *d, struct unit *u, uint64_t address,
                         struct dwarf_place *place)
{
    *place = (struct dwarf_place){0};
    read_unit(d, u);
    uint32_t function = function_at(u, address, false), any = function_at(u, address, true);
    if (function != NO_FUNCTION)
        place->function = fill_function(d, u, function);
    if (any != NO_FUNCTION)
        place->any_function = fill_function(d, u, any);
    return find_line(d, u, address, place) || function != NO_FUNCTION;
}

bool dwarf_find(struct dwarf *d, uint64_t address, struct dwarf_place *place)
{
    uint32_t found = NO_FUNCTION;
    for (size_t i = pieces_upto(&d->pieces, address); i > 0; i--) {
        const struct piece *p = &d->pieces.all.at[i - 1];
        if (p->reach <= address)
            break;
        if (address < p->high && (found == NO_FUNCTION || p->of < found))
            found = p->of;
    }
    if (found != NO_FUNCTION && find_in_unit(d, &d->units.at[found], address, place))
        return true;
    for (size_t i = 0; i < d->unbounded.n; i++)
        if (find_in_unit(d, &d->units.at[d->unbounded.at[i]], address, place))
            return true;
    *place = (struct dwarf_place){0};
    return false;
}

struct dwarf *dwarf_open(struct span bytes, const char *split_of, struct err *err)
{
    err->text[0] = '\0';
    const struct libdw *lib = libdw_load(err);
    if (!lib)
        return NULL;
    struct split_elf file = split_open(lib, bytes, split_of);
    Dwarf *handle = file.elf ? lib->dwarf_begin_elf(file.elf, DWARF_C_READ, NULL) : NULL;
    if (!handle) {
        split_close(lib, &file);
        return NULL;
    }
    struct dwarf *d = xcalloc(1, sizeof *d);
    *d = (struct dwarf){.lib = lib, .file = file, .handle = handle, .split_of = split_of};
    list_units(d);
    return d;
}

void dwarf_close(struct dwarf *d)
{
    if (!d)
        return;
    d->lib->dwarf_end(d->handle);
    split_close(d->lib, &d->file);
    arena_release(&d->arena);
    free(d);
}

bool dwarf_is_built_in(void)
{
    return true;
}

#endif
