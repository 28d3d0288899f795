// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "format/emits.h"
#include "format/json.h"
#include "format/put.h"
#include "report/flame.h"

// A flame graph as JSON (man/cprof.schema.json): after the head that all reports have, "flame",
// whose frames are columns, parents before children and those by falling width:
//
//  "up": false,               children are callees; true: callers
//  "zoom": 2,                 the frame that takes up the whole width; those before it lead to it
//  "pivot": "regexp",         where callers and callees are shown: frame 0 is what it matches
//  "least": 1234,             frames of less width are left out,
//  "folded": 7,               and so many have some of them below; 0: all is there
//  "classes": ["own", …],
//  "paths": ["", "example.com/a/", …],
//  "names": ["main.main", …], "path": [0, …]                    the path stands before the name
//  "file": [1, …], "kinds": [0, …],                             by name; kinds are classes
//  "files": ["", "main.go", …], "directory": [0, 1, …],         the path of it before the file
//  "parents": [-1, 0, …], "name": [3, 0, …], "lines": [0, 12, …], "inlined": [5, 8, …],
//  "cum": […], "flat": […], "width": […],
//  "before": […], "after": […], "flat_before": […], "flat_after": […],   of a comparison
//  "error": […]                                                          where noise is known
//  "callers": {"parents": …}  with a pivot: a tree of its own, up from the same frame 0
//
// inlined lists frames; width is what a frame takes up, and left out where it is cum for all.

struct writer {
    const struct flame *f;
    const struct report *r;
    const struct flame_tree *tree;
    struct sink *out;
};

static uint32_t name_of(const struct writer *w, uint32_t frame)
{
    uint32_t name = w->tree->frames[frame].name;
    return name == NO_INDEX ? w->f->n_names : name; // what is added for the whole
}

static void put_name_of(const struct writer *w, uint32_t i)
{
    put_unsigned(w->out, name_of(w, i));
}

static void put_parent(const struct writer *w, uint32_t i)
{
    uint32_t parent = w->tree->frames[i].parent;
    put_number(w->out, parent == NO_INDEX ? -1 : (int64_t)parent, 0);
}

static void put_line(const struct writer *w, uint32_t i)
{
    uint32_t name = w->tree->frames[i].name;
    put_number(w->out, name == NO_INDEX ? 0 : w->f->names[name].line, 0);
}

static void put_scaled(const struct writer *w, int64_t value)
{
    put_number(w->out, i64_scaled(value, w->r->options.ratio), 0);
}

#define VALUE_COLUMN(name, member)                             \
    static void put_##name(const struct writer *w, uint32_t i) \
    {                                                          \
        put_scaled(w, w->tree->frames[i].member);              \
    }
VALUE_COLUMN(cum, cum)
VALUE_COLUMN(flat, flat)
VALUE_COLUMN(before, before.cum)
VALUE_COLUMN(after, after.cum)
VALUE_COLUMN(flat_before, before.flat)
VALUE_COLUMN(flat_after, after.flat)

static void put_width(const struct writer *w, uint32_t i)
{
    put_number(w->out, w->tree->frames[i].width, 0);
}

static void put_error(const struct writer *w, uint32_t i)
{
    sink_printf(w->out, "%.6g", w->tree->frames[i].error * fabs(w->r->options.ratio));
}

static void put_column(const struct writer *w, const char *name,
                       void (*put)(const struct writer *w, uint32_t i))
{
    sink_printf(w->out, ",\n  \"%s\": [", name);
    for (uint32_t i = 0; i < w->tree->n; i++) {
        if (i)
            sink_putc(w->out, ',');
        put(w, i);
    }
    sink_putc(w->out, ']');
}

static void put_inlined(const struct writer *w)
{
    const char *comma = "";
    sink_write(w->out, SPAN(",\n  \"inlined\": ["));
    for (uint32_t i = 0; i < w->tree->n; i++)
        if (w->tree->frames[i].inlined) {
            sink_printf(w->out, "%s%u", comma, i);
            comma = ",";
        }
    sink_putc(w->out, ']');
}

static bool is_cum_wide(const struct flame_tree *t)
{
    for (uint32_t i = 0; i < t->n; i++)
        if (t->frames[i].width != t->frames[i].cum)
            return false;
    return true;
}

static void put_tree(struct writer *w, const struct flame_tree *tree)
{
    w->tree = tree;
    sink_printf(w->out, "\"least\": %lld", (long long)w->f->least);
    put_column(w, "parents", put_parent);
    put_column(w, "name", put_name_of);
    put_column(w, "lines", put_line);
    put_inlined(w);
    put_column(w, "cum", put_cum);
    put_column(w, "flat", put_flat);
    if (!is_cum_wide(tree) || w->r->options.ratio != 1)
        put_column(w, "width", put_width);
    if (w->f->has_sides) {
        put_column(w, "before", put_before);
        put_column(w, "after", put_after);
        put_column(w, "flat_before", put_flat_before);
        put_column(w, "flat_after", put_flat_after);
    }
    if (w->f->noise.known)
        put_column(w, "error", put_error);
}

static void put_numbers(struct sink *out, const char *name, const uint32_t *numbers, uint32_t n)
{
    sink_printf(out, ",\n  \"%s\": [", name);
    for (uint32_t i = 0; i < n; i++)
        sink_printf(out, i ? ",%u" : "%u", numbers[i]);
    sink_putc(out, ']');
}

// How much of a name is its package's path, or of a file its directory's; texts share them.
static size_t path_length(struct span name, const char *end)
{
    size_t n = 0;
    for (size_t i = 0; i < name.n && !strchr(end, name.at[i]); i++)
        if (name.at[i] == '/')
            n = i + 1;
    return n;
}

// Writes a text without its path, which becomes one of the paths.
static void put_split(const struct writer *w, struct strtab *paths, struct span text,
                      const char *end, uint32_t *path)
{
    size_t n = path_length(text, end);
    *path = strtab_add_borrowed(paths, span_upto(text, n));
    json_put_string(w->out, span_from(text, n));
}

// Each file once, 0 being none; then which one each name has.
static void put_files(const struct writer *w, struct strtab *paths)
{
    struct strtab files;
    uint32_t n = w->f->n_names, *numbers = arena_zalloc(w->r->arena, n + 1, sizeof *numbers);
    strtab_init(&files, w->r->arena, NULL);
    for (uint32_t i = 0; i < n; i++)
        numbers[i] = strtab_add_borrowed(&files, w->f->names[i].file);
    uint32_t n_files = (uint32_t)strtab_count(&files);
    uint32_t *directories = arena_zalloc(w->r->arena, n_files + 1, sizeof *directories);
    sink_write(w->out, SPAN(",\n  \"files\": [\"\""));
    for (str_id id = 1; id < n_files; id++) {
        sink_putc(w->out, ',');
        put_split(w, paths, strtab_get(&files, id), "", &directories[id]);
    }
    sink_putc(w->out, ']');
    put_numbers(w->out, "directory", directories, n_files);
    put_numbers(w->out, "file", numbers, n + 1);
    strtab_release(&files);
}

// The last name is of what has none of its own.
static void put_names(const struct writer *w, struct span whole)
{
    struct strtab paths;
    uint32_t n = w->f->n_names, *path = arena_zalloc(w->r->arena, n + 1, sizeof *path);
    uint32_t *kinds = arena_zalloc(w->r->arena, n + 1, sizeof *kinds);
    strtab_init(&paths, w->r->arena, NULL);
    sink_write(w->out, SPAN(",\n  \"names\": ["));
    for (uint32_t i = 0; i < n; i++) {
        put_split(w, &paths, w->f->names[i].name, "([<{", &path[i]);
        kinds[i] = (uint32_t)w->f->names[i].class;
        sink_putc(w->out, ',');
    }
    json_put_string(w->out, whole);
    kinds[n] = CODE_RUNTIME;
    sink_putc(w->out, ']');
    put_numbers(w->out, "path", path, n + 1);
    put_files(w, &paths);
    put_numbers(w->out, "kinds", kinds, n + 1);
    sink_write(w->out, SPAN(",\n  \"paths\": [\"\""));
    for (str_id id = 1; id < strtab_count(&paths); id++) {
        sink_putc(w->out, ',');
        json_put_string(w->out, strtab_get(&paths, id));
    }
    sink_write(w->out, SPAN("],\n  "));
    strtab_release(&paths);
}

static void put_classes(struct sink *out)
{
    sink_write(out, SPAN(",\n  \"classes\": ["));
    for (int i = 0; i < N_CODE_CLASSES; i++)
        sink_printf(out, "%s\"%s\"", i ? "," : "", code_class_names[i]);
    sink_putc(out, ']');
}

static uint32_t count_folded(const struct flame_tree *t)
{
    uint32_t n = 0;
    for (uint32_t i = t->view; i < t->n; i++)
        n += t->frames[i].folded;
    return n;
}

void json_flame(const struct document *d, struct sink *out)
{
    const struct flame *f = d->data.flame;
    struct span pivot = d->subject->flame.pivot;
    struct table t = table_of(d, &f->shown, &f->noise, out);
    struct writer w = {f, d->report, NULL, out};
    json_begin_head(&t);
    sink_printf(out, " \"flame\": {\"up\": %s, \"zoom\": %u, \"folded\": %u",
                f->up ? "true" : "false", f->tree.view,
                count_folded(&f->tree) + count_folded(&f->callers));
    if (pivot.n) {
        sink_write(out, SPAN(", \"pivot\": "));
        json_put_string(out, pivot);
    }
    put_classes(out);
    put_names(&w, pivot.n ? pivot : SPAN("all"));
    put_tree(&w, &f->tree);
    if (pivot.n) {
        sink_write(out, SPAN(",\n  \"callers\": {"));
        put_tree(&w, &f->callers);
        sink_putc(out, '}');
    }
    sink_write(out, SPAN("}\n}\n"));
}
