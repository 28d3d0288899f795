// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_RUSTREAD_H
#define CPROF_SYMBOL_RUSTREAD_H

#include <stdint.h>

#include "base/buf.h"

// What one of Rust's new names is read with, a sign after the other, and written. After a fault
// nothing more is read or written.

struct rust_reading {
    const char *start, *at, *end; // start: after "_R"
    struct buf *out;
    size_t before; // what out had
    bool failed, skip, no_generics;
    char last; // that was written
    int depth, steps;
    int64_t lifetimes; // that are bound
};

// The next sign; NUL at the end.
char rust_peek(const struct rust_reading *r);
void rust_fail(struct rust_reading *r);

// Goes on where that is the next.
bool rust_take(struct rust_reading *r, char c);
void rust_expect(struct rust_reading *r, char c);

// Writes, unless something is skipped.
void rust_put(struct rust_reading *r, struct span text);
void rust_put_char(struct rust_reading *r, char c);
void rust_put_number(struct rust_reading *r, const char *format, uint64_t n);

// Whether one more level may be read; its reader has to count r->depth down.
bool rust_enter(struct rust_reading *r);

// "_" is 0, "0_" is 1.
int64_t rust_number(struct rust_reading *r);
int64_t rust_disambiguator(struct rust_reading *r);

struct rust_identifier {
    struct span text;
    bool is_punycode;
};

struct rust_identifier rust_identifier(struct rust_reading *r);
void rust_put_identifier(struct rust_reading *r, const struct rust_identifier *name);

// A lifetime by its distance from where it is used, and "for<'a> ".
void rust_put_lifetime(struct rust_reading *r, int64_t lifetime);
void rust_read_binder(struct rust_reading *r);

#endif
