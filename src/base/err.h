// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_ERR_H
#define CPROF_BASE_ERR_H

// What went wrong, in one line: lower case, no full stop, the subject quoted. A function that can
// fail takes a struct err as its last argument and returns -1 after filling it.
struct err {
    char text[480];
    enum err_kind {
        ERR_FAULT,  // another try ends in the same way
        ERR_LOST,   // a source could not be reached, or failed while it was read: try again
        ERR_OUTPUT, // what was made could not be written
    } kind;
};

// A span's arguments for SPAN_FMT, cut so that there is room left to say what is wrong with it.
enum { ERR_SUBJECT_MAX = 200 };
#define ERR_SUBJECT(s) ((int)((s).n < ERR_SUBJECT_MAX ? (s).n : ERR_SUBJECT_MAX)), ((s).at)

// Sets the message; a longer one is cut. Returns -1, so that `return err_set(…)` reads well.
int err_set_kind(struct err *err, enum err_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define err_set(err, ...) err_set_kind(err, ERR_FAULT, __VA_ARGS__)
#define err_lost(err, ...) err_set_kind(err, ERR_LOST, __VA_ARGS__)
#define err_output(err, ...) err_set_kind(err, ERR_OUTPUT, __VA_ARGS__)

// Puts context and ": " before the message that is there. Returns -1.
int err_wrap(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
