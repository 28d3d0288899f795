// SPDX-License-Identifier: Apache-2.0
// Usage: measure RUNS COMMAND...
// Runs the command so many times, its output thrown away, and prints a line for each run: wall time
// in nanoseconds, peak resident memory in KiB, the user's and the kernel's time of processors in
// microseconds, and page faults that needed no disk. A script would not do: a process starts out
// with the peak of the one that it was forked from, and an interpreter's is above that of a small
// command.
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static _Noreturn void run_command(char **argv)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null < 0 || dup2(null, STDOUT_FILENO) < 0)
        _exit(126);
    execvp(argv[0], argv);
    fprintf(stderr, "measure: %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

static int64_t microseconds(struct timeval t)
{
    return (int64_t)t.tv_sec * 1000000 + t.tv_usec;
}

static int measure(char **argv)
{
    struct rusage usage;
    int status;
    int64_t start = now();
    pid_t pid = fork();
    if (pid == 0)
        run_command(argv);
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid) {
        perror("measure");
        return -1;
    }
    int64_t wall = now() - start;
    if (status)
        return -1;
    printf("%" PRId64 " %ld %" PRId64 " %" PRId64 " %ld\n", wall, usage.ru_maxrss,
           microseconds(usage.ru_utime), microseconds(usage.ru_stime), usage.ru_minflt);
    fflush(stdout); // or the next child has it too
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fputs("usage: measure RUNS COMMAND...\n", stderr);
        return 2;
    }
    for (long runs = strtol(argv[1], NULL, 10); runs > 0; runs--)
        if (measure(argv + 2))
            return 1;
    return 0;
}
