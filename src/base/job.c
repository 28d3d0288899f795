// SPDX-License-Identifier: Apache-2.0
#include "base/job.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <time.h>
#include <unistd.h>

enum { NS_PER_MS = 1000000 };

void job_init(struct job *job)
{
    int ends[2];
    *job = (struct job){.wake = -1, .waker = -1};
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0) {
        job->wake = ends[0];
        job->waker = ends[1];
    }
}

void job_release(struct job *job)
{
    if (job->wake >= 0) {
        close(job->wake);
        close(job->waker);
    }
    job->wake = job->waker = -1;
}

void job_stop(struct job *job)
{
    int before = errno;
    bool already = atomic_exchange(&job->stopped, true);
    ssize_t n = job->wake >= 0 && !already ? write(job->waker, "", 1) : 0;
    (void)n; // it cannot fail but where it is readable already
    errno = before;
}

void job_renew(struct job *job)
{
    char bytes[8];
    atomic_store(&job->stopped, false);
    ssize_t n = job->wake >= 0 ? read(job->wake, bytes, sizeof bytes) : 0;
    (void)n; // it cannot fail but where nobody had stopped it
}

int64_t job_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 * NS_PER_MS + now.tv_nsec;
}

int job_check_closely(const struct job *job, struct err *err)
{
    if (job_stopped(job))
        return err_set(err, "interrupted");
    if (job->deadline && job_now() >= job->deadline)
        return err_set(err, "took too long");
    return 0;
}

int job_wait_ms(const struct job *job)
{
    if (!job || !job->deadline)
        return -1;
    int64_t left = job->deadline - job_now();
    int64_t ms = left <= 0 ? 0 : (left + NS_PER_MS - 1) / NS_PER_MS;
    return ms < INT_MAX ? (int)ms : INT_MAX;
}

void job_note(const struct job *job, const char *line)
{
    if (job && job->note)
        job->note(job->context, line);
}

void job_progress(const struct job *job, const struct job_progress *progress)
{
    if (job && job->progress)
        job->progress(job->context, progress);
}
