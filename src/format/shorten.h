// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_FORMAT_SHORTEN_H
#define CPROF_FORMAT_SHORTEN_H

#include "base/buf.h"
#include "base/regex.h"

// Leaves package paths of Go names, packages and arguments of Java names, and namespaces of C++
// names out, to fit them into a picture.
// Rules: ShortenFunctionName of google/pprof's internal/graph/graph.go.
enum { SHORTEN_RULES = 5 };

struct shortener {
    struct regex *rules[SHORTEN_RULES];
    struct buf text;
};

void shortener_init(struct shortener *s);
void shortener_release(struct shortener *s);

// Valid until the next call; may borrow the name's bytes.
struct span shorten(struct shortener *s, struct span name);

// Where a name may be cut in front: at the parts of its package path or namespaces, but never
// within a method or what is in brackets. The first is the name itself. Returns how many there are,
// at most `most`, which is not 0.
unsigned name_cuts(struct span name, struct span *cuts, unsigned most);

// The package's part of a name, with its path: "net/http" of "net/http.(*conn).serve".
struct span name_package(struct span name);

// A number of a package that is the same every time, to choose colours by.
unsigned name_shade(struct span package);

#endif
