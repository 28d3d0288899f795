// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_REPORT_INSTANCES_H
#define CPROF_REPORT_INSTANCES_H

#include "report/reports.h"

// Goroutines of many instances of a service at one moment: what is blocked, and where it is most. A
// place is ranked by the root mean square of its counts over the instances, so that one sick
// instance among many shows (as LeakProf does: Saioc and others, "Unveiling and Vanquishing
// Goroutine Leaks in Enterprise Microservices", 2024).

struct blocked {
    struct span operation;      // "chan receive", "select", "IO wait"
    struct span function, file; // of the program's line that waits
    int64_t line;
    const double *counts; // by instance
    double rms, total;
    uint32_t worst, n_with; // the instance that has most, and how many have any
    int64_t minutes;        // the longest wait; 0: not known
    // How many wait for so many minutes, of the values that were met first.
    struct waited {
        int64_t minutes;
        double n;
    } waited[32];
    uint32_t n_waited;
    bool meant;   // waits as it should: for input or time, or for work, as many in each instance
    bool suspect; // some instance has as many as the option says
};

struct instances {
    uint32_t n;
    const uint32_t *order; // by instance: which of the sources it is
    struct blocked *at;    // suspects first, then by falling rms
    uint32_t n_places, n_suspects;
};

// Of a profile of goroutines whose sides are instances. -1 with *err filled where it is not such a
// profile.
int report_instances(const struct report *r, struct instances *out, struct err *err);

#endif
