// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_TESTS_UNIT_PB_H
#define CPROF_TESTS_UNIT_PB_H

#include <stdint.h>

#include "base/buf.h"

// Writes protobuf messages by hand, valid or not.

void pb_varint(struct buf *b, uint64_t value);
void pb_num(struct buf *b, unsigned field, uint64_t value);
void pb_bytes(struct buf *b, unsigned field, struct span bytes);

// A message of numbers: fields 1, 2, … have the values given, those that are 0 are left out.
void pb_message(struct buf *b, unsigned field, const uint64_t *values, size_t n);
void pb_packed(struct buf *b, unsigned field, const uint64_t *values, size_t n);

#define PB_MESSAGE(b, field, ...)                             \
    pb_message((b), (field), (const uint64_t[]){__VA_ARGS__}, \
               sizeof(const uint64_t[]){__VA_ARGS__} / sizeof(uint64_t))
#define PB_PACKED(b, field, ...)                             \
    pb_packed((b), (field), (const uint64_t[]){__VA_ARGS__}, \
              sizeof(const uint64_t[]){__VA_ARGS__} / sizeof(uint64_t))

#endif
