// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>

#include "base/num.h"
#include "profile/builder.h"
#include "profile/read/jsonread.h"
#include "profile/read/lines.h"
#include "profile/read/reader.h"
#include "profile/read/scan.h"

// CPU and heap profiles of V8, by Node and Chrome (.cpuprofile, .heapprofile): JSON that is a tree
// of calls. Source: https://chromedevtools.github.io/devtools-protocol, Profiler.Profile and
// HeapProfiler.SamplingHeapProfile.

enum { FRAMES_MAX = 1 << 26 }; // of all stacks

struct v8_node {
    const struct json_value *json;
    uint32_t parent; // or NO_INDEX
    uint32_t function;
    int64_t line; // where the function begins
    int64_t hits, nanos, bytes;
};

struct v8 {
    const struct reading *r;
    struct builder b;
    VEC(struct v8_node) nodes;
    struct idmap ids;
    VEC(uint32_t) frames;
    size_t n_frames;
};

static struct span file_of(struct span url)
{
    scan_text(&url, SPAN("file://"));
    return url;
}

// Old files have what a call frame says in the node itself.
static int add_node(struct v8 *v, const struct json_value *json, uint32_t parent)
{
    const struct json_value *frame = jsonread_get(json, "callFrame");
    frame = frame ? frame : json;
    struct span name = jsonread_text(jsonread_get(frame, "functionName"));
    int64_t line = jsonread_int(jsonread_get(frame, "lineNumber")) + (frame != json);
    struct v8_node node = {.json = json, .parent = parent, .line = line > 0 ? line : 0};
    uint64_t id = (uint64_t)jsonread_int(jsonread_get(json, "id"));
    node.function = builder_named(&v->b, name.n ? name : SPAN("(anonymous)"),
                                  file_of(jsonread_text(jsonread_get(frame, "url"))), node.line);
    node.hits = jsonread_int(jsonread_get(json, "hitCount"));
    node.bytes = jsonread_int(jsonread_get(json, "selfSize"));
    if (v->nodes.n == INT32_MAX || idmap_get(&v->ids, id) != IDMAP_NONE)
        return err_set(v->r->err, "two nodes have the id %" PRIu64, id);
    idmap_add(&v->ids, id, (uint32_t)v->nodes.n);
    *vec_push(v->b.out->arena, &v->nodes) = node;
    return 0;
}

// The nodes of a tree, parents first. Each is looked at once, so that depth costs no stack.
static int add_tree(struct v8 *v, const struct json_value *head)
{
    if (add_node(v, head, NO_INDEX))
        return -1;
    for (uint32_t i = 0; i < v->nodes.n; i++) {
        const struct json_value *children = jsonread_get(v->nodes.at[i].json, "children");
        for (size_t j = 0; j < jsonread_count(children); j++)
            if (add_node(v, jsonread_at(children, j), i))
                return -1;
    }
    return 0;
}

static uint32_t node_of(const struct v8 *v, const struct json_value *id)
{
    return idmap_get(&v->ids, (uint64_t)jsonread_int(id));
}

// The nodes of a list, whose children are ids; newer ones have the id of the parent instead.
static int add_list(struct v8 *v, const struct json_value *list)
{
    size_t n = jsonread_count(list);
    for (size_t i = 0; i < n; i++)
        if (add_node(v, jsonread_at(list, i), NO_INDEX))
            return -1;
    for (uint32_t i = 0; i < n; i++) {
        const struct json_value *parent = jsonread_get(v->nodes.at[i].json, "parent");
        const struct json_value *children = jsonread_get(v->nodes.at[i].json, "children");
        if (parent && node_of(v, parent) != IDMAP_NONE)
            v->nodes.at[i].parent = node_of(v, parent);
        for (size_t j = 0; j < jsonread_count(children); j++) {
            uint32_t child = node_of(v, jsonread_at(children, j));
            if (child != IDMAP_NONE && v->nodes.at[child].parent == NO_INDEX)
                v->nodes.at[child].parent = i;
        }
    }
    return 0;
}

// The stack of a node, its leaf at the line that is given. The root is left out: it is not a
// function.
static int make_frames(struct v8 *v, uint32_t node, int64_t line)
{
    size_t depth = 0;
    v->frames.n = 0;
    for (uint32_t i = node; v->nodes.at[i].parent != NO_INDEX; i = v->nodes.at[i].parent) {
        const struct v8_node *at = &v->nodes.at[i];
        struct line l = {.function = at->function, .line = i == node ? line : at->line};
        *vec_push(v->b.out->arena, &v->frames) = builder_frame(&v->b, &l);
        if (depth++ > v->nodes.n)
            return err_set(v->r->err, "a node is its own caller");
    }
    v->n_frames += depth;
    if (v->n_frames > FRAMES_MAX)
        return err_set(v->r->err, "the stacks have more than %d frames", FRAMES_MAX);
    return 0;
}

static int add_sample(struct v8 *v, uint32_t node, int64_t line, const int64_t *values)
{
    if (make_frames(v, node, line))
        return -1;
    builder_sample(&v->b, v->frames.at, (uint32_t)v->frames.n, values);
    return 0;
}

// What was seen at a line of a node is a sample; its time is the part that its hits are.
static int add_lines(struct v8 *v, uint32_t index)
{
    struct v8_node node = v->nodes.at[index];
    const struct json_value *ticks = jsonread_get(node.json, "positionTicks");
    int64_t hits = node.hits, nanos = node.nanos;
    for (size_t i = 0; i < jsonread_count(ticks) && hits > 0; i++) {
        int64_t n = jsonread_int(jsonread_get(jsonread_at(ticks, i), "ticks"));
        n = n < 0 ? 0 : n < hits ? n : hits;
        int64_t part = i64_of((double)nanos * ((double)n / (double)hits));
        if (n && add_sample(v, index, jsonread_int(jsonread_get(jsonread_at(ticks, i), "line")),
                            (int64_t[]){n, part}))
            return -1;
        hits -= n;
        nanos -= part;
    }
    return hits || nanos ? add_sample(v, index, node.line, (int64_t[]){hits, nanos}) : 0;
}

// Each sample lasts until the next one. Times are microseconds.
static void take_samples(struct v8 *v, const struct json_value *root)
{
    enum { NANOS = 1000 };
    const struct json_value *samples = jsonread_get(root, "samples");
    const struct json_value *deltas = jsonread_get(root, "timeDeltas");
    int64_t at = jsonread_int(jsonread_get(root, "startTime")),
            end = jsonread_int(jsonread_get(root, "endTime"));
    size_t n = jsonread_count(samples);
    for (size_t i = 0; i < v->nodes.n; i++)
        v->nodes.at[i].hits = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t node = node_of(v, jsonread_at(samples, i));
        int64_t next = jsonread_int(jsonread_at(deltas, i + 1));
        at += jsonread_int(jsonread_at(deltas, i));
        if (i + 1 == n)
            next = end - at;
        if (node == IDMAP_NONE)
            continue;
        v->nodes.at[node].hits++;
        v->nodes.at[node].nanos += next > 0 ? next * NANOS : 0;
    }
}

// Without a list of samples there is but how often each node was seen.
static void share_time(struct v8 *v, int64_t nanos)
{
    double hits = 0;
    for (size_t i = 0; i < v->nodes.n; i++)
        hits += (double)v->nodes.at[i].hits;
    for (size_t i = 0; i < v->nodes.n && hits > 0; i++)
        v->nodes.at[i].nanos = i64_of((double)nanos * ((double)v->nodes.at[i].hits / hits));
}

static int read_cpu(struct v8 *v, const struct json_value *root)
{
    struct builder *b = &v->b;
    const struct json_value *list = jsonread_get(root, "nodes");
    int64_t start = jsonread_int(jsonread_get(root, "startTime")),
            end = jsonread_int(jsonread_get(root, "endTime"));
    int64_t micros = end > start ? end - start : 0;
    builder_sample_type(b, SPAN("samples"), SPAN("count"));
    builder_sample_type(b, SPAN("wall"), SPAN("nanoseconds"));
    b->out->period_type = b->sample_types.at[1];
    b->out->duration_nanos = micros * 1000;
    if (list ? add_list(v, list) : add_tree(v, jsonread_get(root, "head")))
        return -1;
    if (jsonread_count(jsonread_get(root, "timeDeltas")))
        take_samples(v, root);
    else
        share_time(v, micros * 1000);
    for (uint32_t i = 0; i < v->nodes.n; i++)
        if (add_lines(v, i))
            return -1;
    return 0;
}

static int read_heap(struct v8 *v, const struct json_value *root)
{
    struct builder *b = &v->b;
    builder_sample_type(b, SPAN("inuse_space"), SPAN("bytes"));
    b->out->period_type =
        (struct value_type){builder_string(b, SPAN("space")), builder_string(b, SPAN("bytes"))};
    if (add_tree(v, jsonread_get(root, "head")))
        return -1;
    for (uint32_t i = 0; i < v->nodes.n; i++)
        if (v->nodes.at[i].bytes && add_sample(v, i, v->nodes.at[i].line, &v->nodes.at[i].bytes))
            return -1;
    return 0;
}

// What JSON with such a member is.
static int not_a_profile(const struct json_value *root, struct err *err)
{
    static const struct {
        const char *member, *message;
    } kinds[] = {
        {"memstats", "is JSON of Go's expvar, not a profile: -memstats reads it"},
        {"traceEvents", "is a trace of Chrome, not a profile: save a .cpuprofile instead"},
        {"snapshot", "is a heap snapshot of V8, not a profile: node --heap-prof makes one"},
        {"$schema", "is JSON of another tool, such as speedscope: save folded stacks instead"},
        {"threads", "is JSON of another tool, such as Firefox: save folded stacks instead"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (jsonread_get(root, kinds[i].member))
            return err_set(err, "%s", kinds[i].message);
    return err_set(err, "is JSON, but neither a CPU nor a heap profile of V8");
}

static int read_document(struct v8 *v, const struct json_value *root)
{
    const struct json_value *head = jsonread_get(root, "head");
    int status;
    if (jsonread_get(head, "selfSize"))
        status = read_heap(v, root);
    else if (jsonread_get(root, "nodes") || jsonread_get(head, "hitCount"))
        status = read_cpu(v, root);
    else
        return not_a_profile(root, v->r->err);
    if (status == 0 && v->nodes.n == 0)
        status = err_set(v->r->err, "is JSON like a CPU profile of V8, but has no nodes");
    builder_name_mapping(&v->b);
    return status ? -1 : builder_finish(&v->b, v->r->err);
}

static int v8_read(struct profile *out, const struct reading *r)
{
    struct v8 v = {.r = r};
    struct buf text = {0};
    int status = stream_read_all(r->in, LINES_WHOLE_MAX, &text, r->err);
    struct json_document *d = status ? NULL : jsonread_read(buf_span(&text), r->err);
    builder_init(&v.b, out);
    idmap_init(&v.ids, 0);
    status = d ? read_document(&v, jsonread_root(d)) : -1;
    idmap_release(&v.ids);
    builder_release(&v.b);
    jsonread_free(d);
    buf_release(&text);
    return status;
}

// JSON; whether it has the members that are needed shows when it is read.
static unsigned v8_probe(const struct head *head)
{
    enum { OBJECT = 60, ARRAY = 20 };
    struct span text = head->bytes;
    scan_text(&text, SPAN("\xef\xbb\xbf"));
    text = scan_trim(text);
    if (scan_text(&text, SPAN("[")))
        return scan_trim(text).n && strchr("{[\"]", *scan_trim(text).at) ? ARRAY : 0;
    if (!scan_text(&text, SPAN("{")))
        return 0;
    text = scan_trim(text);
    if (span_starts(text, SPAN("\"nodes\"")) || span_starts(text, SPAN("\"head\"")))
        return PROBE_CERTAIN;
    return text.n && (*text.at == '"' || *text.at == '}') ? OBJECT : 0;
}

const struct reader reader_v8 = {
    .name = "v8",
    .summary = "CPU and heap profiles of Node and Chrome (.cpuprofile, .heapprofile)",
    .probe_size = 64,
    .probe = v8_probe,
    .read = v8_read,
};
