// SPDX-License-Identifier: Apache-2.0
#include "base/cache.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/parallel.h"
#include "check.h"

static _Atomic int n_alive;

static int *new_object(int value)
{
    int *object = malloc(sizeof *object);
    *object = value;
    n_alive++;
    return object;
}

static void free_object(void *object)
{
    n_alive--;
    free(object);
}

static void put(struct cache *c, const char *key, int value, size_t size)
{
    cache_put(c, span_of(key), new_object(value), size, free_object);
}

// The object's value, or -1.
static int look(struct cache *c, const char *key)
{
    const int *object = cache_hold(c, span_of(key));
    int value = object ? *object : -1;
    if (object)
        cache_drop(c, object);
    return value;
}

static void objects_are_found_by_key(void)
{
    struct cache *c = cache_new(100);
    put(c, "one", 1, 10);
    put(c, "two", 2, 10);
    put(c, "one", 3, 10); // is there already
    CHECK_INT(look(c, "one"), 1);
    CHECK_INT(look(c, "two"), 2);
    CHECK_INT(look(c, "three"), -1);
    CHECK_INT(n_alive, 2);
    cache_free(c);
    CHECK_INT(n_alive, 0);
}

static void what_was_not_wanted_for_longest_goes(void)
{
    struct cache *c = cache_new(100);
    put(c, "a", 1, 40);
    put(c, "b", 2, 40);
    CHECK_INT(look(c, "a"), 1);
    put(c, "c", 3, 40);
    CHECK_INT(look(c, "b"), -1);
    CHECK_INT(look(c, "a"), 1);
    CHECK_INT(look(c, "c"), 3);
    put(c, "huge", 4, 101);
    CHECK_INT(look(c, "huge"), -1);
    CHECK_INT(look(c, "a"), 1);
    cache_free(c);
    CHECK_INT(n_alive, 0);
}

static void what_is_held_stays(void)
{
    struct cache *c = cache_new(100);
    put(c, "a", 1, 60);
    const int *held = cache_hold(c, SPAN("a"));
    put(c, "b", 2, 60);
    CHECK_INT(look(c, "b"), -1);
    CHECK_INT(*held, 1);
    cache_drop(c, held);
    put(c, "b", 2, 60);
    CHECK_INT(look(c, "b"), 2);
    CHECK_INT(look(c, "a"), -1);
    cache_free(c);
}

static void there_are_not_too_many(void)
{
    struct cache *c = cache_new(1 << 20);
    char key[20];
    for (int i = 0; i < 1000; i++) {
        snprintf(key, sizeof key, "%d", i);
        put(c, key, i, 1);
    }
    CHECK(n_alive < 1000);
    CHECK_INT(look(c, "999"), 999);
    cache_free(c);
    CHECK_INT(n_alive, 0);
}

static _Atomic bool wrong;

static void use(void *context, unsigned part)
{
    char key[20];
    for (unsigned i = 0; i < 500; i++) {
        int value = (int)(i * 7 + part) % 50;
        snprintf(key, sizeof key, "%d", value);
        const int *object = cache_hold(context, span_of(key));
        if (object) {
            if (*object != value)
                wrong = true;
            cache_drop(context, object);
        } else {
            put(context, key, value, 10);
        }
    }
}

static void threads_share_it(void)
{
    struct cache *c = cache_new(200);
    struct job job = {.threads = 8, .wake = -1};
    parallel_run(&job, 8, use, c);
    cache_free(c);
    CHECK(!wrong);
    CHECK_INT(n_alive, 0);
}

CHECK_MAIN(CASE(objects_are_found_by_key), CASE(what_was_not_wanted_for_longest_goes),
           CASE(what_is_held_stays), CASE(there_are_not_too_many), CASE(threads_share_it))
