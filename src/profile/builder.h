// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_BUILDER_H
#define CPROF_PROFILE_BUILDER_H

#include "base/idmap.h"
#include "base/vec.h"
#include "profile/profile.h"

// Makes a profile entry by entry. Entries get the ids 1, 2, … in the order in which they are added
// and are named by their index. Nothing can fail on the way: where a table would have more entries
// than its indices can name, the builder adds no more and builder_finish says so.
struct builder {
    struct profile *out;
    VEC(struct value_type) sample_types;
    VEC(struct sample) samples;
    VEC(int64_t) values;
    VEC(uint32_t) frames;
    VEC(struct label) labels;
    VEC(struct mapping) mappings;
    VEC(struct location) locations;
    VEC(struct line) lines;
    VEC(struct function) functions;
    VEC(str_id) comments;
    size_t label; // the first label of the next sample
    struct hash_index function_index, location_index;
    struct idmap addresses, modules;
    bool full;
};

// *out was made by profile_init; until builder_finish only its header may be read or set.
void builder_init(struct builder *b, struct profile *out);

// Moves the tables into the profile. 0, or -1 with *err filled where there were too many entries.
int builder_finish(struct builder *b, struct err *err);

// Frees what is not the profile's; after builder_finish, too.
void builder_release(struct builder *b);

str_id builder_string(struct builder *b, struct span text); // of a copy

void builder_sample_type(struct builder *b, struct span type, struct span unit);
void builder_comment(struct builder *b, struct span text);

// All but the id is taken from *m.
uint32_t builder_mapping(struct builder *b, const struct mapping *m);

// The function of that name, system name, file and start line: a new one only where there is none.
uint32_t builder_function(struct builder *b, const struct function *f);

// A new location with the n_lines lines of *l; its id and line are not read.
uint32_t builder_location(struct builder *b, const struct location *l, const struct line *lines);

// The location that says the same but for its id: a new one only where there is none.
uint32_t builder_location_once(struct builder *b, const struct location *l,
                               const struct line *lines);

// The same for one that is nothing but a line of a function.
uint32_t builder_frame(struct builder *b, const struct line *line);

// The location that is nothing but this address, with no mapping: a new one only where there is
// none.
uint32_t builder_address(struct builder *b, uint64_t address);

// The function that is nothing but a name and a file, which may be "".
uint32_t builder_named(struct builder *b, struct span name, struct span file, int64_t start_line);

// A mapping that is nothing but a file's name, and says that it has names: a new one only where
// there is none.
uint32_t builder_module(struct builder *b, struct span file);

// Gives a location lines where it has none yet, the innermost first.
void builder_set_lines(struct builder *b, uint32_t location, const struct line *lines, uint32_t n);

// Gives all locations that have no mapping a nameless one, which says that it has names: so that
// nobody looks for a binary to name them.
void builder_name_mapping(struct builder *b);

// Labels belong to the sample that is added next. A unit may be empty.
void builder_label_text(struct builder *b, struct span key, struct span value);
void builder_label_number(struct builder *b, struct span key, int64_t number, struct span unit);

// A value for each sample type; frames are locations, the leaf first.
void builder_sample(struct builder *b, const uint32_t *frames, uint32_t n, const int64_t *values);

#endif
