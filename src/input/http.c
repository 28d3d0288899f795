// SPDX-License-Identifier: Apache-2.0
#include <strings.h>
#include <sys/stat.h>

#include "input/source.h"
#include "input/url.h"

// A file of that name wins, as with pprof; file:// names one.
static bool claims(const char *place)
{
    struct stat st;
    return url_is_one(place) && strncasecmp(place, "file://", 7) != 0 && stat(place, &st) != 0;
}

static unsigned flags(const char *place)
{
    (void)place;
    return SOURCE_STALLS | SOURCE_REMOTE;
}

static struct stream *open_url(const char *place, struct fetcher *fetcher, const struct job *job,
                               struct err *err)
{
    (void)job; // the fetcher has it
    if (fetcher)
        return fetcher_open(fetcher, place, err);
    err_set(err, "only profiles are fetched from URLs");
    return NULL;
}

static void show(const char *place, struct buf *out)
{
    url_hide_secrets(span_of(place), out);
}

const struct source_kind source_http = {"http", claims, flags, open_url, fetcher_close, show};
