// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_JOB_H
#define CPROF_BASE_JOB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

// What one piece of work for the user, from loading to the last byte written, has to know of the
// world around it. It is handed down every call that may take long, so that several such pieces can
// run at once and each can be stopped alone.
//
// NULL is a job, too: nobody stops it, it uses every processor and has nobody to tell anything.

struct job_progress {
    const char *stage; // "merging"
    uint64_t done, n;  // n is 0: nobody knows; the end is done == n
    const char *what;  // "files", "bytes"
};

struct job {
    atomic_bool stopped; // by job_stop; long loops and sinks then end early, with no result
    int wake;            // readable once it is stopped, to be polled beside other files; -1: none
    int waker;           // the pipe's other end
    int64_t deadline;    // in nanoseconds of the monotonic clock; 0: none
    unsigned threads;    // that may work for it at once; 0: as many as there are processors
    void (*note)(void *context, const char *line);                        // a remark; or NULL
    void (*progress)(void *context, const struct job_progress *progress); // or NULL
    void *context;
};

// A job that nobody listens to; wake is there unless the system has no file left.
void job_init(struct job *job);
void job_release(struct job *job);

// May be called from a signal handler and from any thread.
void job_stop(struct job *job);

// Makes a job that was stopped ready for the next piece of work.
void job_renew(struct job *job);

// Nanoseconds of the monotonic clock.
int64_t job_now(void);

static inline bool job_stopped(const struct job *job)
{
    return job && atomic_load_explicit(&job->stopped, memory_order_relaxed);
}

// -1 with *err filled where the job is stopped or its deadline is over.
int job_check_closely(const struct job *job, struct err *err);

static inline int job_check(const struct job *job, struct err *err)
{
    bool undisturbed = !job || (!job_stopped(job) && !job->deadline);
    return undisturbed ? 0 : job_check_closely(job, err);
}

// For poll: the milliseconds until the deadline, 0 when it is over, -1 where there is none.
int job_wait_ms(const struct job *job);

static inline int job_wake(const struct job *job)
{
    return job ? job->wake : -1;
}

void job_note(const struct job *job, const char *line);
void job_progress(const struct job *job, const struct job_progress *progress);

// A step whose end nobody knows has begun; NULL: it is over.
static inline void job_step(const struct job *job, const char *step)
{
    job_progress(job, &(struct job_progress){step ? step : "", step != 0, 0, ""});
}

#endif
