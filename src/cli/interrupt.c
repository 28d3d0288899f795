// SPDX-License-Identifier: Apache-2.0
#include "cli/interrupt.h"

#include <signal.h>
#include <stddef.h>

static struct job *stopped_by_signal;
static volatile sig_atomic_t caught;

static void on_signal(int number)
{
    caught = number;
    job_stop(stopped_by_signal);
}

static void catch_one(int number, int flags)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = flags}, old;
    sigemptyset(&action.sa_mask);
    sigaction(number, NULL, &old);
    if (flags == 0 || old.sa_handler != SIG_IGN)
        sigaction(number, &action, NULL);
}

void interrupt_catch(struct job *job, bool ends)
{
    int flags = ends ? (int)SA_RESETHAND : 0;
    stopped_by_signal = job;
    catch_one(SIGINT, flags);
    if (ends) {
        catch_one(SIGTERM, flags);
        catch_one(SIGHUP, flags);
    }
}

void interrupt_pass_on(void)
{
    if (!caught)
        return;
    signal(caught, SIG_DFL);
    raise(caught);
}
