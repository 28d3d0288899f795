// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_TEXT_H
#define CPROF_BASE_TEXT_H

#include "base/span.h"

// A text by its lines.
struct text_file {
    const struct span *lines; // without line ends
    size_t n;
    struct span version; // of the Go whose source it is, "go1.21.3"; or ""
};

#endif
