// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_SNAPSHOT_H
#define CPROF_APP_SNAPSHOT_H

#include "base/buf.h"
#include "base/err.h"
#include "input/fetch.h"

// Snapshots of a service in a folder: a file for each, whose name tells the type of profile, the
// host and when it was taken, so that those of one series sort by time:
// heap_localhost-6060_20260102T150405.123Z.pb.gz, or .txt of a text with MemStats

// Adds "heap_localhost-6060", of a URL. -1 with *err filled where it is not one.
int snapshot_stem(const char *url, struct buf *out, struct err *err);

// Adds the name of a snapshot of that time, in nanoseconds since 1970.
void snapshot_name(const char *stem, int64_t time, bool text, struct buf *out);

// Whether a file's name is that of a snapshot with this stem, to the letter.
bool snapshot_is_of(const char *name, const char *stem);

// Where snapshots come from and go to.
struct snapshot_place {
    const char *url, *folder, *stem;
    bool memstats; // they are texts with MemStats
};

// Takes a snapshot into a new file of the folder, whose path is added to *path. The bytes stay as
// they came, unless they are a profile that is not protobuf or does not tell when it was taken. 0,
// or -1 with *err filled and no file left.
int snapshot_take(struct fetcher *fetcher, const struct snapshot_place *place,
                  const struct job *job, struct buf *path, struct err *err);

// Deletes the oldest snapshots of this stem, but for so many. -1 with *err filled.
int snapshot_keep(const char *folder, const char *stem, int64_t keep, struct err *err);

// Makes the folder, and those above it. -1 with *err filled.
int snapshot_folder(const char *folder, struct err *err);

#endif
