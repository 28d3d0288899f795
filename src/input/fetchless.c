// SPDX-License-Identifier: Apache-2.0

// A build that has no HTTP client. Nothing here is ever given a fetcher.
#include "input/fetch.h"

struct fetcher *fetcher_new(const struct fetch_options *options, const struct job *job,
                            struct err *err)
{
    (void)options;
    (void)job;
    err_set(err, "this cprof was built without libcurl: save the profile to a file first, with "
                 "curl -o FILE URL");
    return NULL;
}

void fetcher_free(struct fetcher *f)
{
    (void)f;
}

uint64_t fetcher_max(const struct fetcher *f)
{
    (void)f;
    return 0;
}

void fetcher_expect(struct fetcher *f, const char *url)
{
    (void)f;
    (void)url;
}

struct stream *fetcher_open(struct fetcher *f, const char *url, struct err *err)
{
    (void)url;
    fetcher_new(NULL, NULL, err);
    (void)f;
    return NULL;
}

void fetcher_close(struct stream *s)
{
    (void)s;
}

int fetcher_page(struct fetcher *f, const char *url, size_t max, struct buf *page, struct err *err)
{
    (void)url;
    (void)max;
    (void)page;
    fetcher_new(NULL, NULL, err);
    (void)f;
    return -1;
}

int fetcher_post(struct fetcher *f, const char *url, const char *path, struct span body, size_t max,
                 struct buf *answer, struct err *err)
{
    (void)url;
    (void)path;
    (void)body;
    (void)max;
    (void)answer;
    fetcher_new(NULL, NULL, err);
    (void)f;
    return -1;
}

bool fetch_is_there(void)
{
    return false;
}
