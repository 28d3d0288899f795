// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_LOADING_H
#define CPROF_CLI_LOADING_H

#include <pthread.h>

#include "app/app.h"

// A profile that is loaded on a thread of its own, so that keys are obeyed meanwhile.
struct loading {
    char *const *paths;
    size_t n_paths;
    const struct config *config;
    unsigned keep; // of enum app_keep
    struct job job;
    pthread_t thread;
    bool running;
    int done[2]; // a pipe: the first end can be read once it is done
    const struct loaded *result;
    struct err err;
};

// False where the system gives no thread or pipe.
bool loading_start(struct loading *l, char *const *paths, size_t n_paths,
                   const struct config *config, unsigned keep);

// Waits for the end, if it runs: the caller's to unref, or NULL with *err filled.
const struct loaded *loading_finish(struct loading *l, struct err *err);

// Gives it up; nothing is left.
void loading_stop(struct loading *l);

#endif
