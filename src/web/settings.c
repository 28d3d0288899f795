// SPDX-License-Identifier: Apache-2.0
#include "web/settings.h"

#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "app/options.h"
#include "base/num.h"
#include "sink/sink.h"
#include "web/page.h"
#include "web/url.h"

enum { SETTINGS_MAX = 4 << 20 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

// The folder, and the file in it.
static int find_file(struct buf *folder, struct buf *file, struct err *err)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (config && config[0] == '/')
        buf_printf(folder, "%s/pprof", config);
    else if (home && *home)
        buf_printf(folder, "%s/.config/pprof", home);
    else
        return err_set(err, "no place for settings: neither XDG_CONFIG_HOME nor HOME is set");
    buf_cstr(folder);
    buf_printf(file, SPAN_FMT "/settings.json", SPAN_ARG(buf_span(folder)));
    return 0;
}

static int make_folders(struct buf *folder, struct err *err)
{
    char *path = folder->at; // ends with a zero byte: see find_file
    for (char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
        if (slash)
            *slash = '\0';
        int failed = mkdir(path, 0700) && errno != EEXIST ? errno : 0;
        if (failed)
            err_set(err, "cannot make '%.*s': %s", ERR_SUBJECT(span_of(path)), strerror(failed));
        if (slash)
            *slash = '/';
        if (failed || !slash)
            return failed ? -1 : 0;
    }
}

// The document, owned; a file that is not there is an empty one. NULL with *err filled.
static json_t *read_settings(struct buf *file, struct err *err)
{
    json_error_t why;
    struct stat st;
    json_t *root = NULL;
    if (stat(buf_cstr(file), &st)) {
        if (errno == ENOENT || errno == ENOTDIR)
            return json_object();
        err_set(err, "cannot read '%.*s': %s", ERR_SUBJECT(buf_span(file)), strerror(errno));
        return NULL;
    }
    if (S_ISREG(st.st_mode) && st.st_size <= SETTINGS_MAX)
        root = json_load_file(buf_cstr(file), 0, &why);
    else
        snprintf(why.text, sizeof why.text, "not a regular file of at most 4 MiB");
    if (json_is_object(root))
        return root;
    err_set(err, "cannot read '%.*s': %s", ERR_SUBJECT(buf_span(file)),
            root ? "not an object" : why.text);
    json_decref(root);
    return NULL;
}

static int add_bytes(const char *bytes, size_t n, void *out)
{
    sink_write(out, (struct span){bytes, n});
    return 0;
}

static int write_settings(const json_t *root, struct buf *folder, struct buf *file, struct err *err)
{
    if (make_folders(folder, err))
        return -1;
    struct sink *out = sink_to_file(buf_cstr(file), err);
    if (!out)
        return -1;
    json_dump_callback(root, add_bytes, out,
                       JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(15));
    return sink_finish(out, err);
}

static json_t *configs_of(json_t *root)
{
    json_t *configs = json_object_get(root, "configs");
    if (json_is_array(configs))
        return configs;
    configs = json_array();
    json_object_set_new(root, "configs", configs);
    return configs;
}

static size_t find_config(const json_t *configs, struct span name)
{
    for (size_t i = 0; i < json_array_size(configs); i++) {
        const char *text = json_string_value(json_object_get(json_array_get(configs, i), "name"));
        if (text && span_eq(span_of(text), name))
            return i;
    }
    return SIZE_MAX;
}

// A value as the file has it; NULL for false, 0 and "", which are not written.
static json_t *value_of(const struct option_def *o, const struct config *config)
{
    struct buf text = {0};
    json_t *value = NULL;
    int64_t whole;
    double real;
    bool flag;
    option_print(o, config, &text);
    struct span span = buf_span(&text);
    if (o->type == OPTION_BOOL)
        value = num_parse_bool(span, &flag) && flag ? json_true() : NULL;
    else if (o->type == OPTION_INT)
        value = num_parse_i64(span, &whole) && whole ? json_integer(whole) : NULL;
    else if (o->type == OPTION_FLOAT)
        value = num_parse_f64(span, &real) && real != 0 ? json_real(real) : NULL;
    else if (span.n)
        value = json_stringn(span.at, span.n);
    buf_release(&text);
    return value;
}

static void put_config(json_t *entry, struct span view, const struct config *config)
{
    json_object_del(entry, "view");
    if (view.n)
        json_object_set_new(entry, "view", json_stringn(view.at, view.n));
    for (const struct option_def *o = option_defs; o->name; o++) {
        if (!(o->where & WHERE_SAVED))
            continue;
        json_t *value = value_of(o, config);
        json_object_del(entry, o->name);
        if (value)
            json_object_set_new(entry, o->name, value);
    }
}

static int change(struct span name, struct span view, const struct config *config, struct err *err)
{
    struct buf folder = {0}, file = {0};
    json_t *root = find_file(&folder, &file, err) ? NULL : read_settings(&file, err);
    int status = -1;
    if (root) {
        json_t *configs = configs_of(root);
        size_t at = find_config(configs, name);
        if (config && at == SIZE_MAX) {
            json_t *entry = json_object();
            json_object_set_new(entry, "name", json_stringn(name.at, name.n));
            at = json_array_size(configs);
            json_array_append_new(configs, entry);
        }
        if (config)
            put_config(json_array_get(configs, at), view, config);
        else if (at != SIZE_MAX)
            json_array_remove(configs, at);
        status = at == SIZE_MAX ? err_set(err, "config '%.*s' not found", ERR_SUBJECT(name))
                                : write_settings(root, &folder, &file, err);
    }
    json_decref(root);
    buf_release(&folder);
    buf_release(&file);
    return status;
}

static int change_alone(struct span name, struct span view, const struct config *config,
                        struct err *err)
{
    json_t *text = name.n ? json_stringn(name.at, name.n) : NULL; // NULL where it is not UTF-8
    if (!text)
        return err_set(err, "invalid config name");
    json_decref(text);
    pthread_mutex_lock(&lock);
    int status = change(name, view, config, err);
    pthread_mutex_unlock(&lock);
    return status;
}

int settings_save(struct span name, struct span view, const struct config *config, struct err *err)
{
    return change_alone(name, view, config, err);
}

int settings_delete(struct span name, struct err *err)
{
    return change_alone(name, SPAN(""), NULL, err);
}

// As the text that an option would have; what is absent is false, 0 or "".
static void text_of(const struct option_def *o, const json_t *value, struct buf *out)
{
    if (o->type == OPTION_BOOL)
        buf_add(out, json_is_true(value) ? SPAN("true") : SPAN("false"));
    else if (json_is_integer(value))
        buf_printf(out, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        buf_printf(out, "%.17g", json_real_value(value));
    else if (json_is_string(value))
        buf_add(out, (struct span){json_string_value(value), json_string_length(value)});
    else if (o->type == OPTION_INT || o->type == OPTION_FLOAT)
        buf_addc(out, '0');
}

// Values are compared as values: "0.0050" is the initial "0.005".
static void add_query(const json_t *entry, struct buf *out)
{
    struct config initial;
    config_init(&initial);
    for (const struct option_def *o = option_defs; o->name; o++) {
        struct config config;
        struct buf text = {0}, plain = {0}, usual = {0};
        struct err ignored;
        if (!(o->where & WHERE_SAVED) || !o->url)
            continue;
        config_copy(&config, &initial);
        text_of(o, json_object_get(entry, o->name), &text);
        if (text.n && option_set(o, &config, buf_span(&text), &ignored) == 0) {
            option_print(o, &config, &plain);
            option_print(o, &initial, &usual);
            if (!span_eq(buf_span(&plain), buf_span(&usual))) {
                buf_printf(out, "%s%s=", out->n ? "&" : "", o->url);
                web_url_quote(out, o->type == OPTION_BOOL ? span_upto(buf_span(&plain), 1)
                                                          : buf_span(&plain));
            }
        }
        buf_release(&text);
        buf_release(&plain);
        buf_release(&usual);
        config_release(&config);
    }
    config_release(&initial);
}

static void add_config(struct buf *out, const json_t *entry)
{
    struct buf query = {0};
    add_query(entry, &query);
    buf_add(out, SPAN("{\"name\":"));
    page_add_string(out, span_of(json_string_value(json_object_get(entry, "name"))));
    buf_add(out, SPAN(",\"query\":"));
    page_add_string(out, buf_span(&query));
    if (json_is_string(json_object_get(entry, "view"))) {
        buf_add(out, SPAN(",\"view\":"));
        page_add_string(out, span_of(json_string_value(json_object_get(entry, "view"))));
    }
    buf_addc(out, '}');
    buf_release(&query);
}

// The whole file, or NULL where there is none that can be read.
static json_t *read_all(void)
{
    struct buf folder = {0}, file = {0};
    struct err ignored;
    pthread_mutex_lock(&lock);
    json_t *root = find_file(&folder, &file, &ignored) ? NULL : read_settings(&file, &ignored);
    pthread_mutex_unlock(&lock);
    buf_release(&folder);
    buf_release(&file);
    return root;
}

void settings_default(struct buf *view, struct buf *query)
{
    json_t *root = read_all();
    const json_t *configs = root ? json_object_get(root, "configs") : NULL;
    size_t at = find_config(configs, SETTINGS_DEFAULT);
    if (at != SIZE_MAX) {
        const json_t *entry = json_array_get(configs, at);
        const char *name = json_string_value(json_object_get(entry, "view"));
        buf_add(view, span_of(name ? name : ""));
        add_query(entry, query);
    }
    json_decref(root);
}

void settings_add_json(struct buf *out)
{
    json_t *root = read_all();
    const json_t *configs = root ? json_object_get(root, "configs") : NULL;
    bool first = true;
    buf_addc(out, '[');
    for (size_t i = 0; i < json_array_size(configs); i++) {
        const json_t *entry = json_array_get(configs, i);
        if (!json_is_string(json_object_get(entry, "name")))
            continue;
        buf_add(out, first ? SPAN("") : SPAN(","));
        add_config(out, entry);
        first = false;
    }
    buf_addc(out, ']');
    json_decref(root);
}
