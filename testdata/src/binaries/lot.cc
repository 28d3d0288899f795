// SPDX-License-Identifier: Apache-2.0
// A library without a runtime, whose functions are named from its symbol table and its DWARF.

namespace lot {

struct Box {
    int weight;
    Box *next;
};

template <typename T, int Size> struct Shelf {
    T items[Size];

    __attribute__((noinline)) int sum(int from) const
    {
        int total = 0;
        for (int i = from; i < Size; i++)
            total += items[i].weight;
        return total;
    }
};

static inline int mix(int x)
{
    x ^= x >> 16;
    x *= 0x45d9f3b;
    return x ^ (x >> 13);
}

namespace {
__attribute__((noinline)) int hidden(int x)
{
    return mix(x) + mix(x + 1);
}
} // namespace

__attribute__((noinline)) int count(const Box *box, int depth)
{
    if (!box || depth == 0)
        return hidden(depth);
    return box->weight + count(box->next, depth - 1);
}

} // namespace lot

static lot::Shelf<lot::Box, 64> shelf;

extern "C" int lot_run(int seed)
{
    auto grow = [seed](int i) __attribute__((noinline)) { return lot::mix(seed + i) % 100; };
    for (int i = 0; i < 64; i++)
        shelf.items[i] = {grow(i), i ? &shelf.items[i - 1] : nullptr};
    return shelf.sum(seed & 7) + lot::count(&shelf.items[63], 16);
}
