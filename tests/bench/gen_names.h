// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BENCH_GEN_NAMES_H
#define CPROF_BENCH_GEN_NAMES_H

#include <stddef.h>
#include <stdint.h>

// Names such as Go's linker gives them, no two alike. Functions come in groups, one per type of the
// program and source file: a constructor, methods and a closure.
enum { NAMES_PER_FILE = 8 };

// Both return the length; the name is cut to the size.
size_t name_function(char *out, size_t size, uint64_t function);
size_t name_file(char *out, size_t size, uint64_t file);

#endif
