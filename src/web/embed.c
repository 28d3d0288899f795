// SPDX-License-Identifier: Apache-2.0
// Runs while cprof is built: makes one script of the page's modules and a C file of all its parts.
// A module becomes a function that returns what it exports, so that names stay apart.
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text {
    char *at;
    size_t n, room;
};

static void fail(const char *what, const char *name)
{
    fprintf(stderr, "embed: %s '%s'\n", what, name);
    exit(1);
}

static void add(struct text *t, const char *bytes, size_t n)
{
    if (t->n + n + 1 > t->room) {
        t->room = (t->n + n + 1) * 2;
        t->at = realloc(t->at, t->room);
        if (!t->at)
            fail("no memory for", "the page");
    }
    memcpy(t->at + t->n, bytes, n);
    t->n += n;
    t->at[t->n] = '\0';
}

static void adds(struct text *t, const char *s)
{
    add(t, s, strlen(s));
}

static struct text read_file(const char *path)
{
    struct text t = {0};
    char piece[4096];
    FILE *f = fopen(path, "rb");
    if (!f)
        fail("cannot open", path);
    for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0;)
        add(&t, piece, n);
    fclose(f);
    add(&t, "", 0);
    return t;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

// The name of the module of "js/menu.js" is m_menu.
static void add_module_name(struct text *out, const char *file)
{
    adds(out, "m_");
    add(out, file, strcspn(file, "."));
}

static bool starts(const char *line, const char *with)
{
    return strncmp(line, with, strlen(with)) == 0;
}

// import { a, b } from './x.js'; or import * as x from './x.js';
static void add_import(struct text *out, const char *line, size_t n)
{
    const char *from = strstr(line, " from './");
    if (!from || from > line + n)
        fail("not understood:", line);
    const char *what = line + strlen("import ");
    if (starts(what, "* as "))
        what += strlen("* as ");
    adds(out, "const ");
    add(out, what, (size_t)(from - what));
    adds(out, " = ");
    add_module_name(out, from + strlen(" from './"));
    adds(out, ";\n");
}

static void note_export(struct text *exports, const char *line)
{
    static const char *const words[] = {"async ", "function ", "const ", "let ", "class "};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (starts(line, words[i]))
            line += strlen(words[i]);
    adds(exports, exports->n ? ", " : "");
    add(exports, line, strcspn(line, " (=;,{"));
}

static void add_line(struct text *out, struct text *exports, const char *line, size_t n)
{
    while (n && (*line == ' ' || *line == '\t')) {
        line++;
        n--;
    }
    if (n == 0 || starts(line, "//"))
        return;
    if (starts(line, "import ")) {
        add_import(out, line, n);
        return;
    }
    if (starts(line, "export ")) {
        line += strlen("export ");
        n -= strlen("export ");
        note_export(exports, line);
    }
    add(out, line, n);
    adds(out, "\n");
}

static void add_module(struct text *out, const char *path)
{
    struct text source = read_file(path), exports = {0};
    add(&exports, "", 0);
    adds(out, "const ");
    add_module_name(out, base_name(path));
    adds(out, " = (() => {\n");
    for (const char *line = source.at; *line;) {
        size_t n = strcspn(line, "\n");
        add_line(out, &exports, line, n);
        line += n + (line[n] == '\n');
    }
    adds(out, "return { ");
    adds(out, exports.at);
    adds(out, " };\n})();\n");
    free(source.at);
    free(exports.at);
}

// The style without the blanks that lay it out.
static struct text squeezed(const char *path)
{
    struct text source = read_file(path), out = {0}, none = {0};
    for (const char *line = source.at; *line;) {
        size_t n = strcspn(line, "\n");
        add_line(&out, &none, line, n);
        line += n + (line[n] == '\n');
    }
    free(source.at);
    return out;
}

static uint32_t rotated(uint32_t x, unsigned by)
{
    return x >> by | x << (32 - by);
}

// One block of SHA-256 (FIPS 180-4, 6.2.2).
static void digest_block(uint32_t h[8], const uint8_t *block, const uint32_t k[64])
{
    uint32_t w[64], v[8];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)block[i * 4] << 24 | (uint32_t)block[i * 4 + 1] << 16 |
               (uint32_t)block[i * 4 + 2] << 8 | block[i * 4 + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + w[i - 7] + (rotated(a, 7) ^ rotated(a, 18) ^ a >> 3) +
               (rotated(b, 17) ^ rotated(b, 19) ^ b >> 10);
    }
    memcpy(v, h, sizeof v);
    for (int i = 0; i < 64; i++) {
        uint32_t e = v[4], a = v[0];
        uint32_t t1 = v[7] + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) +
                      ((e & v[5]) ^ (~e & v[6])) + k[i] + w[i];
        uint32_t t2 = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) +
                      ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++)
        h[i] += v[i];
}

// The first bits of the fractions of the roots of primes, as the standard has them.
static uint32_t root_bits(unsigned prime, unsigned root)
{
    // Bisection in whole numbers: the largest x with x^root <= prime * 2^(32 * root).
    unsigned __int128 low = 0, high = (unsigned __int128)prime << 32;
    while (high - low > 1) {
        unsigned __int128 mid = (low + high) / 2;
        long double x = (long double)mid / 4294967296.0L, power = x * x;
        power = root == 3 ? power * x : power;
        if (power <= (long double)prime)
            low = mid;
        else
            high = mid;
    }
    return (uint32_t)low;
}

static void constants(uint32_t k[64], uint32_t h[8])
{
    unsigned n = 0;
    for (unsigned p = 2; n < 64; p++) {
        bool prime = true;
        for (unsigned d = 2; d * d <= p; d++)
            prime = prime && p % d;
        if (!prime)
            continue;
        if (n < 8)
            h[n] = root_bits(p, 2);
        k[n++] = root_bits(p, 3);
    }
}

static void sha256(uint8_t out[32], const char *bytes, size_t n)
{
    uint32_t k[64], h[8];
    size_t padded = (n + 9 + 63) / 64 * 64;
    uint8_t *message = calloc(1, padded);
    if (!message)
        fail("no memory for", "a digest");
    constants(k, h);
    memcpy(message, bytes, n);
    message[n] = 0x80;
    for (int i = 0; i < 8; i++)
        message[padded - 1 - (size_t)i] = (uint8_t)((uint64_t)n * 8 >> (8 * i));
    for (size_t i = 0; i < padded; i += 64)
        digest_block(h, message + i, k);
    for (int i = 0; i < 32; i++)
        out[i] = (uint8_t)(h[i / 4] >> (24 - i % 4 * 8));
    free(message);
}

static void print_digest(const char *name, const struct text *t)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t sum[33] = {0};
    sha256(sum, t->at, t->n);
    printf("const char %s_digest[] = \"sha256-", name);
    for (int i = 0; i < 33; i += 3) {
        uint32_t three = (uint32_t)sum[i] << 16 | (uint32_t)sum[i + 1] << 8 | sum[i + 2];
        for (int j = 3; j >= 0; j--)
            putchar(i == 30 && j == 0 ? '=' : digits[three >> (6 * j) & 63]);
    }
    printf("\";\n");
}

static void print_array(const char *name, const struct text *t)
{
    printf("static const unsigned char %s_bytes[] = {", name);
    for (size_t i = 0; i < t->n; i++)
        printf("%s%u,", i % 24 ? "" : "\n", (unsigned)(unsigned char)t->at[i]);
    printf("\n};\nconst struct span %s = {(const char *)%s_bytes, %zu};\n", name, name, t->n);
}

// embed STYLE PAGE MODULE…: the C file goes to standard output.
int main(int argc, char **argv)
{
    struct text script = {0};
    if (argc < 4)
        fail("too few files for", argv[0]);
    struct text style = squeezed(argv[1]), page = read_file(argv[2]);
    adds(&script, "'use strict';\n");
    for (int i = 3; i < argc; i++)
        add_module(&script, argv[i]);
    printf("// Made by tools/embed.c\n#include \"format/assets.h\"\n\n");
    print_array("page_style", &style);
    print_array("page_html", &page);
    print_array("page_script", &script);
    print_digest("page_style", &style);
    print_digest("page_script", &script);
    free(style.at);
    free(page.at);
    free(script.at);
    return 0;
}
