// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_REPORT_SOURCEFIT_H
#define CPROF_REPORT_SOURCEFIT_H

#include "base/text.h"
#include "report/report.h"

// Why the source file at hand cannot be, or is not, what the profiled program was made of: it is
// too short, does not name the function where the profile has it, has nothing on a line that has
// weight, or is another Go's. A line of text in the arena; NULL: it fits, as far as can be seen.
const char *source_misfit(const struct list_routine *routine, const struct text_file *file,
                          struct arena *arena);

#endif
