// SPDX-License-Identifier: Apache-2.0
#include "base/populate.h"

static bool was_begun(struct populate *p, struct span memory)
{
    for (unsigned i = 0; i < POPULATE_ASKED && i < p->n_asked; i++) {
        unsigned at = p->n_asked - 1 - i;
        if (p->asked[at % POPULATE_ASKED].at != memory.at)
            continue;
        p->asked[at % POPULATE_ASKED].n = 0;
        return at < p->n_begun;
    }
    return false;
}

bool populate_ask(struct populate *p, struct span now, struct span next)
{
    bool begun = false;
    pthread_mutex_lock(p->lock);
    if (p->served) {
        begun = was_begun(p, now);
        p->asked[p->n_asked++ % POPULATE_ASKED] = next;
    }
    pthread_mutex_unlock(p->lock);
    if (p->changed)
        pthread_cond_signal(p->changed);
    return begun;
}

bool populate_begin(struct populate *p, struct span *memory)
{
    if (p->n_asked == p->n_begun)
        return false;
    if (p->n_asked - p->n_begun > POPULATE_ASKED)
        p->n_begun = p->n_asked - POPULATE_ASKED;
    *memory = p->asked[p->n_begun++ % POPULATE_ASKED];
    return true;
}
