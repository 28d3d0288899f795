// SPDX-License-Identifier: Apache-2.0
#include "app/fetching.h"

#include <stdlib.h>
#include <unistd.h>

#include "app/app.h"
#include "app/listing.h"
#include "app/loader.h"
#include "input/source.h"
#include "input/url.h"

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
        .quiet = c->watch > 0, // else there is a line for each report
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

bool app_is_remote(const char *place)
{
    return source_is_remote(place);
}

void app_show_place(const char *place, struct buf *out)
{
    url_hide_secrets(span_of(place), out);
}

static int list_profiles(const struct url *u, const char *place, const struct config *config,
                         const struct job *job, struct buf *out, struct err *err)
{
    enum { PAGE_MAX = 1 << 20 };
    struct fetch_options options = fetching_options(config);
    struct buf page = {0}, shown = {0};
    struct fetcher *fetcher = fetcher_new(&options, job, err);
    int status = fetcher ? fetcher_page(fetcher, place, PAGE_MAX, &page, err) : -1;
    fetcher_free(fetcher);
    url_show(u, &shown);
    if (status == 0) {
        size_t before = out->n;
        listing_add(buf_span(&page), buf_span(&shown), out);
        if (out->n == before)
            status = err_set(err, "does not list any profiles");
    }
    buf_release(&page);
    buf_release(&shown);
    return status ? source_blame(place, err) : 1;
}

int app_list_profiles(const char *place, const struct config *config, const struct job *job,
                      struct buf *out, struct err *err)
{
    struct arena arena = {0};
    struct err ignored;
    struct url u;
    int status = 0;
    if (source_is_remote(place) && url_parse(&u, place, 0, &arena, &ignored) == 0 &&
        url_is_list(&u))
        status = list_profiles(&u, place, config, job, out, err);
    arena_release(&arena);
    return status;
}

bool app_takes_time(char *const *paths, size_t n_paths)
{
    struct arena arena = {0};
    bool takes = false;
    for (size_t i = 0; i < n_paths && !takes; i++) {
        struct url u;
        struct err ignored;
        takes = access(paths[i], F_OK) != 0 && url_is_one(paths[i]) &&
                url_parse(&u, paths[i], 0, &arena, &ignored) == 0 && !u.seconds &&
                span_eq(url_last_part(&u), SPAN("profile"));
    }
    arena_release(&arena);
    return takes;
}

void fetching_show_origin(const char *place, struct buf *out)
{
    struct arena arena = {0};
    struct buf text = {0};
    struct err ignored;
    struct url u;
    if (url_parse(&u, place, 0, &arena, &ignored) == 0) {
        url_write(&u, &text);
        url_hide_secrets(buf_span(&text), out);
    }
    buf_release(&text);
    arena_release(&arena);
}

int fetching_ask(void *loader, const char *place, struct span addresses, struct buf *answer,
                 struct err *err)
{
    static const size_t answer_max = (size_t)256 << 20;
    const struct loader *l = loader;
    struct arena arena = {0};
    struct buf shown = {0};
    struct url u;
    int status = url_parse(&u, place, 0, &arena, err);
    const char *path = status == 0 ? url_symbol_path(&u, &arena) : NULL;
    if (path)
        status = fetcher_post(l->fetcher, place, path, addresses, answer_max, answer, err);
    if (path && status) {
        u.path = path;
        u.query = "";
        url_show(&u, &shown);
        err_wrap(err, "no names for addresses from '%s'", buf_cstr(&shown));
    }
    buf_release(&shown);
    arena_release(&arena);
    return status;
}
