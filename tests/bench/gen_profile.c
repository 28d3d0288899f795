// SPDX-License-Identifier: Apache-2.0
// Writes a synthetic heap profile of any size, the same for the same arguments.
//
// Calls form a layered graph: a location is on one layer and calls go to the next. Each stack is a
// walk down from a root that mostly takes the same turns, so that stacks share prefixes and there
// are a few calls per location, however many samples. Samples are written as they are made, the
// tables after them and the string table last.
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen_names.h"
#include "gen_out.h"

enum { VALUES_MAX = 4, LABELS_MAX = 4, DEPTH_MAX = 300, CALLS_PER_LOCATION = 3 };
enum { F_TYPE = 1, F_SAMPLE, F_MAPPING, F_LOCATION, F_FUNCTION, F_STRING };
enum { F_TIME = 9, F_PERIOD_TYPE = 11, F_PERIOD, F_DEFAULT_TYPE = 14 };
enum { CODE_START = 0x400000, CODE_STEP = 23, PERIOD = 512 << 10 };

// String ids from here on are files, then functions.
enum { FIXED_STRINGS = 12, STR_BYTES = 4, STR_INUSE_SPACE = 6, STR_SPACE, STR_BINARY };
static const char *const fixed_strings[FIXED_STRINGS] = {
    "",      "alloc_objects", "count",   "alloc_space", "bytes", "inuse_objects", "inuse_space",
    "space", "/app/service",  "request", "shard",       "tenant"};
static const uint64_t value_types[VALUES_MAX][2] = {{1, 2}, {3, 4}, {5, 2}, {6, 4}};
static const uint64_t label_keys[LABELS_MAX] = {STR_BYTES, 9, 10, 11};

struct settings {
    uint64_t samples, locations, functions, depth, values, labels, seed, draw, scale, level;
    const char *path;
};

struct graph {
    uint32_t n, n_layers;
    uint32_t *layers;       // the first location of each; one more at the end
    uint32_t *first, *next; // the calls of each location; one more of first at the end
    uint32_t *ids;          // in the order of first use; 0: not used
    uint32_t *by_id;
    uint32_t used;
    uint32_t stack[DEPTH_MAX + DEPTH_MAX / 2 + 1]; // of the last sample, the root first
    uint32_t depth;
};

static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

// SplitMix64: https://prng.di.unimi.it/splitmix64.c
static uint64_t draw(uint64_t *state)
{
    return mix(*state += 0x9e3779b97f4a7c15u);
}

static uint32_t below(uint64_t *state, uint64_t n)
{
    return (uint32_t)((draw(state) >> 32) * n >> 32);
}

// Below n too, but the small ones far more often.
static uint32_t skewed(uint64_t *state, uint64_t n)
{
    uint64_t u = draw(state) >> 32;
    return (uint32_t)((u * u >> 32) * n >> 32);
}

static uint32_t *array(uint64_t n)
{
    uint32_t *a = calloc(n + 1, sizeof *a);
    if (a)
        return a;
    fputs("gen_profile: out of memory\n", stderr);
    exit(1);
}

// Few locations near the roots, then more and more, then as many on each layer.
static void lay_out(struct graph *g)
{
    uint64_t total = 0, sum = 0;
    uint32_t ramp = g->n_layers / 8 + 1;
    for (uint32_t i = 0; i < g->n_layers; i++) {
        uint64_t width = i < ramp ? i + 1 : ramp;
        total += width * width;
    }
    for (uint32_t i = 0; i < g->n_layers; i++) {
        uint64_t width = i < ramp ? i + 1 : ramp;
        sum += width * width;
        g->layers[i + 1] = i + 1 + (uint32_t)((g->n - g->n_layers) * sum / total);
    }
}

static uint32_t layer_size(const struct graph *g, uint32_t layer)
{
    return g->layers[layer + 1] - g->layers[layer];
}

// Draws the calls into one layer, giving each as from and to: one to every location of the layer,
// one from every location above it, and further ones that prefer few ends. Returns how many.
static uint32_t draw_calls(const struct graph *g, uint32_t layer, uint64_t *state, uint32_t *from,
                           uint32_t *to)
{
    uint32_t above = g->layers[layer - 1], n_above = layer_size(g, layer - 1);
    uint32_t here = g->layers[layer], n_here = layer_size(g, layer);
    uint32_t n = 0;
    for (uint32_t i = 0; i < n_above; i++, n++) {
        from[n] = above + i;
        to[n] = here + below(state, n_here);
    }
    for (uint32_t i = 0; i < n_here; i++, n++) {
        from[n] = above + below(state, n_above);
        to[n] = here + i;
    }
    for (uint32_t i = 0; i < (CALLS_PER_LOCATION - 2) * n_here; i++, n++) {
        from[n] = above + skewed(state, n_above);
        to[n] = here + skewed(state, n_here);
    }
    return n;
}

static void connect(struct graph *g, uint64_t *state)
{
    uint32_t *from = array((uint64_t)g->n * CALLS_PER_LOCATION);
    uint32_t *to = array((uint64_t)g->n * CALLS_PER_LOCATION);
    uint32_t n = 0;
    for (uint32_t layer = 1; layer < g->n_layers; layer++)
        n += draw_calls(g, layer, state, from + n, to + n);
    g->next = array(n);
    for (uint32_t i = 0; i < n; i++)
        g->first[from[i] + 1]++;
    for (uint32_t i = 0; i < g->n; i++)
        g->first[i + 1] += g->first[i];
    uint32_t *fill = array(g->n);
    for (uint32_t i = 0; i < n; i++)
        g->next[g->first[from[i]] + fill[from[i]]++] = to[i];
    free(fill);
    free(from);
    free(to);
}

static void graph_init(struct graph *g, const struct settings *s, uint64_t *state)
{
    uint64_t layers = s->depth + s->depth / 2;
    *g = (struct graph){.n = (uint32_t)s->locations};
    g->n_layers = (uint32_t)(layers < s->locations ? layers : s->locations);
    g->layers = array(g->n_layers + 1);
    g->first = array(g->n + 1);
    g->ids = array(g->n);
    g->by_id = array(g->n + 1);
    lay_out(g);
    connect(g, state);
}

static void graph_release(struct graph *g)
{
    free(g->layers);
    free(g->first);
    free(g->next);
    free(g->ids);
    free(g->by_id);
}

static uint32_t id_of(struct graph *g, uint32_t location)
{
    if (!g->ids[location]) {
        g->ids[location] = ++g->used;
        g->by_id[g->used] = location;
    }
    return g->ids[location];
}

// One of the first calls or any, as often.
static uint32_t pick_call(const struct graph *g, uint32_t location, uint64_t *state)
{
    uint32_t n = g->first[location + 1] - g->first[location];
    uint64_t u = draw(state);
    uint32_t choice = u & 1 ? (uint32_t)__builtin_ctzll(u >> 1 | 1ull << 62) % n : below(state, n);
    return g->next[g->first[location] + choice];
}

// Mostly starts out as the last stack does and leaves it not far from the leaf.
static void walk(struct graph *g, const struct settings *s, uint64_t *state)
{
    uint32_t kept = 0;
    if (below(state, 8))
        kept = g->depth - skewed(state, 1 + skewed(state, g->depth + 1));
    g->depth = (uint32_t)(s->depth - s->depth / 2) + below(state, s->depth / 2 * 2 + 1);
    if (g->depth > g->n_layers)
        g->depth = g->n_layers;
    if (kept == 0)
        g->stack[kept++] = skewed(state, layer_size(g, 0));
    for (uint32_t i = kept; i < g->depth; i++)
        g->stack[i] = pick_call(g, g->stack[i - 1], state);
}

// As packed ids, the leaf first.
static void add_stack(struct message *m, struct graph *g)
{
    struct message ids;
    ids.n = 0;
    for (uint32_t i = g->depth; i > 0; i--)
        message_varint(&ids, id_of(g, g->stack[i - 1]));
    message_bytes(m, 1, ids.at, ids.n);
}

static void add_label(struct message *m, uint64_t key, uint64_t value)
{
    struct message label;
    label.n = 0;
    message_number(&label, 1, key);
    message_number(&label, 3, value);
    message_bytes(m, 3, label.at, label.n);
}

// Objects of one size class; most stacks have freed all of them or none.
static void add_values(struct message *m, const struct settings *s, uint64_t *state)
{
    uint64_t size = 16ull << skewed(state, 12);
    uint64_t allocated = (1 + below(state, 1ull << below(state, 24))) * s->scale;
    uint64_t fate = below(state, 5);
    uint64_t live = fate < 2 ? 0 : fate < 4 ? allocated : below(state, allocated);
    uint64_t values[VALUES_MAX] = {allocated, allocated * size, live, live * size};
    struct message packed;
    packed.n = 0;
    size += below(state, 3) * size / 4;
    for (uint64_t i = 0; i < s->values; i++)
        message_varint(&packed, values[i]);
    message_bytes(m, 2, packed.at, packed.n);
    for (uint64_t i = 0; i < s->labels; i++)
        add_label(m, label_keys[i], i ? below(state, 100) : size);
}

static void write_type(struct out *o, unsigned field, uint64_t type, uint64_t unit)
{
    struct message m;
    m.n = 0;
    message_number(&m, 1, type);
    message_number(&m, 2, unit);
    out_bytes(o, field, m.at, m.n);
}

static void write_samples(struct out *o, struct graph *g, const struct settings *s, uint64_t *state)
{
    for (uint64_t i = 0; i < s->samples; i++) {
        struct message m;
        m.n = 0;
        walk(g, s, state);
        add_stack(&m, g);
        add_values(&m, s, state);
        out_bytes(o, F_SAMPLE, m.at, m.n);
    }
}

static void write_mapping(struct out *o, const struct settings *s)
{
    struct message m;
    m.n = 0;
    message_number(&m, 1, 1);
    message_number(&m, 2, CODE_START);
    message_number(&m, 3, CODE_START + s->locations * CODE_STEP + 4096);
    message_number(&m, 5, STR_BINARY);
    message_number(&m, 7, true); // has functions
    out_bytes(o, F_MAPPING, m.at, m.n);
}

static uint64_t start_line(uint64_t function)
{
    return 10 + mix(function) % 400;
}

static void add_line(struct message *m, uint64_t function, uint64_t offset)
{
    struct message line;
    line.n = 0;
    message_number(&line, 1, function + 1);
    message_number(&line, 2, start_line(function) + offset);
    message_bytes(m, 4, line.at, line.n);
}

// One call in four is inlined, a few of them twice: about 1.3 lines.
static void write_location(struct out *o, uint32_t id, uint32_t location, const struct settings *s)
{
    uint64_t random = mix(s->seed ^ mix(location));
    uint64_t function = location * s->functions / s->locations;
    unsigned inlined = (random & 3) == 0 ? 1 + ((random >> 2 & 3) == 0) : 0;
    struct message m;
    m.n = 0;
    message_number(&m, 1, id);
    message_number(&m, 2, 1);
    message_number(&m, 3, CODE_START + (uint64_t)location * CODE_STEP);
    for (unsigned i = 0; i <= inlined; i++) {
        add_line(&m, function, random >> 8 & 63);
        random = mix(random);
        function = (function + 1 + random % 16) % s->functions;
    }
    out_bytes(o, F_LOCATION, m.at, m.n);
}

static uint64_t count_files(const struct settings *s)
{
    return (s->functions + NAMES_PER_FILE - 1) / NAMES_PER_FILE;
}

static void write_function(struct out *o, uint64_t function, const struct settings *s)
{
    uint64_t name = FIXED_STRINGS + count_files(s) + function;
    struct message m;
    m.n = 0;
    message_number(&m, 1, function + 1);
    message_number(&m, 2, name);
    message_number(&m, 3, name);
    message_number(&m, 4, FIXED_STRINGS + function / NAMES_PER_FILE);
    message_number(&m, 5, start_line(function));
    out_bytes(o, F_FUNCTION, m.at, m.n);
}

static void write_strings(struct out *o, const struct settings *s)
{
    char name[256];
    for (int i = 0; i < FIXED_STRINGS; i++)
        out_bytes(o, F_STRING, fixed_strings[i], strlen(fixed_strings[i]));
    for (uint64_t i = 0; i < count_files(s); i++)
        out_bytes(o, F_STRING, name, name_file(name, sizeof name, i));
    for (uint64_t i = 0; i < s->functions; i++)
        out_bytes(o, F_STRING, name, name_function(name, sizeof name, i));
}

static void write_profile(struct out *o, const struct settings *s)
{
    uint64_t state = mix(s->seed);
    struct graph g;
    graph_init(&g, s, &state);
    state ^= s->draw ? mix(s->draw) : 0;
    for (uint64_t i = 0; i < s->values; i++)
        write_type(o, F_TYPE, value_types[i][0], value_types[i][1]);
    write_samples(o, &g, s, &state);
    write_mapping(o, s);
    for (uint32_t i = 0; i < g.n; i++)
        id_of(&g, i); // those that no sample has used
    for (uint32_t id = 1; id <= g.used; id++)
        write_location(o, id, g.by_id[id], s);
    for (uint64_t i = 0; i < s->functions; i++)
        write_function(o, i, s);
    out_number(o, F_TIME, 1700000000000000000);
    write_type(o, F_PERIOD_TYPE, STR_SPACE, STR_BYTES);
    out_number(o, F_PERIOD, PERIOD);
    if (s->values == VALUES_MAX)
        out_number(o, F_DEFAULT_TYPE, STR_INUSE_SPACE);
    write_strings(o, s);
    graph_release(&g);
}

static _Noreturn void misused(const char *what)
{
    fprintf(stderr,
            "gen_profile: bad %s\n"
            "usage: gen_profile [--samples N] [--locations N] [--functions N] [--depth MEAN]\n"
            "           [--values 1-4] [--labels 0-4] [--seed N] [--draw N]\n"
            "           [--scale N] [--level 1-9] FILE[.gz]\n",
            what);
    exit(2);
}

static const struct bound {
    const char *name;
    size_t offset;
    uint64_t initial, min, max;
} bounds[] = {
    {"samples", offsetof(struct settings, samples), 1000000, 0, UINT32_MAX},
    {"locations", offsetof(struct settings, locations), 150000, 1, 100000000},
    {"functions", offsetof(struct settings, functions), 60000, 1, 100000000},
    {"depth", offsetof(struct settings, depth), 24, 1, DEPTH_MAX},
    {"values", offsetof(struct settings, values), 4, 1, VALUES_MAX},
    {"labels", offsetof(struct settings, labels), 1, 0, LABELS_MAX},
    {"seed", offsetof(struct settings, seed), 1, 0, UINT64_MAX},
    {"draw", offsetof(struct settings, draw), 0, 0, UINT64_MAX}, // other samples of the same code
    {"scale", offsetof(struct settings, scale), 1, 1, 1 << 20},  // of a later snapshot of the same
    {"level", offsetof(struct settings, level), 6, 1, 9},
};
enum { N_BOUNDS = sizeof bounds / sizeof *bounds };

static uint64_t *setting(struct settings *s, const struct bound *b)
{
    return (uint64_t *)((char *)s + b->offset);
}

static void parse_args(struct settings *s, int argc, char **argv)
{
    struct option options[N_BOUNDS + 1] = {0};
    int i;
    for (i = 0; i < N_BOUNDS; i++) {
        options[i] = (struct option){bounds[i].name, required_argument, NULL, i};
        *setting(s, &bounds[i]) = bounds[i].initial;
    }
    while ((i = getopt_long(argc, argv, "", options, NULL)) >= 0) {
        if (i >= N_BOUNDS)
            misused("option");
        char *end;
        uint64_t value = strtoull(optarg, &end, 10);
        if (end == optarg || *end || value < bounds[i].min || value > bounds[i].max)
            misused(bounds[i].name);
        *setting(s, &bounds[i]) = value;
    }
    if (optind + 1 != argc)
        misused("number of files");
    s->path = argv[optind];
}

int main(int argc, char **argv)
{
    struct settings s;
    parse_args(&s, argc, argv);
    struct out *o = out_open(s.path, (int)s.level);
    write_profile(o, &s);
    out_close(o);
    return 0;
}
