// SPDX-License-Identifier: Apache-2.0
#include "app/app.h"

#include "input/source.h"
#include "profile/decode.h"

static int read_profile(struct profile *p, const char *path, struct err *err)
{
    profile_init(p);
    struct source *source = source_open(path, err);
    int status = source ? profile_decode(p, source_reader(source), err) : -1;
    source_close(source);
    if (status == 0)
        return 0;
    profile_release(p);
    return err_wrap(err, "cannot read '%s'", strcmp(path, "-") == 0 ? "standard input" : path);
}

int app_load(struct session *s, char *const *paths, size_t n_paths, const struct config *config,
             struct err *err)
{
    (void)n_paths;
    (void)config;
    if (read_profile(&s->profile, paths[0], err))
        return -1;
    return 0;
}

void app_release(struct session *s)
{
    profile_release(&s->profile);
}
