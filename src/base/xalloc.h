// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_XALLOC_H
#define CPROF_BASE_XALLOC_H

#include <stddef.h>
#include <stdint.h>

// Memory that is there: when the system has none left, or a size overflows, these end the program
// with one line on standard error. Freed with free().
void *xmalloc(size_t size);
void *xrealloc(void *old, size_t size);
void *xcalloc(size_t count, size_t size);
char *xstrdup(const char *text);

// Threads that start from now on take memory from one heap, so that what one frees serves another:
// for large pieces of which there are few.
void xalloc_share(void);

// From now on freed memory stays with the process, up to 64 MiB and blocks of XALLOC_KEPT: for work
// that takes and frees the same much over and over, on several threads. Otherwise the system is
// asked for every page anew, which took a third of the time of adding up a thousand files.
#define XALLOC_KEPT ((size_t)4 << 20)
void xalloc_keep(void);

// count * size, or the end of the program where that overflows.
size_t xmul(size_t count, size_t size);

// What this process has in memory, in bytes; 0 where the system does not say.
int64_t xalloc_resident(void);

#endif
