// SPDX-License-Identifier: Apache-2.0
#include "profile/read/foreign.h"

struct foreign {
    struct span magic;
    const char *message;
};

// Sources: the formats' own documents and the file utility's magic.
static const struct foreign foreigns[] = {
    {SPAN("\177ELF"), "is a program or a library (ELF), not a profile"},
};

bool foreign_tell(const struct head *head, struct err *err)
{
    for (size_t i = 0; i < sizeof foreigns / sizeof *foreigns; i++) {
        if (!span_starts(head->bytes, foreigns[i].magic))
            continue;
        err_set(err, "%s", foreigns[i].message);
        return true;
    }
    return false;
}
