// SPDX-License-Identifier: Apache-2.0
#include "app/prepare.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/regex.h"
#include "profile/filter.h"
#include "symbol/mode.h"
#include "symbol/symbolize.h"

static struct symbolize_mode mode_of(const char *symbolize)
{
    struct symbolize_mode mode;
    struct err ignored; // the option was checked when it was set
    symbolize_mode_parse(&mode, span_of(symbolize), &ignored);
    return mode;
}

bool prepare_names(const char *symbolize)
{
    return !mode_of(symbolize).nothing;
}

bool prepare_reads_binaries(const char *symbolize)
{
    struct symbolize_mode mode = mode_of(symbolize);
    return mode.local && !mode.nothing;
}

static struct regex *whole_name_regex(struct profile *p, str_id pattern)
{
    struct err ignored; // a pattern that is not a regular expression drops nothing
    if (!pattern)
        return NULL;
    const char *whole =
        arena_printf(p->arena, "^(" SPAN_FMT ")$", SPAN_ARG(profile_str(p, pattern)));
    return regex_new(span_of(whole), &ignored);
}

static int drop_frames(struct profile *p, const struct config *config, struct err *err)
{
    if (config->all_frames)
        p->drop_frames = p->keep_frames = 0;
    struct regex *drop = whole_name_regex(p, p->drop_frames);
    struct regex *keep = drop ? whole_name_regex(p, p->keep_frames) : NULL;
    if (drop && (keep || !p->keep_frames))
        filter_drop_frames(p, drop, keep, p->arena);
    int status = regex_check(drop, err) || regex_check(keep, err) ? -1 : 0;
    regex_free(drop);
    regex_free(keep);
    return status;
}

static bool is_url(struct span file)
{
    size_t n = 0;
    while (n < file.n && (isalnum((unsigned char)file.at[n]) || (n && strchr("+-.", file.at[n]))))
        n++;
    // One letter is a drive of Windows.
    return n > 1 && n < file.n && file.at[n] == ':' && isalpha((unsigned char)file.at[0]);
}

// A mapping that is named after the address a profile came from has no name of its own.
static void forget_urls(struct profile *p)
{
    for (uint32_t i = 0; i < p->n_mappings; i++)
        if (!p->mappings[i].build_id && is_url(profile_str(p, p->mappings[i].file)))
            p->mappings[i].file = 0;
}

int prepare_profile(struct profile *p, const struct config *config, struct remotes *remotes,
                    const struct remote_asking *asking, const struct job *job, struct err *err)
{
    struct symbolize_mode mode = mode_of(config->symbolize);
    const char *tools = *config->tools ? config->tools : getenv("PPROF_TOOLS");
    mode.tools = tools ? span_of(tools) : SPAN("");
    if (symbolize(p, &mode, remotes, asking, job, err) || drop_frames(p, config, err)) {
        profile_release(p);
        return -1;
    }
    forget_urls(p);
    return 0;
}
