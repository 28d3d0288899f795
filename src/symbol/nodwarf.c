// SPDX-License-Identifier: Apache-2.0
#include "symbol/dwarf.h"

#ifndef HAVE_LIBDW

struct dwarf *dwarf_open(struct span bytes, const char *split_of, struct err *err)
{
    (void)bytes, (void)split_of;
    err_set(err, "this build of cprof reads no DWARF: no source lines, no inlined calls");
    return NULL;
}

void dwarf_close(struct dwarf *d)
{
    (void)d;
}

bool dwarf_find(struct dwarf *d, uint64_t address, struct dwarf_place *place)
{
    (void)d, (void)address, (void)place;
    return false;
}

bool dwarf_is_built_in(void)
{
    return false;
}

#endif
