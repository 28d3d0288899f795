// SPDX-License-Identifier: Apache-2.0
// Runs a target once over each file that is named, and over each file of a directory that is named,
// where there is no fuzzer to do so.
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/xalloc.h"
#include "fuzz.h"

static _Noreturn void fail(const char *path)
{
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    exit(1);
}

static void read_file(const char *path, struct buf *out)
{
    enum { STEP = 64 << 10 };
    FILE *f = fopen(path, "rb");
    if (!f)
        fail(path);
    for (size_t n = STEP; n; out->n += n)
        n = fread(buf_room(out, STEP), 1, STEP, f);
    if (ferror(f))
        fail(path);
    fclose(f);
}

// The target gets a block of just that size, so that AddressSanitizer sees a read past its end.
static void replay_file(const char *path)
{
    struct buf content = {0};
    read_file(path, &content);
    uint8_t *exact = xmalloc(content.n);
    if (content.n)
        memcpy(exact, content.at, content.n);
    fprintf(stderr, "%s\n", path);
    LLVMFuzzerTestOneInput(exact, content.n);
    free(exact);
    buf_release(&content);
}

static bool is_dir(const char *path)
{
    struct stat st;
    if (stat(path, &st))
        fail(path);
    return S_ISDIR(st.st_mode);
}

static size_t replay_dir(const char *dir)
{
    struct dirent **entries;
    size_t files = 0;
    int n = scandir(dir, &entries, NULL, alphasort);
    if (n < 0)
        fail(dir);
    for (int i = 0; i < n; i++) {
        struct buf path = {0};
        buf_printf(&path, "%s/%s", dir, entries[i]->d_name);
        if (!is_dir(buf_cstr(&path))) {
            replay_file(buf_cstr(&path));
            files++;
        }
        buf_release(&path);
        free(entries[i]);
    }
    free(entries);
    return files;
}

int main(int argc, char **argv)
{
    size_t files = 0;
    for (int i = 1; i < argc; i++) {
        if (is_dir(argv[i])) {
            files += replay_dir(argv[i]);
        } else {
            replay_file(argv[i]);
            files++;
        }
    }
    printf("%zu inputs\n", files);
    return files ? 0 : 1; // a corpus that is not found is a fault of the test
}
