// SPDX-License-Identifier: Apache-2.0
#include "support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/xalloc.h"

static int memory_more(struct stream *r, uint64_t want, struct err *err)
{
    struct memory_stream *m = (struct memory_stream *)r;
    size_t have = (size_t)stream_have(r);
    size_t take = want - have < m->rest.n ? (size_t)(want - have) : m->rest.n;
    take = m->rest.n - take < m->step ? m->rest.n : take + m->step;
    if (have + take < want && m->fault)
        return err_set(err, "%s", m->fault);
    unsigned char *window = xmalloc(have + take);
    if (have)
        memcpy(window, r->at, have);
    if (take)
        memcpy(window + have, m->rest.at, take);
    m->rest = span_from(m->rest, take);
    free(m->window);
    m->window = window;
    r->at = window;
    r->end = window + have + take;
    return 0;
}

void memory_stream_init(struct memory_stream *m, struct span bytes, size_t step)
{
    *m = (struct memory_stream){.base.more = memory_more, .rest = bytes, .step = step};
}

void memory_stream_release(struct memory_stream *m)
{
    free(m->window);
}

int read_all(struct stream *r, struct buf *out, struct err *err)
{
    for (;;) {
        if (stream_need(r, 7, err))
            return -1;
        if (stream_have(r) == 0)
            return 0;
        buf_add(out, (struct span){(const char *)r->at, (size_t)stream_have(r)});
        r->at = r->end;
    }
}

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    perror(what);
    abort();
}

void temp_dir_init(struct temp_dir *dir)
{
    snprintf(dir->path, sizeof dir->path, "/tmp/cprof-test.XXXXXX");
    must(mkdtemp(dir->path) != NULL, "mkdtemp");
}

// Counts the entries, and removes them if told so.
static size_t walk(const char *path, bool remove_them)
{
    size_t n = 0;
    DIR *d = opendir(path);
    must(d != NULL, path);
    for (struct dirent *entry; (entry = readdir(d));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        n++;
        if (remove_them)
            must(unlinkat(dirfd(d), entry->d_name, 0) == 0, entry->d_name);
    }
    closedir(d);
    return n;
}

void temp_dir_release(struct temp_dir *dir)
{
    walk(dir->path, true);
    must(rmdir(dir->path) == 0, "rmdir");
}

size_t temp_dir_count(const struct temp_dir *dir)
{
    return walk(dir->path, false);
}

const char *temp_path(const struct temp_dir *dir, const char *name)
{
    static char paths[4][256];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", dir->path, name);
    return path;
}

void file_put(const char *path, struct span content)
{
    FILE *f = fopen(path, "wb");
    must(f != NULL, path);
    must(content.n == 0 || fwrite(content.at, content.n, 1, f) == 1, "fwrite");
    must(fclose(f) == 0, "fclose");
}

void file_get(const char *path, struct buf *content)
{
    FILE *f = fopen(path, "rb");
    must(f != NULL, path);
    buf_clear(content);
    for (size_t n = 1; n;) {
        n = fread(buf_room(content, 4096), 1, 4096, f);
        content->n += n;
    }
    fclose(f);
}
