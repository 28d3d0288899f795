// SPDX-License-Identifier: Apache-2.0
#include "cli/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cli/output.h"
#include "cli/repl.h"

enum { LINE_MAX_SIZE = 1 << 20, READ_SIZE = 16 << 10 };

// Lines without an editor. A line that is too long is refused and passed over.
static void read_lines(struct shell *sh)
{
    struct buf pending = {0};
    bool too_long = false;
    for (ssize_t n = 1; n > 0;) {
        n = read(STDIN_FILENO, buf_room(&pending, READ_SIZE), READ_SIZE);
        if (n < 0 && errno == EINTR)
            n = 1;
        else if (n > 0)
            pending.n += (size_t)n;
        struct span rest = buf_span(&pending);
        for (size_t end; rest.n;) {
            end = span_find(rest, SPAN("\n"));
            if (end == SPAN_NOT_FOUND && n > 0)
                break;
            struct span line = end == SPAN_NOT_FOUND ? rest : span_upto(rest, end);
            rest = end == SPAN_NOT_FOUND ? SPAN("") : span_from(rest, end + 1);
            if (!too_long && !shell_line(sh, line)) {
                buf_release(&pending);
                return;
            }
            too_long = false;
        }
        if (rest.n > LINE_MAX_SIZE && !too_long) {
            output_message("", "a line is too long");
            too_long = true;
        }
        memmove(pending.at, rest.at ? rest.at : pending.at, rest.n);
        pending.n = too_long && rest.n > LINE_MAX_SIZE ? 0 : rest.n;
    }
    buf_release(&pending);
}

// The profile came from standard input: lines come from the terminal, where there is one.
static bool move_to_terminal(const struct args *args)
{
    if (!app_reads_stdin(args->paths, args->n_paths, &args->config))
        return true;
    int fd = isatty(STDOUT_FILENO) ? open("/dev/tty", O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
        return false;
    dup2(fd, STDIN_FILENO);
    close(fd);
    return true;
}

int shell_main(const struct args *args, const struct server_ops *server)
{
    struct shell sh;
    struct err err;
    if (shell_init(&sh, args, &err)) {
        output_message("cprof: ", err.text);
        return -1;
    }
    sh.server_ops = server;
    if (move_to_terminal(args)) {
        sh.terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
        bool edited = sh.terminal && repl_run(&sh, &err) == 0;
        if (sh.terminal && !edited)
            output_message("", err.text);
        if (!edited)
            read_lines(&sh);
    }
    bool failed = sh.failed && sh.config.stop_on_error && !sh.terminal;
    shell_release(&sh);
    return failed ? -1 : 0;
}
