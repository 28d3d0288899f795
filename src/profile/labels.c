// SPDX-License-Identifier: Apache-2.0
#include "profile/labels.h"

#include "base/hash.h"

static int label_class(const struct label *l)
{
    return l->kind == LABEL_STR ? 0 : 1;
}

static bool label_before(const struct label *a, const struct label *b)
{
    if (label_class(a) != label_class(b))
        return label_class(a) < label_class(b);
    return a->key < b->key;
}

static void sort_labels(struct label *labels, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        struct label moving = labels[i];
        uint32_t at = i;
        for (; at > 0 && label_before(&moving, &labels[at - 1]); at--)
            labels[at] = labels[at - 1];
        labels[at] = moving;
    }
}

// Where one number of a key has a unit, those without have the unit "".
static void complete_units(struct label *labels, uint32_t n)
{
    for (uint32_t first = 0, end; first < n; first = end) {
        bool units = false;
        for (end = first; end < n && label_class(&labels[end]) == label_class(&labels[first]) &&
                          labels[end].key == labels[first].key;
             end++)
            units |= labels[end].kind == LABEL_NUM_UNIT;
        for (uint32_t i = first; units && i < end; i++)
            labels[i].kind = LABEL_NUM_UNIT;
    }
}

void labels_order(struct label *labels, uint32_t n)
{
    sort_labels(labels, n);
    complete_units(labels, n);
}

static bool same_label(const struct label *a, const struct label *b)
{
    return a->key == b->key && a->value == b->value && a->num == b->num && a->kind == b->kind;
}

bool labels_equal(const struct label *a, const struct label *b, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (!same_label(&a[i], &b[i]))
            return false;
    return true;
}

uint64_t labels_hash(const struct label *labels, uint32_t n)
{
    uint64_t hash = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct label *l = &labels[i];
        hash = hash_u64(hash ^ hash_u64((uint64_t)l->key << 32 | l->value) ^ (uint64_t)l->num);
    }
    return hash;
}
