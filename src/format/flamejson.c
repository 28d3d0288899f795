// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "format/emits.h"
#include "format/json.h"
#include "format/put.h"
#include "report/flame.h"

// A flame graph as JSON (man/cprof.schema.json): after the head that all reports have,
//
//  "up": false,                 children are callees; true: callers
//  "view": 2,                   the frame that takes up the whole width; those before it lead to it
//  "least": 1234,               frames of less width are left out
//  "classes": ["own", …],       names of the last number of a name
//  "files": ["main.go", …],
//  "names": [["main.main", 0, 12, 0], …],           name, file or -1, line or 0, class
//  "columns": ["name", "parent", "flags", "width", "cum", "flat", …],
//  "frames": [[-1, -1, 0, 0, 100, 0], …],
//  "callers": [[…], …]          with a pivot: frames of a tree of its own, up from the same frame 0
//
// Of a frame: name is an index of names, or -1 of the whole; parent an index of frames, before it,
// or -1; flags the sum of 1: inlined, 2: there is more below it that is not shown; width what it
// takes up, or 0 where that is cum. Then values, of a comparison also cum_before, cum_after,
// flat_before, flat_after, and where noise is known error_cum. Frames stand in preorder, children
// by falling width.

struct writer {
    const struct flame *f;
    const struct report *r;
    struct sink *out;
};

static void put_value_of(const struct writer *w, int64_t value)
{
    sink_putc(w->out, ',');
    put_number(w->out, i64_scaled(value, w->r->options.ratio), 0);
}

static void put_index(struct sink *out, uint32_t index)
{
    put_number(out, index == NO_INDEX ? -1 : (int64_t)index, 0);
}

static void put_frame(const struct writer *w, const struct flame_frame *frame)
{
    put_index(w->out, frame->name);
    sink_putc(w->out, ',');
    put_index(w->out, frame->parent);
    sink_printf(w->out, ",%d,", frame->inlined + 2 * frame->folded);
    put_number(w->out, frame->width == frame->cum ? 0 : frame->width, 0);
    put_value_of(w, frame->cum);
    put_value_of(w, frame->flat);
    if (w->f->has_sides) {
        put_value_of(w, frame->before.cum);
        put_value_of(w, frame->after.cum);
        put_value_of(w, frame->before.flat);
        put_value_of(w, frame->after.flat);
    }
    if (w->f->noise.known)
        sink_printf(w->out, ",%.6g", frame->error * fabs(w->r->options.ratio));
}

static void put_tree(const struct writer *w, const char *name, const struct flame_tree *tree)
{
    sink_printf(w->out, ",\n \"%s\": [", name);
    for (uint32_t i = 0; i < tree->n; i++) {
        sink_write(w->out, i ? SPAN(",\n  [") : SPAN("\n  ["));
        put_frame(w, &tree->frames[i]);
        sink_putc(w->out, ']');
    }
    sink_write(w->out, SPAN("\n ]"));
}

// Each file once; of each name its number.
static uint32_t *put_files(const struct writer *w)
{
    struct strtab files;
    uint32_t *numbers = arena_alloc(w->r->arena, w->f->n_names * sizeof *numbers);
    strtab_init(&files, w->r->arena, NULL);
    for (uint32_t i = 0; i < w->f->n_names; i++)
        numbers[i] = strtab_add_borrowed(&files, w->f->names[i].file) - 1; // "" is none
    for (str_id id = 1; id < strtab_count(&files); id++) {
        sink_write(w->out, id > 1 ? SPAN(", ") : SPAN(""));
        json_put_string(w->out, strtab_get(&files, id));
    }
    strtab_release(&files);
    return numbers;
}

static void put_names(const struct writer *w)
{
    sink_write(w->out, SPAN(",\n \"files\": ["));
    const uint32_t *files = put_files(w);
    sink_write(w->out, SPAN("],\n \"names\": ["));
    for (uint32_t i = 0; i < w->f->n_names; i++) {
        const struct flame_name *name = &w->f->names[i];
        sink_write(w->out, i ? SPAN(",\n  [") : SPAN("\n  ["));
        json_put_string(w->out, name->name);
        sink_putc(w->out, ',');
        put_index(w->out, files[i]);
        sink_putc(w->out, ',');
        put_number(w->out, name->line, 0);
        sink_printf(w->out, ",%d]", (int)name->class);
    }
    sink_write(w->out, SPAN("\n ]"));
}

static void put_columns(const struct writer *w)
{
    sink_write(w->out,
               SPAN(",\n \"columns\": [\"name\", \"parent\", \"flags\", \"width\", \"cum\", "
                    "\"flat\""));
    if (w->f->has_sides)
        sink_write(w->out, SPAN(", \"cum_before\", \"cum_after\", \"flat_before\", "
                                "\"flat_after\""));
    sink_write(w->out, w->f->noise.known ? SPAN(", \"error_cum\"]") : SPAN("]"));
}

void json_flame(const struct document *d, struct sink *out)
{
    const struct flame *f = d->data.flame;
    struct table t = table_of(d, &f->shown, &f->noise, out);
    struct writer w = {f, d->report, out};
    json_begin_head(&t);
    sink_printf(out, " \"up\": %s,\n \"view\": %u,\n \"least\": ", f->up ? "true" : "false",
                f->tree.view);
    put_number(out, f->least, 0);
    sink_write(out, SPAN(",\n \"classes\": ["));
    for (int i = 0; i < N_CODE_CLASSES; i++)
        sink_printf(out, "%s\"%s\"", i ? ", " : "", code_class_names[i]);
    sink_putc(out, ']');
    put_names(&w);
    put_columns(&w);
    put_tree(&w, "frames", &f->tree);
    if (f->callers.n)
        put_tree(&w, "callers", &f->callers);
    sink_write(out, SPAN("\n}\n"));
}
