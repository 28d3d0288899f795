// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_THREAD_H
#define CPROF_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>

// Starts a thread of one's own, for what waits or blocks; work that is split goes to the pool
// (base/parallel.h). It handles no signals. False where the system gives none.
bool thread_start(pthread_t *thread, void *(*run)(void *context), void *context);

// Whether the calling thread was started so, or is the pool's: then it splits its work no further.
bool thread_is_one_of_several(void);

// The same for the calling thread while others are at work of the same kind. Returns what it was.
bool thread_set_one_of_several(bool several);

#endif
