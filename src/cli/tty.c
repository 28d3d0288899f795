// SPDX-License-Identifier: Apache-2.0
#include "cli/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

// The other screen, no cursor, no line that goes on in the next.
static const char enter_text[] = "\033[?1049h\033[?25l\033[?7l\033[2J\033[H";
static const char leave_text[] = "\033[?1006l\033[?1000l\033[0m\033[?7h\033[?25h\033[?1049l";

// Clicks and the wheel, as xterm tells them in SGR mode.
static const char mouse_text[] = "\033[?1000h\033[?1006h";

static int keys = -1; // the descriptor that keys come from
static bool opened;   // and whether it is not standard input
static struct termios found, raw;
static int events[2] = {-1, -1}; // a pipe that signals are noted in
static volatile sig_atomic_t active, ended_by, mouse;
static unsigned mouse_row, mouse_column;
static int pending = -1; // a key that came right after ESC

static void put(const char *text, size_t n)
{
    ssize_t written = write(STDOUT_FILENO, text, n);
    (void)written;
}

static void restore(void)
{
    if (!active)
        return;
    active = 0;
    put(leave_text, sizeof leave_text - 1);
    tcsetattr(keys, TCSANOW, &found);
}

static void take(void)
{
    tcsetattr(keys, TCSANOW, &raw);
    put(enter_text, sizeof enter_text - 1);
    if (mouse)
        put(mouse_text, sizeof mouse_text - 1);
    active = 1;
}

static void note_event(char event)
{
    int kept = errno;
    ssize_t written = write(events[1], &event, 1);
    (void)written;
    errno = kept;
}

static void on_end(int number)
{
    ended_by = number;
    note_event('e');
}

static void on_resize(int number)
{
    (void)number;
    note_event('r');
}

// ^Z: the shell gets its terminal as it was; fg takes it over again.
static void on_stop(int number)
{
    (void)number;
    int kept = errno;
    restore();
    kill(getpid(), SIGSTOP);
    take();
    errno = kept;
    note_event('r');
}

static void on_crash(int number)
{
    restore();
    raise(number); // once more, as if there were no handler
}

// What signals did before.
static struct {
    int number;
    struct sigaction action;
} before[16];
static size_t n_before;

static void catch_signal(int number, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags}, old;
    sigfillset(&action.sa_mask);
    sigaction(number, NULL, &old);
    if (old.sa_handler == SIG_IGN || n_before == sizeof before / sizeof *before)
        return;
    before[n_before].number = number;
    before[n_before++].action = old;
    sigaction(number, &action, NULL);
}

static void catch_all(void)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGXCPU};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        catch_signal(ends[i], on_end, SA_RESTART);
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
        catch_signal(crashes[i], on_crash, (int)SA_RESETHAND);
    catch_signal(SIGTSTP, on_stop, SA_RESTART);
    catch_signal(SIGWINCH, on_resize, SA_RESTART);
}

static void release_signals(void)
{
    while (n_before) {
        n_before--;
        sigaction(before[n_before].number, &before[n_before].action, NULL);
    }
}

bool tty_is_there(void)
{
    const char *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

static bool open_keys(void)
{
    opened = !isatty(STDIN_FILENO);
    keys = opened ? open("/dev/tty", O_RDWR | O_CLOEXEC) : STDIN_FILENO;
    return keys >= 0 && tcgetattr(keys, &found) == 0;
}

bool tty_enter(void)
{
    static bool registered;
    if (!open_keys() || pipe2(events, O_CLOEXEC | O_NONBLOCK))
        return false;
    raw = found;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    if (!registered)
        atexit(restore);
    registered = true;
    catch_all();
    take();
    return true;
}

void tty_leave(void)
{
    restore();
    release_signals();
    mouse = 0;
    if (opened && keys >= 0)
        close(keys);
    close(events[0]);
    close(events[1]);
    keys = events[0] = events[1] = -1;
}

// Bytes that follow at once belong to the key: ESC alone is a key, too.
static int read_more(char *bytes, int n, int max)
{
    struct pollfd more = {.fd = keys, .events = POLLIN};
    while (n < max && poll(&more, 1, 20) > 0) {
        ssize_t got = read(keys, bytes + n, 1);
        if (got != 1)
            break;
        n++;
        if (n == 2 && bytes[1] != '[' && bytes[1] != 'O')
            break;
        if (n > 2 && bytes[n - 1] >= 0x40)
            break;
    }
    return n;
}

// "[<BUTTON;COLUMN;ROW" and M, or m where the button is let go.
static int mouse_key(const char *sequence)
{
    static const struct {
        unsigned long button;
        int key;
    } buttons[] = {{0, TTY_CLICK}, {2, TTY_RIGHT_CLICK}, {64, TTY_WHEEL_UP}, {65, TTY_WHEEL_DOWN}};
    unsigned long numbers[3]; // button, column, row
    char *at = (char *)sequence + 2;
    if (sequence[0] != '[' || sequence[1] != '<')
        return 0;
    for (size_t i = 0; i < 3; i++, at += i < 3) {
        char *from = at;
        numbers[i] = strtoul(from, &at, 10);
        if (at == from || *at != (i < 2 ? ';' : 'M'))
            return 0;
    }
    mouse_column = numbers[1] ? (unsigned)numbers[1] - 1 : 0;
    mouse_row = numbers[2] ? (unsigned)numbers[2] - 1 : 0;
    for (size_t i = 0; i < sizeof buttons / sizeof *buttons; i++)
        if (buttons[i].button == numbers[0])
            return buttons[i].key;
    return 0;
}

static int read_key(void)
{
    static const struct {
        const char *sequence;
        int key;
    } table[] = {
        {"[A", TTY_UP},       {"OA", TTY_UP},         {"[B", TTY_DOWN}, {"OB", TTY_DOWN},
        {"[C", TTY_RIGHT},    {"OC", TTY_RIGHT},      {"[D", TTY_LEFT}, {"OD", TTY_LEFT},
        {"[5~", TTY_PAGE_UP}, {"[6~", TTY_PAGE_DOWN}, {"[H", TTY_HOME}, {"OH", TTY_HOME},
        {"[1~", TTY_HOME},
    };
    char bytes[24] = {0};
    if (read(keys, bytes, 1) != 1)
        return -1;
    if (bytes[0] != '\033')
        return (unsigned char)bytes[0];
    int n = read_more(bytes, 1, (int)sizeof bytes - 1);
    if (n == 2)
        pending = bytes[1] == '\033' ? TTY_ESCAPE : (unsigned char)bytes[1];
    if (n <= 2)
        return TTY_ESCAPE;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(bytes + 1, table[i].sequence) == 0)
            return table[i].key;
    return mouse_key(bytes + 1);
}

static enum tty_event take_event(void)
{
    char event;
    bool redraw = false;
    while (read(events[0], &event, 1) == 1)
        redraw = true;
    return ended_by ? TTY_END : redraw ? TTY_REDRAW : TTY_NOTHING;
}

enum tty_event tty_wait(int wake, int milliseconds, int *key)
{
    struct pollfd fds[] = {{.fd = events[0], .events = POLLIN},
                           {.fd = keys, .events = POLLIN},
                           {.fd = wake, .events = POLLIN}};
    if (pending >= 0 && !ended_by) {
        *key = pending;
        pending = -1;
        return TTY_KEY;
    }
    int n = poll(fds, 3, milliseconds);
    if (ended_by)
        return TTY_END;
    if (n <= 0)
        return n < 0 && errno == EINTR ? take_event() : TTY_NOTHING;
    if (fds[0].revents)
        return take_event();
    if (fds[1].revents) {
        *key = read_key();
        return *key < 0 ? TTY_END : TTY_KEY; // the terminal is gone
    }
    return TTY_WAKE;
}

void tty_use_mouse(void)
{
    mouse = 1;
    put(mouse_text, sizeof mouse_text - 1);
}

void tty_place(unsigned *row, unsigned *column)
{
    *row = mouse_row;
    *column = mouse_column;
}

void tty_write(struct span bytes)
{
    while (bytes.n) {
        ssize_t n = write(STDOUT_FILENO, bytes.at, bytes.n);
        if (n > 0)
            bytes = span_from(bytes, (size_t)n);
        else if (errno != EINTR && errno != EAGAIN)
            return;
    }
}

void tty_pass_on(void)
{
    int number = ended_by;
    ended_by = 0;
    if (!number)
        return;
    signal(number, SIG_DFL);
    raise(number);
}

void tty_forget_interrupt(void)
{
    if (ended_by == SIGINT)
        ended_by = 0;
}
