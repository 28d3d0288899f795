// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_MINIDEBUG_H
#define CPROF_SYMBOL_MINIDEBUG_H

#include "base/buf.h"

// The symbol table that Fedora and its kin leave in programs that are stripped otherwise: an ELF
// file packed with xz in the section .gnu_debugdata ("MiniDebugInfo" in gdb's manual).

// Adds what is packed, at most 256 MiB. False where it cannot be unpacked, or there is no liblzma.
bool minidebug_unpack(struct span packed, struct buf *out);

#endif
