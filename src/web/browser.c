// SPDX-License-Identifier: Apache-2.0
#include "web/browser.h"

#include <pthread.h>
#include <stdlib.h>

#include "app/commands.h"
#include "base/arena.h"
#include "base/vec.h"
#include "base/xalloc.h"
#include "sink/process.h"

// -1 where it cannot be started.
static int open_with(const char *program, char *url)
{
    struct arena arena = {0};
    VEC(char *) argv = {0};
    const char *command = strcmp(program, "$BROWSER") == 0 ? getenv("BROWSER") : program;
    struct span rest = span_of(command ? command : ""), word;
    int status = -1;
    while (span_cut(&rest, ' ', &word))
        if (word.n)
            *vec_push(&arena, &argv) = arena_cstr(&arena, word);
    if (argv.n) {
        *vec_push(&arena, &argv) = url;
        *vec_push(&arena, &argv) = NULL;
        status = process_show(argv.at);
    }
    arena_release(&arena);
    return status;
}

static void *browse(void *url)
{
    const char *const *viewers = command_find(SPAN("web"))->viewers;
    int status = -1;
    for (size_t i = 0; status && viewers[i]; i++)
        status = open_with(viewers[i], url);
    free(url);
    return NULL;
}

void web_browse(const char *url)
{
    pthread_t thread;
    const char *browser = getenv("BROWSER");
    char *copy;
    if (!getenv("DISPLAY") && !getenv("WAYLAND_DISPLAY") && !(browser && *browser))
        return;
    copy = xstrdup(url);
    if (pthread_create(&thread, NULL, browse, copy) == 0)
        pthread_detach(thread);
    else
        free(copy);
}
