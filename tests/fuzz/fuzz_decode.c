// SPDX-License-Identifier: Apache-2.0
// Input: a profile, bare or gzip. What decodes is also loaded as a file and reported.
#include <sys/mman.h>
#include <unistd.h>

#include "app/loaded.h"
#include "app/options.h"
#include "fuzz.h"
#include "input/source.h"
#include "profile/read/proto.h"
#include "../unit/support.h"
#include "wellformed.h"

// Each stands for one bit of the profile's time, which no number of a report depends on, so that a
// mutation can change the options without changing the rest.
static const char *const switches[] = {
    "mean=true",       "noinlines=true",      "granularity=lines",     "granularity=files",
    "sort=cum",        "unit=auto",           "granularity=addresses", "showcolumns=true",
    "trim=false",      "compact_labels=true", "drop_negative=true",    "sample_index=0",
    "nodecount=3",     "divide_by=1e-300",    "nodefraction=0.3",      "trim_path=/app:/usr",
    "source_path=src", "unit=hours",
};

static const char *const reports[] = {"top"};

static bool is_gzip(struct span bytes)
{
    return span_starts(bytes, SPAN("\x1f\x8b"));
}

static bool decode(struct profile *p, struct span bytes, const char *only)
{
    struct err err;
    struct memory_stream memory;
    memory_stream_init(&memory, bytes, 0);
    struct stream *inflated =
        is_gzip(bytes) ? inflate_stream_new(&memory.base, inflater_best()) : NULL;
    profile_init(p);
    bool valid = profile_decode(p, inflated ? inflated : &memory.base, only, NULL, &err) == 0;
    inflate_stream_free(inflated);
    memory_stream_release(&memory);
    return valid;
}

// Of one type alone there are the same values.
static void check_only_type(const struct profile *p, struct span bytes)
{
    struct profile only;
    struct err ignored;
    uint32_t type = profile_sample_index(p, SPAN(""), &ignored);
    FUZZ_CHECK(decode(&only, bytes, "") && only.n_samples == p->n_samples);
    for (uint32_t i = 0; type != NO_INDEX && i < p->n_samples; i++)
        FUZZ_CHECK(sample_value(&only, &only.samples[i], type) ==
                   sample_value(p, &p->samples[i], type));
    profile_release(&only);
}

// Whether the bytes are a profile.
static bool is_profile(struct span bytes)
{
    struct profile p;
    bool valid = decode(&p, bytes, NULL);
    if (valid) {
        check_wellformed(&p);
        check_only_type(&p, bytes);
    }
    profile_release(&p);
    return valid;
}

static void pick_options(struct config *c, uint64_t bits)
{
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
        struct span value = span_of(switches[i]), name;
        if (!(bits >> i & 1))
            continue;
        struct err err;
        fuzz_next(&value, '=', &name);
        FUZZ_CHECK(option_set(option_find(name), c, value, &err) == 0);
    }
}

static void report(const struct loaded *l, const char *name)
{
    struct config config;
    struct buf text = {0};
    struct err err;
    config_init(&config);
    pick_options(&config, (uint64_t)l->profile.time_nanos);
    struct request request = {
        .command = command_find(span_of(name)), .regex = ".", .config = &config};
    struct outcome outcome;
    struct sink *out = sink_to_buf(&text);
    if (app_run(l, &request, out, &outcome, &err))
        sink_abort(out);
    else
        FUZZ_CHECK(sink_finish(out, &err) == 0);
    buf_release(&text);
    config_release(&config);
}

static void ignore_note(void *context, const char *line)
{
    (void)context;
    (void)line;
}

static void load_and_report(char *path)
{
    struct err err;
    struct config config;
    struct job job = {.note = ignore_note, .wake = -1};
    config_init(&config);
    const struct loaded *l = app_load(&path, 1, &config, false, &job, &err);
    if (l) {
        for (size_t i = 0; i < sizeof reports / sizeof *reports; i++)
            report(l, reports[i]);
        loaded_unref(l);
    }
    config_release(&config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!is_profile(fuzz_span(data, size)))
        return 0;
    int fd = memfd_create("profile", MFD_CLOEXEC);
    FUZZ_CHECK(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    load_and_report(path);
    close(fd);
    return 0;
}
