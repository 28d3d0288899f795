// SPDX-License-Identifier: Apache-2.0
#include "format/json.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "base/xalloc.h"
#include "report/gate.h"

// The document's shape is fixed by man/cprof.schema.json.
enum { SCHEMA = 1 };

static json_t *must(json_t *value)
{
    if (!value)
        abort(); // what is made is valid, and memory is there: see base/xalloc.h
    return value;
}

static json_t *text(struct span bytes)
{
    struct buf valid = {0};
    utf8_add_valid(&valid, bytes);
    json_t *value = must(json_stringn(valid.n ? valid.at : "", valid.n));
    buf_release(&valid);
    return value;
}

static void set(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new_nocheck(object, key, must(value)))
        abort();
}

static void append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, must(value)))
        abort();
}

// JSON knows no infinity; only options that make no sense get there.
static json_t *real(double number)
{
    return isfinite(number) ? json_real(number) : json_null();
}

// A number that is whole is written as such.
static json_t *plain(double number)
{
    bool whole = number == floor(number) && fabs(number) < 0x1p53;
    return whole ? json_integer((int64_t)number) : real(number);
}

static json_t *type_of(const struct profile *p, struct value_type type)
{
    json_t *object = must(json_object());
    set(object, "type", text(profile_str(p, type.type)));
    set(object, "unit", text(profile_str(p, type.unit)));
    return object;
}

static json_t *names(char *const *at, size_t n)
{
    json_t *array = must(json_array());
    for (size_t i = 0; i < n; i++)
        append(array, text(span_of(at[i])));
    return array;
}

static json_t *profile_facts(const struct table *t)
{
    const struct profile *p = t->r->profile;
    json_t *object = must(json_object()), *types = must(json_array()), *comments;
    for (uint32_t i = 0; i < p->n_sample_types; i++)
        append(types, type_of(p, p->sample_types[i]));
    set(object, "sources", names(t->document->sources, t->document->n_sources));
    if (t->document->n_bases)
        set(object, "bases", names(t->document->bases, t->document->n_bases));
    if (t->document->n_skipped)
        set(object, "skipped", json_integer((json_int_t)t->document->n_skipped));
    set(object, "sample_types", types);
    set(object, "period_type", type_of(p, p->period_type));
    set(object, "period", json_integer(p->period));
    set(object, "time_nanos", json_integer(p->time_nanos));
    set(object, "duration_nanos", json_integer(p->duration_nanos));
    comments = must(json_array());
    for (uint32_t i = 0; i < p->n_comments; i++)
        append(comments, text(profile_str(p, p->comments[i])));
    set(object, "comments", comments);
    if (p->default_sample_type)
        set(object, "default_sample_type", text(profile_str(p, p->default_sample_type)));
    if (p->doc_url)
        set(object, "doc_url", text(profile_str(p, p->doc_url)));
    if (p->n_mappings && p->mappings[0].file)
        set(object, "binary", text(profile_str(p, p->mappings[0].file)));
    if (p->n_mappings && p->mappings[0].build_id)
        set(object, "build_id", text(profile_str(p, p->mappings[0].build_id)));
    return object;
}

static int64_t total_of(const struct table *t, int64_t value)
{
    return i64_scaled(value, t->r->options.ratio);
}

static json_t *shown_facts(const struct table *t, const struct shown *shown)
{
    json_t *object = must(json_object());
    set(object, "total", json_integer(total_of(t, shown->total)));
    set(object, "entries", json_integer(shown->n_nodes));
    set(object, "entries_in_all", json_integer(shown->trim.orig_count));
    set(object, "dropped_entries", json_integer(shown->trim.dropped_nodes));
    set(object, "dropped_calls", json_integer(shown->trim.dropped_edges));
    return object;
}

static json_t *sampling(enum noise_kind kind)
{
    static const char *const kinds[] = {[NOISE_UNKNOWN] = "unknown",
                                        [NOISE_NONE] = "none",
                                        [NOISE_HEAP] = "heap",
                                        [NOISE_CPU] = "cpu"};
    return json_string(kinds[kind]);
}

static json_t *noise_facts(const struct table *t)
{
    const struct noise_shown *n = t->noise;
    json_t *object = must(json_object());
    set(object, "sampling", sampling(n->kind));
    if (!n->known)
        return object;
    set(object, "upper_bound", json_boolean(n->at_most));
    set(object, "error_total", real(table_error(t, n->total)));
    if (n->nothing > 0)
        set(object, "unsampled_below", real(table_error(t, n->nothing)));
    return object;
}

static json_t *gate_item(const struct gate *g, const struct gate_item *item)
{
    json_t *object = must(json_object());
    if (item->name.n)
        set(object, "name", text(item->name));
    if (gate_needs_base(g))
        set(object, "before", real(item->before));
    set(object, "after", real(item->after));
    return object;
}

// What a gate was compared with its limit; of any_… the worst function, where one is beyond it.
static json_t *gate_found(const struct gate_result *result)
{
    const struct gate_item *worst = &result->worst;
    json_t *object = gate_item(result->gate, worst);
    if (worst->is_new)
        set(object, "new", json_true());
    else
        set(object, "value", real(worst->value));
    if (worst->margin > 0)
        set(object, "margin", real(worst->margin));
    return object;
}

static json_t *gate_facts(const struct gate_result *result)
{
    static const char *const verdicts[] = {[GATE_PASSED] = "passed",
                                           [GATE_FIRED] = "failed",
                                           [GATE_OVERFLOW] = "overflow",
                                           [GATE_WITHIN_NOISE] = "within_noise"};
    const struct gate *g = result->gate;
    bool any = gate_is_any(g);
    json_t *object = must(json_object()), *blamed = must(json_array());
    for (uint32_t i = 0; result->verdict == GATE_FIRED && i < result->n_items; i++)
        append(blamed, gate_item(g, &result->items[i]));
    set(object, "gate", text(g->text));
    set(object, "verdict", json_string(verdicts[result->verdict]));
    set(object, "type", text(result->type));
    set(object, "unit", text(g->percent ? SPAN("%") : result->unit));
    set(object, "limit", real(result->limit));
    if (result->verdict != GATE_OVERFLOW && (!any || result->worst.name.n))
        set(object, "found", gate_found(result));
    if (any)
        set(object, "functions_beyond", json_integer(result->n_beyond));
    if (result->noise_asked) {
        set(object, "sampling", sampling(result->noise));
        set(object, "upper_bound", json_boolean(result->at_most));
    }
    set(object, "blamed", blamed);
    return object;
}

static json_t *gates_facts(const struct gate_results *gates)
{
    json_t *array = must(json_array());
    for (uint32_t i = 0; i < gates->n; i++)
        append(array, gate_facts(&gates->at[i]));
    return array;
}

static json_t *label_of(const struct report *r, const struct label *l)
{
    const struct profile *p = r->profile;
    json_t *object = must(json_object());
    set(object, "key", text(profile_str(p, l->key)));
    if (!label_is_number(l)) {
        set(object, "value", text(profile_str(p, l->value)));
        return object;
    }
    set(object, "number", json_integer(l->num));
    set(object, "unit", text(label_unit(p, r->options.tag_units, l)));
    return object;
}

static json_t *value_of(const struct table *t, size_t column, const struct cell *c)
{
    if (c->kind == CELL_TEXT)
        return text(c->text);
    if (c->kind == CELL_NUMBER)
        return json_integer(table_number(t, column, c->number));
    if (c->kind == CELL_ERROR)
        return real(table_error(t, c->error));
    if (c->kind == CELL_REAL)
        return plain(c->error);
    if (c->kind == CELL_NULL)
        return json_null();
    json_t *array = must(json_array());
    for (size_t i = 0; i < c->n; i++)
        append(array, c->kind == CELL_REALS ? plain(c->reals[i]) : label_of(t->r, &c->labels[i]));
    return array;
}

static json_t *row_of(const struct table *t, const struct cell *cells)
{
    json_t *object = must(json_object());
    for (size_t i = 0; i < t->n_columns; i++) {
        struct buf key = {0};
        utf8_add_valid(&key, span_of(t->columns[i].name));
        if (cells[i].kind != CELL_NONE && cells[i].kind != CELL_FRAMES)
            set(object, buf_cstr(&key), value_of(t, i, &cells[i]));
        buf_release(&key);
    }
    return object;
}

static json_t *facts_of(const struct table *t)
{
    json_t *object = must(json_object());
    for (size_t i = 0; i < t->n_facts; i++)
        set(object, t->facts[i].name, value_of(t, NO_COLUMN, &t->facts[i].cell));
    return object;
}

static json_t *head_of(const struct table *t)
{
    const struct report_options *o = &t->r->options;
    json_t *head = must(json_object()), *filters = must(json_array());
    for (size_t i = 0; i < o->n_filters; i++)
        append(filters, text(o->filters[i]));
    set(head, "schema", json_integer(SCHEMA));
    set(head, "report", text(span_of(t->document->subject->command)));
    if (t->document->subject->pattern)
        set(head, "pattern", text(span_of(t->document->subject->pattern)));
    set(head, "profile", profile_facts(t));
    set(head, "sample_index", json_integer(o->value_index));
    set(head, "type", text(o->type));
    set(head, "unit", text(o->unit));
    set(head, "mean", json_boolean(o->mean));
    set(head, "comparison", json_boolean(t->r->options.comparison));
    set(head, "filters", filters);
    set(head, "total", t->total ? row_of(t, t->total) : json_integer(total_of(t, t->r->total)));
    if (t->r->overflow)
        set(head, "overflow", json_true());
    if (t->n_facts)
        set(head, t->facts_name, facts_of(t));
    if (t->n_sides) {
        set(head, "total_before", json_integer(total_of(t, t->totals[SIDE_BEFORE])));
        set(head, "total_after", json_integer(total_of(t, t->totals[SIDE_AFTER])));
    }
    if (t->shown)
        set(head, "shown", shown_facts(t, t->shown));
    if (t->noise)
        set(head, "noise", noise_facts(t));
    if (t->r->gates)
        set(head, "gates", gates_facts(t->r->gates));
    return head;
}

static int add_bytes(const char *bytes, size_t n, void *out)
{
    buf_add(out, (struct span){bytes, n});
    return 0;
}

static void dump(struct buf *out, json_t *value, size_t flags)
{
    if (json_dump_callback(value, add_bytes, out, flags))
        abort();
    json_decref(value);
}

static void put_unit(struct sink *out, unsigned unit)
{
    sink_printf(out, "\\u%04x", unit);
}

static void put_point(struct sink *out, uint32_t point)
{
    if (point > 0xffff) {
        put_unit(out, 0xd800 + ((point - 0x10000) >> 10));
        point = 0xdc00 + (point & 0x3ff);
    }
    put_unit(out, point);
}

// JSON may have characters that a terminal would obey or not show.
static void put_escaped(struct sink *out, struct span json)
{
    size_t done = 0;
    for (size_t i = 0, n; i < json.n; i += n) {
        uint32_t point;
        n = 1;
        if ((unsigned char)json.at[i] < 0x7f)
            continue;
        n = utf8_next(span_from(json, i), &point);
        if (!escape_is_control(point) && !escape_is_layout(point))
            continue;
        sink_write(out, (struct span){json.at + done, i - done});
        put_point(out, point);
        done = i + n;
    }
    sink_write(out, span_from(json, done));
}

#ifdef CPROF_STATIC
// Before there are threads; where the library is loaded, it is told then.
__attribute__((constructor)) static void set_allocator(void)
{
    json_set_alloc_funcs(xmalloc, free);
}
#endif

// The head is an object of its own that is left open; rows are written as they come.
void json_begin_head(struct table *t)
{
    struct buf head = {0};
    dump(&head, head_of(t), JSON_INDENT(1) | JSON_PRESERVE_ORDER);
    put_escaped(t->out, span_upto(buf_span(&head), head.n - SPAN("\n}").n));
    sink_write(t->out, SPAN(",\n"));
    buf_release(&head);
}

static void begin(struct table *t)
{
    json_begin_head(t);
    sink_write(t->out, SPAN(" \"rows\": ["));
}

void json_put_string(struct sink *out, struct span bytes)
{
    struct buf string = {0};
    dump(&string, text(bytes), JSON_ENCODE_ANY);
    put_escaped(out, buf_span(&string));
    buf_release(&string);
}

static json_t *frame_of(const struct table *t, const struct frame *f)
{
    const struct node_info *info = &t->nodes->infos.at[f->node];
    json_t *object = must(json_object());
    set(object, "name", text(node_name(t->nodes, f->node)));
    if (info->name && (info->file || info->line || info->address)) // more than the name
        set(object, "function", text(node_str(t->nodes, info->name)));
    if (info->file)
        set(object, "file", text(node_str(t->nodes, info->file)));
    if (info->line)
        set(object, "line", json_integer(info->line));
    if (info->column)
        set(object, "column", json_integer(info->column));
    if (info->address)
        set(object, "address",
            text(span_of(arena_printf(t->r->arena, "0x%" PRIx64, info->address))));
    if (info->objfile)
        set(object, "binary", text(node_str(t->nodes, info->objfile)));
    if (f->inlined)
        set(object, "inlined", json_true());
    return object;
}

// A frame is the same wherever it stands, so its text is made once.
static struct span frame_text(struct table *t, const struct frame *f)
{
    size_t at = 2 * (size_t)f->node + f->inlined;
    if (!t->texts)
        t->texts = arena_zalloc(t->r->arena, 2 * t->nodes->infos.n, sizeof *t->texts);
    if (!t->texts[at].at) {
        struct buf frame = {0};
        dump(&frame, frame_of(t, f), JSON_COMPACT | JSON_PRESERVE_ORDER);
        t->texts[at] = arena_span(t->r->arena, buf_span(&frame));
        buf_release(&frame);
    }
    return t->texts[at];
}

// Takes the end of the row's object off, and adds the frames as its last member.
static void add_frames(struct table *t, const char *key, const struct cell *c)
{
    t->text.n -= SPAN("}").n;
    buf_printf(&t->text, ",\"%s\":[", key);
    for (size_t i = 0; i < c->n; i++) {
        buf_add(&t->text, i ? SPAN(",") : SPAN(""));
        buf_add(&t->text, frame_text(t, &c->frames[i]));
    }
    buf_add(&t->text, SPAN("]}"));
}

static void row(struct table *t, const struct cell *cells)
{
    sink_write(t->out, t->n_rows ? SPAN(",\n  ") : SPAN("\n  "));
    t->text.n = 0;
    dump(&t->text, row_of(t, cells), JSON_COMPACT | JSON_PRESERVE_ORDER);
    for (size_t i = 0; i < t->n_columns; i++)
        if (cells[i].kind == CELL_FRAMES)
            add_frames(t, t->columns[i].name, &cells[i]);
    put_escaped(t->out, buf_span(&t->text));
}

static void end(struct table *t)
{
    sink_write(t->out, t->n_rows ? SPAN("\n ]\n}\n") : SPAN("]\n}\n"));
    buf_release(&t->text);
}

const struct table_format table_json = {
    .begin = begin, .row = row, .end = end, .total_in_head = true};
