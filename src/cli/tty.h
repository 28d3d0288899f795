// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_TTY_H
#define CPROF_CLI_TTY_H

#include <stdbool.h>

#include "base/span.h"

// The terminal, taken over for a picture that is redrawn in place. It is put back as it was found
// by tty_leave, when the program exits, and by every signal that ends or stops the program.

enum tty_event {
    TTY_NOTHING, // the time is over
    TTY_KEY,
    TTY_WAKE,   // the other descriptor can be read
    TTY_REDRAW, // the size has changed, or the program goes on after ^Z
    TTY_END,    // a signal asks the program to end
};

// Keys that are not characters.
enum {
    TTY_UP = 0x100,
    TTY_DOWN,
    TTY_LEFT,
    TTY_RIGHT,
    TTY_PAGE_UP,
    TTY_PAGE_DOWN,
    TTY_HOME,
    TTY_ESCAPE,
    TTY_CLICK, // at tty_place
    TTY_RIGHT_CLICK,
    TTY_WHEEL_UP,
    TTY_WHEEL_DOWN,
};

// Whether there is a terminal that could be taken over: standard output is one, keys can be read,
// and it is not called dumb.
bool tty_is_there(void);

// False where that fails.
bool tty_enter(void);
void tty_leave(void);

// Waits for so many milliseconds, without end where that is negative; wake is another descriptor to
// wait for, or -1. The key is a byte or one of those above.
enum tty_event tty_wait(int wake, int milliseconds, int *key);

// Has the mouse make keys, as long as the terminal is taken over; and where the last one was made,
// from 0.
void tty_use_mouse(void);
void tty_place(unsigned *row, unsigned *column);

// Writes all of a picture.
void tty_write(struct span bytes);

// Where a signal asked the program to end, ends it by that signal.
void tty_pass_on(void);

// Makes nothing of ^C where it asked to end.
void tty_forget_interrupt(void);

#endif
