// SPDX-License-Identifier: Apache-2.0
#include "symbol/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/xalloc.h"

enum { READ_SIZE = 64 << 10, OUTPUT_MAX = 256 << 20, MILLISECONDS = 60 * 1000 };

extern char **environ;

// The environment without what would change the program's words, or have it ask servers.
static char **plain_environment(void)
{
    static const char *const dropped[] = {"LC_", "LANG", "LANGUAGE", "DEBUGINFOD_"};
    size_t n = 0, kept = 0;
    while (environ && environ[n])
        n++;
    char **plain = xcalloc(n + 2, sizeof *plain);
    for (size_t i = 0; i < n; i++) {
        bool drop = false;
        for (size_t k = 0; k < sizeof dropped / sizeof *dropped; k++)
            drop |= strncmp(environ[i], dropped[k], strlen(dropped[k])) == 0;
        if (!drop)
            plain[kept++] = environ[i];
    }
    plain[kept] = "LC_ALL=C";
    return plain;
}

static int start(char *const argv[], int out, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    char **environment = plain_environment();
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    int status = posix_spawnp(pid, argv[0], &actions, &attributes, argv, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    free(environment);
    return status;
}

// Reads to the end; false where it is given up.
static bool drain(int from, struct buf *out, const struct job *job)
{
    int64_t deadline = job_now() + (int64_t)MILLISECONDS * 1000000;
    struct pollfd ends[2] = {{.fd = from, .events = POLLIN},
                             {.fd = job_wake(job), .events = POLLIN}};
    while (!job_stopped(job) && out->n < OUTPUT_MAX) {
        int64_t left = (deadline - job_now()) / 1000000;
        if (left <= 0)
            return false;
        if (poll(ends, 2, (int)left) < 0 && errno != EINTR)
            return false;
        if (!ends[0].revents)
            continue;
        ssize_t n = read(from, buf_room(out, READ_SIZE), READ_SIZE);
        if (n == 0)
            return true;
        if (n > 0)
            out->n += (size_t)n;
        else if (errno != EINTR)
            return false;
    }
    return false;
}

static int wait_for(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int run_and_read(char *const argv[], struct buf *out, bool *missing, const struct job *job,
                 struct err *err)
{
    int ends[2];
    pid_t pid;
    *missing = false;
    if (pipe2(ends, O_CLOEXEC))
        return err_set(err, "cannot run '%s': %s", argv[0], strerror(errno));
    int status = start(argv, ends[1], &pid);
    close(ends[1]);
    if (status) {
        close(ends[0]);
        *missing = status == ENOENT;
        return err_set(err, "cannot run '%s': %s", argv[0], strerror(status));
    }
    bool whole = drain(ends[0], out, job);
    close(ends[0]);
    if (!whole)
        kill(pid, SIGKILL);
    status = wait_for(pid);
    if (job_check(job, err))
        return -1;
    if (!whole)
        return err_set(err, "'%s' takes too long or says too much", argv[0]);
    return status == 0 ? 0 : err_set(err, "'%s' failed", argv[0]);
}
