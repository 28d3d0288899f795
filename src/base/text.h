// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_TEXT_H
#define CPROF_BASE_TEXT_H

#include <stdint.h>

#include "base/span.h"

// A text by its lines.
struct text_file {
    const struct span *lines; // without line ends
    size_t n;
    struct span version; // of the Go whose source it is, "go1.21.3"; or ""
};

// A line, counted from 1; NULL where the text, which may be NULL, does not have it.
static inline const struct span *text_line(const struct text_file *text, int64_t line)
{
    return text && line > 0 && (size_t)line <= text->n ? &text->lines[line - 1] : NULL;
}

#endif
