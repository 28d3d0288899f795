// SPDX-License-Identifier: Apache-2.0
#include "base/xalloc.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

static _Noreturn void out_of_memory(void)
{
    fputs("cprof: out of memory\n", stderr);
    exit(1);
}

static void *must(void *memory)
{
    if (!memory)
        out_of_memory();
    return memory;
}

size_t xmul(size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        out_of_memory();
    return total;
}

void *xmalloc(size_t size)
{
    return must(malloc(size ? size : 1));
}

void *xrealloc(void *old, size_t size)
{
    return must(realloc(old, size ? size : 1));
}

void *xcalloc(size_t count, size_t size)
{
    return must(calloc(count ? count : 1, size ? size : 1));
}

char *xstrdup(const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(xmalloc(size), text, size);
}

int64_t xalloc_resident(void)
{
    char text[128] = "";
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC); // pages: all, resident, …
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    const char *resident = n > 0 ? strchr(text, ' ') : NULL;
    if (fd >= 0)
        close(fd);
    return resident ? strtoll(resident, NULL, 10) * sysconf(_SC_PAGESIZE) : 0;
}

void xalloc_share(void)
{
#ifdef __GLIBC__
    mallopt(M_ARENA_MAX, 1);
#endif
}

void xalloc_keep(void)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, XALLOC_KEPT);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
#endif
}
