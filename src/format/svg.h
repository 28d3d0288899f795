// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_FORMAT_SVG_H
#define CPROF_FORMAT_SVG_H

#include "sink/sink.h"

// Writes Graphviz's SVG so that it fills the browser's window, moves with the mouse and zooms with
// the wheel.
void format_svg(struct span graphviz, struct sink *out);

#endif
