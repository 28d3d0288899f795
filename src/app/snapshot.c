// SPDX-License-Identifier: Apache-2.0
#include "app/snapshot.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/saves.h"
#include "base/vec.h"
#include "format/emits.h"
#include "input/source.h"
#include "input/url.h"
#include "profile/read/memstats.h"
#include "profile/read/reader.h"
#include "sink/sink.h"

static const char profile_suffix[] = ".pb.gz", text_suffix[] = ".txt";

#define NS_PER_S ((int64_t)1000000000)
#define NS_PER_MS ((int64_t)1000000)

static const char time_form[] = "00000000T000000.000Z"; // with digits for zeros

enum { STEM_SIZE_MAX = 150 };

static void add_host(const struct url *u, struct buf *out)
{
    struct span host = span_of(u->unix_socket ? u->unix_socket : u->host);
    const char *slash = memrchr(host.at, '/', host.n);
    if (slash)
        host = span_from(host, (size_t)(slash - host.at) + 1);
    struct buf plain = {0};
    for (size_t i = 0; i < host.n; i++)
        if (host.at[i] != '[' && host.at[i] != ']')
            buf_addc(&plain, host.at[i] == ':' ? '-' : host.at[i]);
    saves_add_name(out, buf_span(&plain));
    buf_release(&plain);
    if (*u->port)
        buf_printf(out, "-%s", u->port);
}

int snapshot_stem(const char *url, struct buf *out, struct err *err)
{
    struct arena arena = {0};
    struct url u;
    size_t start = out->n;
    int status =
        source_is_remote(url) ? url_parse(&u, url, 0, &arena, err) : err_set(err, "is not a URL");
    if (status == 0) {
        struct span type = url_last_part(&u);
        saves_add_name(out, type.n ? type : SPAN("profile"));
        buf_addc(out, '_');
        add_host(&u, out);
        out->n = out->n - start > STEM_SIZE_MAX ? start + STEM_SIZE_MAX : out->n;
    }
    arena_release(&arena);
    return status;
}

void snapshot_name(const char *stem, int64_t time, bool text, struct buf *out)
{
    char digits[32];
    struct tm tm;
    time_t seconds = (time_t)(time / NS_PER_S);
    gmtime_r(&seconds, &tm);
    strftime(digits, sizeof digits, "%Y%m%dT%H%M%S", &tm);
    buf_printf(out, "%s_%s.%03dZ%s", stem, digits, (int)(time % NS_PER_S / NS_PER_MS),
               text ? text_suffix : profile_suffix);
}

bool snapshot_is_of(const char *name, const char *stem)
{
    size_t n = strlen(stem), form = sizeof time_form - 1;
    if (strncmp(name, stem, n) != 0 || name[n] != '_' || strlen(name + n + 1) < form)
        return false;
    const char *suffix = name + n + 1 + form;
    if (strcmp(suffix, profile_suffix) != 0 && strcmp(suffix, text_suffix) != 0)
        return false;
    for (size_t i = 0; i < form; i++) {
        char c = name[n + 1 + i];
        if (time_form[i] == '0' ? !isdigit((unsigned char)c) : c != time_form[i])
            return false;
    }
    return true;
}

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

static int copy_to(int fd, struct stream *in, struct err *err)
{
    for (;;) {
        if (stream_need(in, 1, err))
            return -1;
        if (stream_have(in) == 0)
            return 0;
        ssize_t n = write(fd, in->at, stream_have(in));
        if (n < 0 && errno != EINTR)
            return err_set(err, "cannot write the snapshot: %s", strerror(errno));
        in->at += n > 0 ? n : 0;
    }
}

static int fetch_to(struct fetcher *fetcher, const char *url, const char *path, struct err *err)
{
    struct stream *in = fetcher_open(fetcher, url, err);
    if (!in)
        return -1;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
    int status = fd < 0 ? err_set(err, "cannot write '%s': %s", path, strerror(errno))
                        : copy_to(fd, in, err);
    if (fd >= 0 && close(fd) && status == 0)
        status = err_set(err, "cannot write '%s': %s", path, strerror(errno));
    fetcher_close(in);
    return status;
}

static int write_profile(const struct profile *p, const char *path, const struct job *job,
                         struct err *err)
{
    struct sink *out = sink_to_file(path, err);
    if (!out)
        return -1;
    sink_set_job(out, job);
    proto_write(p, 1, out);
    return sink_finish(out, err);
}

// Reads what was fetched, and gives it its name: as it is, or written anew.
static int settle(const char *part, const char *path, int64_t time, const struct job *job,
                  struct err *err)
{
    struct profile p;
    struct read_options options = {.comments = true};
    struct source *source = source_open(part, NULL, job, err);
    if (!source)
        return -1;
    profile_init(&p);
    const struct reader *reader = profile_reader(source_stream(source), err);
    int status = profile_read(&p, source_stream(source), &options, job, err);
    if (status == 0 && reader == &reader_proto && p.time_nanos) {
        status =
            rename(part, path) ? err_set(err, "cannot write '%s': %s", path, strerror(errno)) : 0;
    } else if (status == 0) {
        p.time_nanos = p.time_nanos ? p.time_nanos : time;
        status = write_profile(&p, path, job, err);
    }
    profile_release(&p);
    source_close(source);
    return status;
}

// Gives a text with MemStats its name, as it is.
static int settle_text(const char *part, const char *path, const struct job *job, struct err *err)
{
    struct memstats ignored;
    struct source *source = source_open(part, NULL, job, err);
    int status = source ? memstats_read(&ignored, source_stream(source), job, err) : -1;
    source_close(source);
    if (status == 0 && rename(part, path))
        status = err_set(err, "cannot write '%s': %s", path, strerror(errno));
    return status;
}

int snapshot_take(struct fetcher *fetcher, const struct snapshot_place *place,
                  const struct job *job, struct buf *path, struct err *err)
{
    struct buf part = {0};
    int64_t time = now();
    size_t start = path->n;
    do { // a clock that was put back
        path->n = start;
        buf_printf(path, "%s/", place->folder);
        snapshot_name(place->stem, time, place->memstats, path);
        time += NS_PER_MS;
    } while (access(buf_cstr(path), F_OK) == 0);
    buf_printf(&part, "%s/.%s.%ld.part", place->folder, place->stem, (long)getpid());
    int status = fetch_to(fetcher, place->url, buf_cstr(&part), err);
    if (status == 0 && place->memstats)
        status = settle_text(buf_cstr(&part), buf_cstr(path), job, err);
    else if (status == 0)
        status = settle(buf_cstr(&part), buf_cstr(path), time - NS_PER_MS, job, err);
    unlink(buf_cstr(&part));
    buf_release(&part);
    return status;
}

static int cmp_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int snapshot_keep(const char *folder, const char *stem, int64_t keep, struct err *err)
{
    struct arena arena = {0};
    VEC(char *) names = {0};
    struct dirent *entry;
    int status = 0;
    DIR *dir = opendir(folder);
    if (!dir)
        return err_set(err, "cannot read '%s': %s", folder, strerror(errno));
    while ((entry = readdir(dir)))
        if (snapshot_is_of(entry->d_name, stem))
            *vec_push(&arena, &names) = arena_cstr(&arena, span_of(entry->d_name));
    if (names.n)
        qsort(names.at, names.n, sizeof *names.at, cmp_names);
    for (size_t i = 0; i + (size_t)keep < names.n; i++)
        if (unlinkat(dirfd(dir), names.at[i], 0))
            status = err_set(err, "cannot delete '%s': %s", names.at[i], strerror(errno));
    closedir(dir);
    arena_release(&arena);
    return status;
}

int snapshot_folder(const char *folder, struct err *err)
{
    struct buf path = {0};
    struct stat st;
    buf_add(&path, span_of(folder));
    int status = saves_make_folders(&path);
    if (status == 0 && (stat(folder, &st) || !S_ISDIR(st.st_mode)))
        status = err_set(err, "'%s' is not a folder", folder);
    else if (status)
        err_set(err, "cannot make the folder '%s': %s", folder, strerror(errno));
    buf_release(&path);
    return status;
}
