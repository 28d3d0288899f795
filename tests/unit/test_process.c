// SPDX-License-Identifier: Apache-2.0
#include "sink/process.h"

#include <pthread.h>
#include <time.h>

#include "base/thread.h"
#include "check.h"

static void a_command_knows_its_variables(void)
{
    char *variables[] = {"CPROF_GATE=total > 1", NULL};
    struct err err = {.text = ""};
    CHECK_INT(
        process_run("test \"$CPROF_GATE\" = 'total > 1' && test -n \"$PATH\"", variables, 10, &err),
        0);
    CHECK_INT(process_run("exit 7", variables, 10, &err), -1);
    CHECK_STR(err.text, "'exit 7' failed");
}

static void a_command_that_hangs_is_killed(void)
{
    char *variables[] = {NULL};
    struct err err = {.text = ""};
    int64_t began = job_now();
    CHECK_INT(process_run("sleep 60 & sleep 60", variables, 1, &err), -1);
    CHECK_HAS(err.text, "was killed: it took longer than 1 s");
    CHECK(job_now() - began < (int64_t)20 * 1000000000);
}

static void *stop_soon(void *job)
{
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    job_stop(job);
    return NULL;
}

static void a_filter_ends_with_its_job(void)
{
    char *const argv[] = {"sleep", "60", NULL};
    struct buf out = {0};
    struct job job;
    struct err err = {.text = ""};
    pthread_t thread;
    bool missing;
    job_init(&job);
    int64_t began = job_now();
    CHECK(thread_start(&thread, stop_soon, &job));
    CHECK_INT(process_filter(argv, SPAN("text"), &out, &missing, &job, &err), -1);
    CHECK_STR(err.text, "interrupted");
    CHECK(job_now() - began < (int64_t)20 * 1000000000);
    pthread_join(thread, NULL);
    job_release(&job);
    buf_release(&out);
}

CHECK_MAIN(CASE(a_command_knows_its_variables), CASE(a_command_that_hangs_is_killed),
           CASE(a_filter_ends_with_its_job))
