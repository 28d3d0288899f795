// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BENCH_GEN_OUT_H
#define CPROF_BENCH_GEN_OUT_H

#include <stddef.h>
#include <stdint.h>

// A protobuf message in the making; messages are small, so that it need not grow.
struct message {
    uint8_t at[4096];
    size_t n;
};

void message_varint(struct message *m, uint64_t value);
void message_bytes(struct message *m, unsigned field, const void *bytes, size_t n);

// Left out where the value is 0, as proto3 does.
void message_number(struct message *m, unsigned field, uint64_t value);

// A file of such messages, gzipped where its name ends in ".gz". A fault ends the program.
struct out;
struct out *out_open(const char *path, int level);
void out_bytes(struct out *o, unsigned field, const void *bytes, size_t n);
void out_number(struct out *o, unsigned field, uint64_t value);
void out_close(struct out *o);

#endif
