// SPDX-License-Identifier: Apache-2.0
#include "gen_names.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

enum { WORDS = 32, FILES_PER_PACKAGE = 3 };

static const char *const hosts[] = {"example.com/backend", "example.org/platform/services",
                                    "example.net/team-infrastructure/go",
                                    "internal.example.com/monorepo"};
static const char *const words[WORDS] = {
    "account", "archive", "billing", "bucket",   "cache",  "catalog", "cluster", "codec",
    "config",  "crypto",  "driver",  "encoding", "events", "gateway", "index",   "ledger",
    "metrics", "network", "parser",  "pipeline", "proto",  "query",   "queue",   "render",
    "router",  "schema",  "server",  "session",  "shard",  "storage", "stream",  "tracing"};
static const char *const types[WORDS] = {
    "Allocator", "Batch",    "Buffer",   "Client",  "Collector", "Conn",    "Cursor", "Decoder",
    "Dispatch",  "Encoder",  "Filter",   "Handler", "Iterator",  "Limiter", "Loader", "Manager",
    "Matcher",   "Message",  "Node",     "Options", "Pool",      "Reader",  "Record", "Registry",
    "Request",   "Resolver", "Response", "Scanner", "Snapshot",  "Table",   "Worker", "Writer"};
static const char *const verbs[WORDS] = {
    "Add",     "Append", "Apply",  "Close",    "Commit", "Compare", "Copy",     "Decode",
    "Do",      "Encode", "Expand", "Fetch",    "Find",   "Flush",   "Get",      "Handle",
    "Insert",  "Load",   "Lookup", "Marshal",  "Merge",  "Next",    "Parse",    "Read",
    "Refresh", "Reset",  "Run",    "ServeRPC", "Split",  "Start",   "Validate", "Write"};
static const char *const lower_types[WORDS] = {
    "allocator", "batch",    "buffer",   "client",  "collector", "conn",    "cursor", "decoder",
    "dispatch",  "encoder",  "filter",   "handler", "iterator",  "limiter", "loader", "manager",
    "matcher",   "message",  "node",     "options", "pool",      "reader",  "record", "registry",
    "request",   "resolver", "response", "scanner", "snapshot",  "table",   "worker", "writer"};

// Neighbouring numbers give names far apart: 11 and 32 have no common divisor.
static unsigned scatter(uint64_t number)
{
    return (unsigned)(number * 11 % WORDS);
}

static int print_package(char *out, size_t size, uint64_t package)
{
    uint64_t rest = package / 4;
    const char *host = hosts[package % 4], *outer = words[scatter(rest)];
    const char *inner = words[scatter(rest / WORDS + rest)];
    uint64_t version = rest / WORDS / WORDS;
    if (version)
        return snprintf(out, size, "%s/%s/v%" PRIu64 "/%s", host, outer, version + 1, inner);
    return snprintf(out, size, "%s/%s/internal/%s", host, outer, inner);
}

static unsigned type_of(uint64_t file)
{
    return scatter(file % FILES_PER_PACKAGE + file / FILES_PER_PACKAGE);
}

static size_t length(int printed, size_t size)
{
    return (size_t)printed < size ? (size_t)printed : size - 1;
}

size_t name_function(char *out, size_t size, uint64_t function)
{
    uint64_t file = function / NAMES_PER_FILE, place = function % NAMES_PER_FILE;
    bool closure = place == NAMES_PER_FILE - 1; // of the last method
    const char *type = types[type_of(file)];
    const char *verb = verbs[scatter(file + place - closure)];
    char package[128];
    print_package(package, sizeof package, file / FILES_PER_PACKAGE);
    if (place == 0)
        return length(snprintf(out, size, "%s.New%s", package, type), size);
    return length(
        snprintf(out, size, "%s.(*%s).%s%s", package, type, verb, closure ? ".func1" : ""), size);
}

size_t name_file(char *out, size_t size, uint64_t file)
{
    char package[128];
    print_package(package, sizeof package, file / FILES_PER_PACKAGE);
    return length(snprintf(out, size, "%s/%s.go", package, lower_types[type_of(file)]), size);
}
