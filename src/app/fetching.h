// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_FETCHING_H
#define CPROF_APP_FETCHING_H

#include "app/config.h"
#include "input/fetch.h"
#include "input/filelist.h"

// Fetching as the options say.

// Whether the options go together. -1 with *err filled where they do not.
int fetching_check(const struct config *config, struct err *err);

struct fetch_options fetching_options(const struct config *config);

// Adds a URL as http:// or https://, without secrets, whatever the scheme is.
void fetching_show_origin(const char *place, struct buf *out);

// Asks the service of a place about addresses: see struct remote_asking. The context is the loader.
int fetching_ask(void *loader, const char *place, struct span addresses, struct buf *answer,
                 struct err *err);

// Whether a copy is kept of what is fetched.
bool fetching_saves(const struct config *config);

// Lets those of the places that are URLs be fetched, in their order; *fetcher is made where it is
// NULL and there are any. -1 with *err filled.
int fetching_expect(struct fetcher **fetcher, const name_list *places, const struct config *config,
                    const struct job *job, struct err *err);

#endif
