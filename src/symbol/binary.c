// SPDX-License-Identifier: Apache-2.0
#include "symbol/binary.h"

#include <elf.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/xalloc.h"
#include "symbol/mapfile.h"
#include "symbol/minidebug.h"
#include "symbol/pclntab.h"
#include "symbol/relocate.h"
#include "symbol/separate.h"

struct image {
    struct span bytes;
    struct elf elf;
    struct symtab symtab;
    bool is_read; // the symbol table
};

struct binary {
    char *path;
    struct image file, debug; // debug.bytes is empty where there is none
    struct image packed;      // the symbols that were left packed in the file
    struct buf unpacked;
    struct pclntab go; // where there is nothing else
    bool is_go;
    struct dwarf *dwarf;
    bool has_looked; // for DWARF
    bool reads_split;
    struct arena arena;
    char *build_id;
    struct err trouble;
};

static void set_build_id(struct binary *b)
{
    struct buf digits = {0};
    struct span id = elf_build_id(&b->file.elf);
    for (size_t i = 0; i < id.n; i++)
        buf_printf(&digits, "%02x", (unsigned char)id.at[i]);
    b->build_id = xstrdup(buf_cstr(&digits));
    buf_release(&digits);
}

// Says of programs of other systems what they are.
static int check_kind(struct span bytes, struct err *err)
{
    static const struct span mach[] = {
        SPAN("\xfe\xed\xfa\xce"), SPAN("\xfe\xed\xfa\xcf"), SPAN("\xce\xfa\xed\xfe"),
        SPAN("\xcf\xfa\xed\xfe"), SPAN("\xca\xfe\xba\xbe"), SPAN("\xbe\xba\xfe\xca"),
    };
    for (size_t i = 0; i < sizeof mach / sizeof *mach; i++)
        if (span_starts(bytes, mach[i]))
            return err_set(err, "a program of macOS (Mach-O); cprof reads those of ELF alone");
    if (span_starts(bytes, SPAN("MZ")))
        return err_set(err, "a program of Windows (PE); cprof reads those of ELF alone");
    return 0;
}

struct binary *binary_open(const char *path, struct err *err)
{
    struct binary *b = xcalloc(1, sizeof *b);
    if (map_file(path, &b->file.bytes, err)) {
        free(b);
        return NULL;
    }
    if (check_kind(b->file.bytes, err) || elf_parse(&b->file.elf, b->file.bytes, &b->arena, err)) {
        binary_close(b);
        return NULL;
    }
    b->path = xstrdup(path);
    set_build_id(b);
    return b;
}

void binary_close(struct binary *b)
{
    if (!b)
        return;
    dwarf_close(b->dwarf);
    unmap_file(b->file.bytes);
    unmap_file(b->debug.bytes);
    buf_release(&b->unpacked);
    arena_release(&b->arena);
    free(b->build_id);
    free(b->path);
    free(b);
}

const struct elf *binary_elf(const struct binary *b)
{
    return &b->file.elf;
}

const char *binary_build_id(const struct binary *b)
{
    return b->build_id;
}

const char *binary_trouble(const struct binary *b)
{
    return b->trouble.text;
}

void binary_read_split(struct binary *b)
{
    b->reads_split = true;
}

static void read_symbols(struct binary *b, struct image *image)
{
    if (!image->is_read && image->bytes.n)
        symtab_init(&image->symtab, &image->elf, &b->arena);
    image->is_read = true;
}

static bool has_dwarf(const struct elf *elf)
{
    return elf_section(elf, SPAN(".debug_info")) || elf_section(elf, SPAN(".zdebug_info"));
}

// Opens the DWARF of the file, or else of one that belongs to it.
static void open_dwarf(struct binary *b)
{
    if (b->has_looked)
        return;
    b->has_looked = true;
    if (!has_dwarf(&b->file.elf)) {
        if (!separate_file(&b->file.elf, b->path, &b->debug.bytes))
            return;
        struct err ignored;
        if (elf_parse(&b->debug.elf, b->debug.bytes, &b->arena, &ignored)) {
            unmap_file(b->debug.bytes);
            b->debug.bytes = (struct span){NULL, 0};
            return;
        }
    }
    relocate_debug(&b->file.elf);
    if (separate_common_is_safe(b->debug.bytes.n ? &b->debug.elf : &b->file.elf))
        b->dwarf = dwarf_open(b->debug.bytes.n ? b->debug.bytes : b->file.bytes,
                              b->reads_split && !b->debug.bytes.n ? b->path : NULL, &b->trouble);
}

// Of a file without a symbol table: what it has instead.
static void find_substitutes(struct binary *b)
{
    struct span packed =
        elf_content(&b->file.elf, elf_section(&b->file.elf, SPAN(".gnu_debugdata")));
    struct err ignored;
    if (b->file.symtab.n_listed || b->packed.bytes.n)
        return;
    if (packed.n && minidebug_unpack(packed, &b->unpacked)) {
        b->packed.bytes = buf_span(&b->unpacked);
        if (elf_parse(&b->packed.elf, b->packed.bytes, &b->arena, &ignored) == 0)
            read_symbols(b, &b->packed);
    }
    b->is_go = !b->dwarf && b->file.symtab.n_functions == 0 && pclntab_open(&b->go, &b->file.elf);
}

void binary_find(struct binary *b, bool fast, const uint64_t *addresses, size_t n,
                 struct found *found, const struct job *job)
{
    read_symbols(b, &b->file);
    if (!fast)
        open_dwarf(b);
    read_symbols(b, &b->debug);
    find_substitutes(b);
    for (size_t i = 0; i < n; i++) {
        found[i] = (struct found){.section = symtab_section(&b->file.elf, addresses[i])};
        if (b->dwarf && found[i].section && !job_stopped(job))
            found[i].in_dwarf = dwarf_find(b->dwarf, addresses[i], &found[i].place);
    }
}

static struct span span_of_text(const char *text)
{
    return text ? span_of(text) : (struct span){NULL, 0};
}

// A function's symbol, of the file that has the DWARF if that is another.
static const struct candidate *function_symbol(const struct binary *b, const struct found *f,
                                               uint64_t address)
{
    const struct candidate *c = NULL;
    if (b->dwarf && b->debug.bytes.n)
        c = symtab_function(&b->debug.symtab, symtab_section(&b->debug.elf, address), address);
    if (!c)
        c = symtab_function(&b->file.symtab, f->section, address);
    const struct candidate *other = NULL;
    if (b->packed.is_read)
        other =
            symtab_function(&b->packed.symtab, symtab_section(&b->packed.elf, address), address);
    return other && (!c || other->value > c->value) ? other : c;
}

static void add_frame(struct arena *arena, struct frames *frames, struct span function,
                      struct span file, uint32_t line)
{
    // addr2line writes "?" for a line that it does not know, which is then part of the file's name.
    if (line == 0)
        file = span_of(arena_printf(arena, SPAN_FMT ":?", SPAN_ARG(file.at ? file : SPAN("??"))));
    *vec_push(arena, &frames->all) =
        (struct frame){.function = function, .file = file, .line = line};
}

// The innermost frame: DWARF's name where the linker has the same, else that of the symbol.
static void add_innermost(struct binary *b, uint64_t address, const struct found *f,
                          struct arena *arena, struct frames *frames)
{
    struct dwarf_function *function = f->place.function;
    struct span name = {NULL, 0}, file = span_of_text(f->place.file);
    if (function && function->is_linkage) {
        name = span_of_text(function->name);
    } else {
        const struct candidate *c = function_symbol(b, f, address);
        if (!f->in_dwarf && !c)
            return;
        name = c ? c->name : span_of_text(function ? function->name : NULL);
        if (c && !file.at)
            file = c->file;
        if (function && c && c->value == function->low)
            function->name = arena_cstr(arena, c->name);
        if (function)
            function->is_linkage = true; // not looked for again
    }
    add_frame(arena, frames, name, file, f->place.line);
}

static void add_callers(const struct found *f, struct arena *arena, struct frames *frames)
{
    const struct dwarf_function *function = f->place.function;
    for (; function && function->caller; function = function->caller)
        add_frame(arena, frames, span_of_text(function->caller->name),
                  span_of_text(function->call_file), function->call_line);
}

// What a stripped program of Go says of itself.
static void add_go_frame(const struct binary *b, uint64_t address, struct arena *arena,
                         struct frames *frames)
{
    struct pclntab_place place;
    if (b->is_go && pclntab_find(&b->go, address, &place))
        *vec_push(arena, &frames->all) =
            (struct frame){.function = place.function, .file = place.file, .line = place.line};
}

// What is left where there is neither DWARF nor a symbol table.
static void add_substitute(const struct binary *b, uint64_t address, const struct found *found,
                           struct arena *arena, struct frames *frames)
{
    const struct candidate *c = b->packed.is_read ? function_symbol(b, found, address) : NULL;
    if (c)
        *vec_push(arena, &frames->all) = (struct frame){.function = c->name};
    else
        add_go_frame(b, address, arena, frames);
}

void binary_frames(struct binary *b, bool fast, uint64_t address, const struct found *found,
                   struct arena *arena, struct frames *frames)
{
    struct span listed = symtab_listed(&b->file.symtab, address);
    frames->all.n = 0;
    if (fast) {
        if (listed.n)
            *vec_push(arena, &frames->all) = (struct frame){.function = listed};
        return;
    }
    if (found->section) {
        add_innermost(b, address, found, arena, frames);
        add_callers(found, arena, frames);
    }
    if (frames->all.n == 0)
        add_go_frame(b, address, arena, frames);
    // addr2line cuts some names short; nm does not.
    struct frame *last = frames->all.n ? &frames->all.at[frames->all.n - 1] : NULL;
    if (last && listed.n > last->function.n + 1)
        last->function = listed;
}

void binary_frames_of_llvm(struct binary *b, uint64_t address, const struct found *found,
                           struct arena *arena, struct frames *frames)
{
    const struct dwarf_place *place = &found->place;
    const struct dwarf_function *f = found->in_dwarf ? place->any_function : NULL;
    struct frame frame = {.function = {NULL, 0}};
    frames->all.n = 0;
    if (found->in_dwarf)
        frame = (struct frame){
            .file = span_of_text(place->plain_file), .line = place->line, .column = place->column};
    for (; f; f = f->caller) {
        frame.function = span_of_text(f->name);
        frame.start_line = f->start_line;
        if (!f->caller)
            break;
        *vec_push(arena, &frames->all) = frame;
        frame = (struct frame){
            .file = span_of_text(f->call_file), .line = f->call_line, .column = f->call_column};
    }
    symtab_list_nearest(&b->file.symtab, &b->arena);
    const struct near_symbol *symbol = symtab_nearest(&b->file.symtab, address);
    if (symbol) {
        frame.function = symbol->name;
        frame.file = frame.file.n ? frame.file : symbol->file;
    }
    if (frame.function.n == 0 && !found->in_dwarf)
        add_substitute(b, address, found, arena, frames);
    if (frames->all.n == 0 || found->in_dwarf)
        *vec_push(arena, &frames->all) = frame;
}
