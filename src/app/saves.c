// SPDX-License-Identifier: Apache-2.0
#include "app/saves.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"
#include "format/emits.h"
#include "sink/sink.h"

enum { NAME_SIZE_MAX = 200 };

void saves_add_name(struct buf *out, struct span text)
{
    size_t start = out->n;
    for (struct span rest = text; rest.n;) {
        uint32_t point;
        size_t n = utf8_next(rest, &point);
        bool plain =
            point >= 0x20 && !(point >= 0x7f && point < 0xa0) && point != '/' && point != UTF8_BAD;
        if (out->n == start && point == '.')
            plain = false;
        buf_add(out, plain ? span_upto(rest, n) : SPAN("_"));
        rest = span_from(rest, n);
    }
}

static struct span last_part(struct span path)
{
    const char *slash = path.n ? memrchr(path.at, '/', path.n) : NULL;
    return slash ? span_from(path, (size_t)(slash - path.at) + 1) : path;
}

// "pprof.service.alloc_space.inuse_space."
static void add_prefix(const struct profile *p, struct buf *out)
{
    struct buf name = {0};
    struct span file = p->n_mappings ? last_part(profile_str(p, p->mappings[0].file)) : SPAN("");
    if (file.n) {
        saves_add_name(&name, file);
        buf_addc(&name, '.');
    }
    for (uint32_t i = 0; i < p->n_sample_types; i++) {
        saves_add_name(&name, profile_str(p, p->sample_types[i].type));
        buf_addc(&name, '.');
    }
    const size_t most = NAME_SIZE_MAX - strlen("pprof.000000.pb.gz");
    while (name.n > most || (name.n && ((unsigned char)name.at[name.n - 1] & 0xc0) == 0x80))
        name.n--; // at a character's start
    buf_printf(out, "pprof." SPAN_FMT "%s", SPAN_ARG(buf_span(&name)),
               name.n && name.at[name.n - 1] != '.' ? "." : "");
    buf_release(&name);
}

int saves_make_folders(struct buf *path)
{
    char *text = (char *)buf_cstr(path);
    for (size_t i = 1; i <= path->n; i++) {
        if (i < path->n && text[i] != '/')
            continue;
        char kept = text[i];
        text[i] = '\0';
        int status = mkdir(text, 0755);
        text[i] = kept;
        if (status && errno != EEXIST && errno != EISDIR && errno != EROFS)
            return -1;
    }
    return access(text, W_OK | X_OK);
}

static bool try_folder(const char *folder, const char *more, struct buf *path,
                       const struct job *job)
{
    if (!folder || !*folder)
        return false;
    buf_clear(path);
    buf_printf(path, "%s%s", folder, more);
    if (saves_make_folders(path) == 0)
        return true;
    struct buf note = {0};
    buf_printf(&note, "Could not use temp dir %s: %s", buf_cstr(path), strerror(errno));
    job_note(job, buf_cstr(&note));
    buf_release(&note);
    return false;
}

static bool find_folder(struct buf *path, const struct job *job)
{
    return try_folder(getenv("PPROF_TMPDIR"), "", path, job) ||
           try_folder(getenv("HOME"), "/pprof", path, job) ||
           try_folder(getenv("TMPDIR"), "", path, job) || try_folder("/tmp", "", path, job);
}

static int save(const struct profile *p, const char *prefix, struct buf *path,
                const struct job *job, struct err *err)
{
    struct sink *out = sink_to_numbered_file(prefix, ".pb.gz", path, err);
    if (!out)
        return -1;
    sink_set_job(out, job);
    proto_write(p, 1, out);
    return sink_finish(out, err);
}

void saves_keep(const struct profile *p, const struct job *job)
{
    struct profile plain = *p;
    struct buf prefix = {0}, path = {0}, note = {0};
    struct err err;
    err_set(&err, "no folder can be made");
    profile_drop_unchanged(&plain);
    bool found = find_folder(&prefix, job);
    if (found) {
        buf_addc(&prefix, '/');
        add_prefix(&plain, &prefix);
    }
    if (found && save(&plain, buf_cstr(&prefix), &path, job, &err) == 0)
        buf_printf(&note, "Saved profile in %s", buf_cstr(&path));
    else
        buf_printf(&note, "Could not save profile: %s", err.text);
    job_note(job, buf_cstr(&note));
    buf_release(&prefix);
    buf_release(&path);
    buf_release(&note);
}
