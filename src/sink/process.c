// SPDX-License-Identifier: Apache-2.0
#include "sink/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/xalloc.h"

extern char **environ;

enum { READ_SIZE = 64 << 10, SHOW_SECONDS = 2 };

// Signals that this program ignores, or keeps from its threads, are the child's own matter again.
static int spawn_with(char *const argv[], char *const variables[], int in, int out, bool own_group,
                      pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults, none;
    short group = own_group ? POSIX_SPAWN_SETPGROUP : 0;
    sigemptyset(&defaults);
    sigemptyset(&none);
    sigaddset(&defaults, SIGPIPE);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | group);
    if (in >= 0)
        posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    if (out >= 0)
        posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    int status = posix_spawnp(pid, argv[0], &actions, &attributes, argv, variables);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return status;
}

static int spawn(char *const argv[], int in, int out, pid_t *pid)
{
    return spawn_with(argv, environ, in, out, false, pid);
}

static void close_end(struct pollfd *end)
{
    close(end->fd);
    end->fd = -1;
}

static void feed(struct pollfd *end, struct span *in)
{
    ssize_t n = write(end->fd, in->at, in->n);
    if (n > 0)
        *in = span_from(*in, (size_t)n);
    if (in->n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
        close_end(end);
}

static void drain(struct pollfd *end, struct buf *out)
{
    ssize_t n = read(end->fd, buf_room(out, READ_SIZE), READ_SIZE);
    if (n > 0)
        out->n += (size_t)n;
    if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
        close_end(end);
}

// Both ways at once, so that neither side waits for the other.
static void pump(int to, int from, struct span in, struct buf *out, const struct job *job)
{
    struct pollfd ends[3] = {{.fd = to, .events = POLLOUT},
                             {.fd = from, .events = POLLIN},
                             {.fd = job_wake(job), .events = POLLIN}};
    fcntl(to, F_SETFL, O_NONBLOCK);
    if (in.n == 0)
        close_end(&ends[0]);
    while (ends[1].fd >= 0 && !job_stopped(job)) {
        if (poll(ends, 3, job_wait_ms(job)) < 0) {
            if (errno == EINTR)
                continue;
            break;
        }
        if (ends[0].fd >= 0 && ends[0].revents)
            feed(&ends[0], &in);
        if (ends[1].revents)
            drain(&ends[1], out);
    }
    if (ends[0].fd >= 0)
        close_end(&ends[0]);
    if (ends[1].fd >= 0)
        close_end(&ends[1]);
}

static int wait_for(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int process_filter(char *const argv[], struct span in, struct buf *out, bool *missing,
                   const struct job *job, struct err *err)
{
    int to[2], from[2];
    pid_t pid;
    *missing = false;
    if (pipe2(to, O_CLOEXEC))
        return err_set(err, "cannot run '%s': %s", argv[0], strerror(errno));
    if (pipe2(from, O_CLOEXEC)) {
        err_set(err, "cannot run '%s': %s", argv[0], strerror(errno));
        close(to[0]);
        close(to[1]);
        return -1;
    }
    int status = spawn(argv, to[0], from[1], &pid);
    close(to[0]);
    close(from[1]);
    if (status) {
        close(to[1]);
        close(from[0]);
        *missing = status == ENOENT;
        return err_set(err, "cannot run '%s': %s", argv[0], strerror(status));
    }
    pump(to[1], from[0], in, out, job);
    if (job_check(job, err)) {
        kill(pid, SIGTERM);
        wait_for(pid);
        return -1;
    }
    status = wait_for(pid);
    return status ? err_set(err, "'%s' failed", argv[0]) : 0;
}

int process_start(struct process *p, const char *command, struct err *err)
{
    char *const argv[] = {"sh", "-c", (char *)command, NULL};
    int ends[2];
    pid_t pid;
    if (pipe2(ends, O_CLOEXEC))
        return err_set(err, "cannot run '%s': %s", command, strerror(errno));
    int status = spawn(argv, ends[0], -1, &pid);
    close(ends[0]);
    if (status) {
        close(ends[1]);
        return err_set(err, "cannot run '%s': %s", command, strerror(status));
    }
    *p = (struct process){ends[1], pid};
    return 0;
}

void process_end(struct process *p)
{
    close(p->to);
    wait_for((pid_t)p->pid);
    *p = (struct process){0};
}

// The environment with more variables, in memory that is the caller's to free.
static char **environment_with(char *const variables[])
{
    size_t n = 0, more = 0;
    while (environ[n])
        n++;
    while (variables[more])
        more++;
    char **all = xcalloc(n + more + 1, sizeof *all);
    memcpy(all, variables, more * sizeof *all);
    memcpy(all + more, environ, n * sizeof *all);
    return all;
}

// Waits, but not for ever: true where the program had to be killed.
static bool wait_or_kill(pid_t pid, int seconds, int *status)
{
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd end = {.fd = pidfd, .events = POLLIN};
    int ready = pidfd < 0 ? 1 : poll(&end, 1, seconds * 1000);
    if (pidfd >= 0)
        close(pidfd);
    if (ready == 0)
        kill(-pid, SIGKILL);
    *status = wait_for(pid);
    return ready == 0;
}

int process_run(const char *command, char *const variables[], int seconds, struct err *err)
{
    char *const argv[] = {"sh", "-c", (char *)command, NULL};
    char **all = environment_with(variables);
    pid_t pid;
    int status = spawn_with(argv, all, -1, STDERR_FILENO, true, &pid);
    free(all);
    if (status)
        return err_set(err, "cannot run '%s': %s", command, strerror(status));
    if (wait_or_kill(pid, seconds, &status))
        return err_set(err, "'%s' was killed: it took longer than %d s", command, seconds);
    return status ? err_set(err, "'%s' failed", command) : 0;
}

int process_show(char *const argv[])
{
    struct timespec start, now, left = {0};
    pid_t pid;
    clock_gettime(CLOCK_MONOTONIC, &start);
    if (spawn(argv, -1, -1, &pid))
        return -1;
    wait_for(pid);
    clock_gettime(CLOCK_MONOTONIC, &now);
    left.tv_sec = SHOW_SECONDS - (now.tv_sec - start.tv_sec);
    if (left.tv_sec > 0)
        nanosleep(&left, NULL);
    return 0;
}

static int write_all(int fd, struct span content)
{
    while (content.n) {
        ssize_t n = write(fd, content.at, content.n);
        if (n < 0 && errno != EINTR)
            return -1;
        if (n > 0)
            content = span_from(content, (size_t)n);
    }
    return 0;
}

char *process_temporary(const char *suffix, struct span content, struct err *err)
{
    struct buf name = {0};
    const char *dir = getenv("TMPDIR");
    buf_printf(&name, "%s/cprof-XXXXXX.%s", dir && *dir ? dir : "/tmp", suffix);
    char *path = xstrdup(buf_cstr(&name));
    buf_release(&name);
    int fd = mkostemps(path, (int)strlen(suffix) + 1, O_CLOEXEC);
    int status = fd < 0 ? -1 : write_all(fd, content);
    if (status)
        err_set(err, "cannot write '%s': %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    if (status == 0)
        return path;
    if (fd >= 0)
        unlink(path);
    free(path);
    return NULL;
}
