// SPDX-License-Identifier: Apache-2.0
#include "symbol/split.h"

#ifdef HAVE_LIBDW

#include <dwarf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

struct split_elf split_open(const struct libdw *lib, struct span bytes, const char *path)
{
    struct stat st;
    struct split_elf file = {NULL, -1};
    if (path)
        file.fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (file.fd >= 0 && fstat(file.fd, &st) == 0 && S_ISREG(st.st_mode))
        file.elf = lib->elf_begin(file.fd, ELF_C_READ_MMAP_PRIVATE, NULL);
    else if (!path)
        file.elf = lib->elf_memory((char *)bytes.at, bytes.n);
    if (!file.elf)
        split_close(lib, &file);
    return file;
}

void split_close(const struct libdw *lib, struct split_elf *file)
{
    if (file->elf)
        lib->elf_end(file->elf);
    if (file->fd >= 0)
        close(file->fd);
    *file = (struct split_elf){NULL, -1};
}

static struct span text_of(const struct libdw *lib, Dwarf_Die *die, unsigned name)
{
    Dwarf_Attribute attribute;
    const char *text =
        lib->dwarf_attr(die, name, &attribute) ? lib->dwarf_formstring(&attribute) : NULL;
    return text ? span_of(text) : SPAN("");
}

static bool is_other(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

// Whether libdw would come upon a pipe or a device under one of the names that it tries: beside the
// program, in the directory of the compiler, and in that below the program's.
static bool is_safe(struct span beside, struct span directory, struct span name)
{
    struct buf path = {0};
    bool safe = true;
    const struct span places[][2] = {
        {SPAN(""), SPAN("")}, {beside, SPAN("/")}, {directory, SPAN("/")}};
    for (size_t i = 0; i < sizeof places / sizeof *places && safe; i++) {
        buf_clear(&path);
        buf_printf(&path, SPAN_FMT SPAN_FMT SPAN_FMT, SPAN_ARG(places[i][0]),
                   SPAN_ARG(places[i][1]), SPAN_ARG(name));
        safe = !is_other(buf_cstr(&path));
    }
    buf_clear(&path);
    buf_printf(&path, SPAN_FMT "/" SPAN_FMT "/" SPAN_FMT, SPAN_ARG(beside), SPAN_ARG(directory),
               SPAN_ARG(name));
    safe = safe && !is_other(buf_cstr(&path));
    buf_release(&path);
    return safe;
}

// Where the unit of an entry ends.
static const unsigned char *end_of(const struct libdw *lib, Dwarf_Die *entries)
{
    Dwarf *file = lib->dwarf_cu_getdwarf(entries->cu);
    Dwarf_Off offset = 0, next = 0, wanted = lib->dwarf_dieoffset(entries);
    size_t header;
    Dwarf_Half version;
    while (lib->dwarf_next_unit(file, offset, &next, &header, &version, NULL, NULL, NULL, NULL,
                                NULL) == 0 &&
           next > offset) {
        if (offset + header == wanted)
            return (const unsigned char *)entries->addr + (next - wanted);
        offset = next;
    }
    return NULL;
}

// The directory of a program, as libdw finds it.
static struct span directory_of(const char *real)
{
    const char *slash = real ? strrchr(real, '/') : NULL;
    return slash ? (struct span){real, (size_t)(slash - real)} : SPAN(".");
}

static bool may_be_opened(const struct libdw *lib, const char *path, Dwarf_Die *skeleton)
{
    struct span name = text_of(lib, skeleton, DW_AT_dwo_name);
    name = name.n ? name : text_of(lib, skeleton, DW_AT_GNU_dwo_name);
    char *real = realpath(path, NULL);
    bool safe = name.n && is_safe(directory_of(real), text_of(lib, skeleton, DW_AT_comp_dir), name);
    free(real);
    return safe;
}

bool split_find(const struct libdw *lib, const char *path, Dwarf_Die *skeleton, Dwarf_Die *entries,
                const unsigned char **end)
{
    Dwarf_Die unit;
    *entries = (Dwarf_Die){0};
    if (!may_be_opened(lib, path, skeleton) ||
        lib->dwarf_cu_info(skeleton->cu, NULL, NULL, &unit, entries, NULL, NULL, NULL) != 0 ||
        !entries->addr)
        return false;
    *end = end_of(lib, entries);
    return *end != NULL;
}

#endif
