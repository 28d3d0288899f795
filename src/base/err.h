// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_ERR_H
#define CPROF_BASE_ERR_H

// What went wrong, in one line: lower case, no full stop, the subject quoted. A function that can
// fail takes a struct err as its last argument and returns -1 after filling it.
struct err {
    char text[480];
};

// A span's arguments for SPAN_FMT, cut so that there is room left to say what is wrong with it.
enum { ERR_SUBJECT_MAX = 200 };
#define ERR_SUBJECT(s) ((int)((s).n < ERR_SUBJECT_MAX ? (s).n : ERR_SUBJECT_MAX)), ((s).at)

// Sets the message; a longer one is cut. Returns -1, so that `return err_set(…)` reads well.
int err_set(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Puts context and ": " before the message that is there. Returns -1.
int err_wrap(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
