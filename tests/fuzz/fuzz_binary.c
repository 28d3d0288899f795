// SPDX-License-Identifier: Apache-2.0
// Input: a program or library, as a profile's mapping may be of one. All that a report asks of it
// is asked at addresses that lie where its functions and sections are.
#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "symbol/base.h"
#include "symbol/binary.h"
#include "symbol/code.h"

enum { ADDRESSES_MAX = 96 };

static int cmp_addresses(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static size_t pick_addresses(const struct elf *elf, struct arena *arena, uint64_t *addresses)
{
    struct elf_symbols symbols = elf_symbols(elf, false, arena);
    size_t n = 0;
    for (size_t i = 0; i < symbols.n && n < ADDRESSES_MAX / 2; i++)
        addresses[n++] = symbols.at[i].value + i % 7;
    for (uint32_t i = 0; i < elf->n_sections && n + 2 < ADDRESSES_MAX; i++) {
        addresses[n++] = elf->sections[i].address;
        addresses[n++] = elf->sections[i].address + elf->sections[i].size / 2;
    }
    qsort(addresses, n, sizeof *addresses, cmp_addresses);
    return n;
}

static void ask(struct binary *b, bool fast, const uint64_t *addresses, size_t n,
                struct arena *arena)
{
    struct found found[ADDRESSES_MAX];
    struct frames frames = {0};
    binary_find(b, fast, addresses, n, found, NULL);
    for (size_t i = 0; i < n; i++) {
        binary_frames(b, fast, addresses[i], &found[i], arena, &frames);
        for (size_t k = 0; k < frames.all.n; k++)
            FUZZ_CHECK(frames.all.at[k].function.n < 1 << 24 && frames.all.at[k].line >= 0);
    }
}

// The same as llvm-symbolizer would be asked, with what is in files of its own.
static void ask_for_llvm(const char *path)
{
    struct arena arena = {0};
    uint64_t addresses[ADDRESSES_MAX];
    struct found found[ADDRESSES_MAX];
    struct frames frames = {0};
    struct err err;
    struct binary *b = binary_open(path, &err);
    if (!b)
        return;
    size_t n = pick_addresses(binary_elf(b), &arena, addresses);
    binary_read_split(b);
    binary_find(b, false, addresses, n, found, NULL);
    for (size_t i = 0; i < n; i++) {
        binary_frames_of_llvm(b, addresses[i], &found[i], &arena, &frames);
        FUZZ_CHECK(frames.all.n > 0);
    }
    binary_close(b);
    arena_release(&arena);
}

static void ask_all(const char *path)
{
    struct arena arena = {0};
    uint64_t addresses[ADDRESSES_MAX], base;
    struct mapped mapped;
    struct err err;
    struct code_symbols code = {0};
    struct binary *b = binary_open(path, &err);
    if (!b) {
        FUZZ_CHECK(*err.text);
        return;
    }
    const struct elf *elf = binary_elf(b);
    size_t n = pick_addresses(elf, &arena, addresses);
    mapped_init(&mapped, elf, SPAN("vmlinux"), 0x10000, 0x90000, 0x1000, SPAN(""));
    mapped_check(&mapped, elf, &err);
    mapped_base(&mapped, elf, 0x12345, &base, &err);
    struct regex *all = regex_new(SPAN("[a-m]"), &err);
    code_find(elf, all, n ? addresses[n / 2] : 0, &arena, &code);
    regex_free(all);
    ask(b, true, addresses, n, &arena);
    ask(b, false, addresses, n, &arena);
    binary_close(b);
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    int fd = memfd_create("binary", MFD_CLOEXEC);
    FUZZ_CHECK(fd >= 0);
    if (write(fd, data, size) == (ssize_t)size) {
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        ask_all(path);
        ask_for_llvm(path);
    }
    close(fd);
    return 0;
}
