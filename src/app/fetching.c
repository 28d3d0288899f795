// SPDX-License-Identifier: Apache-2.0
#include "app/fetching.h"

#include <stdlib.h>

#include "input/source.h"

int fetching_check(const struct config *c, struct err *err)
{
    if (!*c->tls_cert == !*c->tls_key)
        return 0;
    return err_set(err, "-tls_cert and -tls_key go together: %s is missing",
                   *c->tls_cert ? "-tls_key" : "-tls_cert");
}

struct fetch_options fetching_options(const struct config *c)
{
    return (struct fetch_options){
        .seconds = c->seconds,
        .timeout = c->timeout,
        .tls_cert = c->tls_cert,
        .tls_key = c->tls_key,
        .tls_ca = c->tls_ca,
        .headers = c->header,
        .parallel = (unsigned)c->fetch_parallel,
        .max_bytes = (uint64_t)c->max_profile,
    };
}

bool fetching_saves(const struct config *c)
{
    const char *save = getenv("CPROF_SAVE");
    return !c->no_save && !(save && strcmp(save, "off") == 0);
}

int fetching_expect(struct fetcher **fetcher, const name_list *places, const struct config *config,
                    const struct job *job, struct err *err)
{
    for (size_t i = 0; i < places->n; i++) {
        const char *place = places->at[i];
        if (!source_is_remote(place))
            continue;
        struct fetch_options options = fetching_options(config);
        if (!*fetcher && !(*fetcher = fetcher_new(&options, job, err)))
            return source_blame(place, err);
        fetcher_expect(*fetcher, place);
    }
    return 0;
}
