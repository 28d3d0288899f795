// Orchard burns time and keeps memory in a few functions of different weight,
// to be recorded by gperftools and jemalloc: see ../record_formats.sh.
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace orchard {

static volatile unsigned sink;

__attribute__((noinline)) unsigned prune(unsigned n)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < n; i++)
        sum = sum * 31 + (i ^ sum >> 3);
    return sum;
}

__attribute__((noinline)) void harvest(unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        sink = sink + prune(200000 + i % 2);
}

__attribute__((noinline)) void water(unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        sink = sink + prune(100000 + i % 2);
}

struct tree {
    tree *next;
    char *fruit;
};

__attribute__((noinline)) char *grow_fruit(size_t n)
{
    char *fruit = static_cast<char *>(malloc(n));
    memset(fruit, 7, n);
    return fruit;
}

__attribute__((noinline)) tree *plant(unsigned n)
{
    tree *row = nullptr;
    for (unsigned i = 0; i < n; i++) {
        tree *t = new tree();
        t->fruit = grow_fruit(600 * (1 + i % 9));
        t->next = row;
        row = t;
    }
    return row;
}

__attribute__((noinline)) void fell(tree *row)
{
    while (row) {
        tree *next = row->next;
        free(row->fruit);
        delete row;
        row = next;
    }
}

} // namespace orchard

int main()
{
    orchard::tree *kept = orchard::plant(900), *gone = orchard::plant(300);
    orchard::fell(gone);
    orchard::harvest(2000);
    orchard::water(1500);
    printf("%p\n", static_cast<void *>(kept));
    return 0;
}
