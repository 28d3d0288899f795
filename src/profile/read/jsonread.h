// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_READ_JSONREAD_H
#define CPROF_PROFILE_READ_JSONREAD_H

#include <stdint.h>

#include "base/err.h"
#include "base/span.h"

// JSON that is read (https://www.rfc-editor.org/rfc/rfc8259). Values belong to the document they
// are in; NULL stands for one that is not there, of which nothing can be got.
struct json_document;
struct json_value;

// NULL with *err filled, the line in it, where the text is not JSON. Values may be nested in one
// another 2048 times.
struct json_document *jsonread_read(struct span text, struct err *err);
void jsonread_free(struct json_document *d);
const struct json_value *jsonread_root(const struct json_document *d);

// The member of an object, the i-th element of an array.
const struct json_value *jsonread_get(const struct json_value *object, const char *key);
const struct json_value *jsonread_at(const struct json_value *array, size_t i);
size_t jsonread_count(const struct json_value *array); // 0 where it is not an array

struct span jsonread_text(const struct json_value *v); // "" where it is not a text
double jsonread_real(const struct json_value *v);      // 0 where it is not a number

// A whole number, a real one cut off; 0 where it is not a number.
int64_t jsonread_int(const struct json_value *v);

#endif
