// SPDX-License-Identifier: Apache-2.0
#include "symbol/separate.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "symbol/mapfile.h"

#define DEBUG_ROOT "/usr/lib/debug"

static bool map_if(const char *path, struct span *bytes)
{
    struct err ignored;
    return map_file(path, bytes, &ignored) == 0;
}

static bool by_build_id(const struct elf *elf, struct arena *arena, struct span *bytes)
{
    struct buf path = {0};
    struct span id = elf_build_id(elf), other_id = {NULL, 0};
    struct elf other;
    struct err ignored;
    if (id.n < 2)
        return false;
    buf_printf(&path, DEBUG_ROOT "/.build-id/%02x/", (unsigned char)*id.at);
    for (size_t i = 1; i < id.n; i++)
        buf_printf(&path, "%02x", (unsigned char)id.at[i]);
    buf_add(&path, SPAN(".debug"));
    bool mapped = map_if(buf_cstr(&path), bytes);
    buf_release(&path);
    if (!mapped)
        return false;
    if (elf_parse(&other, *bytes, arena, &ignored) == 0)
        other_id = elf_build_id(&other);
    if (span_eq(id, other_id))
        return true;
    unmap_file(*bytes);
    return false;
}

// The CRC-32 of IEEE 802.3, with a table for a byte at a time.
static uint32_t checksum(struct span bytes)
{
    uint32_t table[256], crc = UINT32_MAX;
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int k = 0; k < 8; k++)
            c = c & 1 ? c >> 1 ^ UINT32_C(0xedb88320) : c >> 1;
        table[i] = c;
    }
    for (size_t i = 0; i < bytes.n; i++)
        crc = table[(crc ^ (unsigned char)bytes.at[i]) & 0xff] ^ crc >> 8;
    return ~crc;
}

static bool map_checked(const char *path, uint32_t crc, struct span *bytes)
{
    if (!map_if(path, bytes))
        return false;
    if (checksum(*bytes) == crc)
        return true;
    unmap_file(*bytes);
    return false;
}

static bool by_link(const struct elf *elf, const char *path, struct arena *arena,
                    struct span *bytes)
{
    struct span link = elf_content(elf, elf_section(elf, SPAN(".gnu_debuglink")));
    const char *end = link.n ? memchr(link.at, '\0', link.n) : NULL;
    if (!end || end == link.at)
        return false;
    struct span name = {link.at, (size_t)(end - link.at)};
    size_t at = (name.n + 4) & ~(size_t)3;
    if (at + 4 > link.n || memchr(name.at, '/', name.n))
        return false;
    uint32_t crc = (uint32_t)elf_number(elf, link.at + at, 4);
    char *real = realpath(path, NULL);
    const char *slash = real ? strrchr(real, '/') : NULL;
    struct span dir = slash ? (struct span){real, (size_t)(slash - real)} : SPAN(".");
    static const struct {
        const char *before, *between;
    } places[] = {{"", "/"}, {"", "/.debug/"}, {DEBUG_ROOT, "/"}, {DEBUG_ROOT "/usr", "/"}};
    bool found = false;
    for (size_t i = 0; i < sizeof places / sizeof *places && !found; i++) {
        const char *place = arena_printf(arena, "%s" SPAN_FMT "%s" SPAN_FMT, places[i].before,
                                         SPAN_ARG(dir), places[i].between, SPAN_ARG(name));
        found = (!real || strcmp(place, real) != 0) && map_checked(place, crc, bytes);
    }
    free(real);
    return found;
}

bool separate_file(const struct elf *elf, const char *path, struct span *bytes)
{
    struct arena arena = {0};
    bool found = by_build_id(elf, &arena, bytes) || by_link(elf, path, &arena, bytes);
    arena_release(&arena);
    return found;
}

bool separate_common_is_safe(const struct elf *elf)
{
    struct stat st;
    struct span link = elf_content(elf, elf_section(elf, SPAN(".gnu_debugaltlink")));
    if (link.n == 0)
        return true;
    return memchr(link.at, '\0', link.n) && (stat(link.at, &st) != 0 || S_ISREG(st.st_mode));
}
