// SPDX-License-Identifier: Apache-2.0
#include "profile/read/jsonread.h"

#include <jansson.h>

#include "base/num.h"

// Both types stand for jansson's own.

struct json_document *jsonread_read(struct span text, struct err *err)
{
    json_error_t fault;
    json_t *root = json_loadb(text.at, text.n, JSON_ALLOW_NUL, &fault);
    if (!root)
        err_set(err, "is not JSON, though it begins so: line %d: %s", fault.line, fault.text);
    return (struct json_document *)root;
}

void jsonread_free(struct json_document *d)
{
    json_decref((json_t *)d);
}

const struct json_value *jsonread_root(const struct json_document *d)
{
    return (const struct json_value *)d;
}

const struct json_value *jsonread_get(const struct json_value *object, const char *key)
{
    return (const struct json_value *)json_object_get((const json_t *)object, key);
}

const struct json_value *jsonread_at(const struct json_value *array, size_t i)
{
    return (const struct json_value *)json_array_get((const json_t *)array, i);
}

size_t jsonread_count(const struct json_value *array)
{
    return json_array_size((const json_t *)array);
}

struct span jsonread_text(const struct json_value *v)
{
    const json_t *text = (const json_t *)v;
    if (!json_is_string(text))
        return SPAN("");
    return (struct span){json_string_value(text), json_string_length(text)};
}

double jsonread_real(const struct json_value *v)
{
    return json_number_value((const json_t *)v);
}

int64_t jsonread_int(const struct json_value *v)
{
    const json_t *number = (const json_t *)v;
    return json_is_integer(number) ? json_integer_value(number) : i64_of(jsonread_real(v));
}
