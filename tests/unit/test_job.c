// SPDX-License-Identifier: Apache-2.0
#include "base/job.h"

#include <poll.h>

#include "base/parallel.h"
#include "check.h"

static void a_job_is_stopped_and_renewed(void)
{
    struct job job, other;
    struct err err;
    job_init(&job);
    job_init(&other);
    struct pollfd wake = {.fd = job_wake(&job), .events = POLLIN};
    CHECK(!job_stopped(&job));
    CHECK_INT(job_check(&job, &err), 0);
    CHECK_INT(poll(&wake, 1, 0), 0);
    job_stop(&job);
    job_stop(&job);
    CHECK(job_stopped(&job));
    CHECK(!job_stopped(&other));
    CHECK_INT(poll(&wake, 1, 0), 1);
    CHECK_INT(job_check(&job, &err), -1);
    CHECK_STR(err.text, "interrupted");
    job_renew(&job);
    CHECK(!job_stopped(&job));
    CHECK_INT(poll(&wake, 1, 0), 0);
    job_release(&job);
    job_release(&other);
}

static void a_deadline_ends_a_job(void)
{
    struct job job;
    struct err err;
    job_init(&job);
    CHECK_INT(job_wait_ms(&job), -1);
    job.deadline = job_now() + 3600 * (int64_t)1000000000;
    CHECK_INT(job_check(&job, &err), 0);
    CHECK(job_wait_ms(&job) > 3500 * 1000);
    job.deadline = job_now();
    CHECK_INT(job_wait_ms(&job), 0);
    CHECK_INT(job_check(&job, &err), -1);
    CHECK_STR(err.text, "took too long");
    job_release(&job);
}

static void no_job_goes_on_for_ever(void)
{
    struct err err;
    CHECK(!job_stopped(NULL));
    CHECK_INT(job_check(NULL, &err), 0);
    CHECK_INT(job_wake(NULL), -1);
    CHECK_INT(job_wait_ms(NULL), -1);
    CHECK(parallel_threads(NULL) >= 1);
    CHECK_INT(parallel_threads(&(struct job){.wake = -1, .threads = 3}), 3);
    job_note(NULL, "nobody hears it");
}

CHECK_MAIN(CASE(a_job_is_stopped_and_renewed), CASE(a_deadline_ends_a_job),
           CASE(no_job_goes_on_for_ever))
