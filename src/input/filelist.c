// SPDX-License-Identifier: Apache-2.0
#include "input/filelist.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "input/source.h"

#define LIST_MAX ((size_t)256 << 20)

static void split(name_list *names, struct span text, struct arena *arena)
{
    char end = text.n && memchr(text.at, '\0', text.n) ? '\0' : '\n';
    struct span name;
    while (span_cut(&text, end, &name))
        if (name.n)
            *vec_push(arena, names) = arena_cstr(arena, name);
}

int filelist_read(name_list *names, const char *path, struct arena *arena, const struct job *job,
                  struct err *err)
{
    struct buf text = {0};
    int status = source_read_all(path, LIST_MAX, &text, job, err);
    if (status == 0)
        split(names, buf_span(&text), arena);
    buf_release(&text);
    return status;
}

name_list filelist_split(struct arena *arena, const char *names)
{
    name_list paths = {0};
    struct span rest = span_of(names), path;
    char end = access(names, F_OK) == 0 ? '\0' : ',';
    while (span_cut(&rest, end, &path))
        *vec_push(arena, &paths) = arena_cstr(arena, path);
    return paths;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_from(name_list *names, size_t first)
{
    if (names->n > first)
        qsort(names->at + first, names->n - first, sizeof *names->at, by_name);
}

static bool is_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static int list_folder(name_list *names, const char *folder, struct arena *arena, struct err *err)
{
    DIR *dir = opendir(folder);
    size_t n = strlen(folder);
    if (!dir)
        return err_set(err, "cannot read '%s': %s", folder, strerror(errno));
    for (const struct dirent *e; (e = readdir(dir));) {
        const char *slash = n && folder[n - 1] == '/' ? "" : "/";
        char *path = arena_printf(arena, "%s%s%s", folder, slash, e->d_name);
        if (e->d_name[0] != '.' && is_file(path))
            *vec_push(arena, names) = path;
    }
    closedir(dir);
    return 0;
}

static int list_matches(name_list *names, const char *pattern, struct arena *arena, struct err *err)
{
    glob_t found = {0};
    int status = glob(pattern, GLOB_NOSORT, NULL, &found);
    for (size_t i = 0; status == 0 && i < found.gl_pathc; i++)
        *vec_push(arena, names) = arena_cstr(arena, span_of(found.gl_pathv[i]));
    globfree(&found);
    return status ? err_set(err, "no file matches '%s'", pattern) : 0;
}

int filelist_expand(name_list *names, const char *name, struct arena *arena, struct err *err)
{
    struct stat st;
    size_t first = names->n;
    bool there = stat(name, &st) == 0;
    int status = 0;
    if (there && S_ISDIR(st.st_mode))
        status = list_folder(names, name, arena, err);
    else if (!there && strpbrk(name, "*?[") && !strstr(name, "://"))
        status = list_matches(names, name, arena, err);
    else
        *vec_push(arena, names) = arena_cstr(arena, span_of(name));
    sort_from(names, first);
    return status;
}
