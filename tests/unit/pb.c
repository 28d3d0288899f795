// SPDX-License-Identifier: Apache-2.0
#include "pb.h"

void pb_varint(struct buf *b, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        buf_addc(b, (char)(value | 0x80));
    buf_addc(b, (char)value);
}

void pb_num(struct buf *b, unsigned field, uint64_t value)
{
    pb_varint(b, field << 3);
    pb_varint(b, value);
}

void pb_bytes(struct buf *b, unsigned field, struct span bytes)
{
    pb_varint(b, field << 3 | 2);
    pb_varint(b, bytes.n);
    buf_add(b, bytes);
}

void pb_message(struct buf *b, unsigned field, const uint64_t *values, size_t n)
{
    struct buf message = {0};
    for (size_t i = 0; i < n; i++)
        if (values[i])
            pb_num(&message, (unsigned)i + 1, values[i]);
    pb_bytes(b, field, buf_span(&message));
    buf_release(&message);
}

void pb_packed(struct buf *b, unsigned field, const uint64_t *values, size_t n)
{
    struct buf packed = {0};
    for (size_t i = 0; i < n; i++)
        pb_varint(&packed, values[i]);
    pb_bytes(b, field, buf_span(&packed));
    buf_release(&packed);
}
