// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_CANCEL_H
#define CPROF_BASE_CANCEL_H

#include <signal.h>

// Set, from a signal handler, when the user wants the report at hand to stop. Long loops and sinks
// then end early; what they leave is incomplete, and whoever started the report drops it.
extern volatile sig_atomic_t cancel_requested;

#endif
