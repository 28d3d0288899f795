// SPDX-License-Identifier: Apache-2.0
#include "report/trendrule.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "check.h"
#include "report/kendall.h"
#include "report/memstats.h"
#include "report/noise.h"
#include "report/sen.h"

// Numbers of testdata/trend/vectors.json, which scipy and plain Python worked out.

static struct arena memory;

static json_t *vectors(const char *name)
{
    static json_t *all;
    if (!all)
        all = json_load_file(TESTDATA "/trend/vectors.json", 0, NULL);
    return json_object_get(all, name);
}

static double number(const json_t *row, const char *name)
{
    return json_number_value(json_object_get(row, name));
}

static const char *text(const json_t *row, const char *name)
{
    return json_string_value(json_object_get(row, name));
}

static bool near(double actual, double expected)
{
    return fabs(actual - expected) <= 1e-9 * fmax(fabs(actual), fabs(expected));
}

#define CHECK_NEAR(actual, expected)         \
    do {                                     \
        if (!near((actual), (expected)))     \
            CHECK_F64((actual), (expected)); \
        CHECK(near((actual), (expected)));   \
    } while (0)

static double *doubles(const json_t *list)
{
    double *out = arena_alloc(&memory, (json_array_size(list) + 1) * sizeof *out);
    for (size_t i = 0; i < json_array_size(list); i++)
        out[i] = json_number_value(json_array_get(list, i));
    return out;
}

static int64_t *counts(const json_t *list)
{
    int64_t *out = arena_alloc(&memory, (json_array_size(list) + 1) * sizeof *out);
    for (size_t i = 0; i < json_array_size(list); i++)
        out[i] = json_integer_value(json_array_get(list, i));
    return out;
}

static void judge_series(const json_t *row)
{
    const double *x = doubles(json_object_get(row, "x")), *t = doubles(json_object_get(row, "t"));
    uint32_t n = (uint32_t)json_array_size(json_object_get(row, "x"));
    check_about("%s", text(row, "name"));
    struct kendall k = kendall_of(x, n, &memory);
    struct kendall_tail tail = kendall_tail_of(n, &memory);
    CHECK_INT(k.s, (int64_t)number(row, "S"));
    CHECK_NEAR(k.variance, number(row, "var"));
    CHECK_NEAR(k.tau, number(row, "tau_b"));
    CHECK_NEAR(kendall_p(&tail, k.rises), number(row, "p_growth"));
    struct sen sen = sen_of(x, t, n, k.variance, &memory);
    const json_t *interval = json_object_get(row, "sen_interval");
    CHECK_NEAR(sen.slope, number(row, "slope"));
    CHECK_NEAR(sen.low, json_number_value(json_array_get(interval, 0)));
    CHECK_NEAR(sen.high, json_number_value(json_array_get(interval, 1)));
    if (n < 3)
        return;
    struct trend_series s = {.n = n, .t = t, .rate = 1, .alpha = .01, .min_hits = 0};
    struct trend_numbers o;
    trend_judge(&s, &(struct trend_entry){.x = x}, 1, &o, NULL);
    CHECK_INT(o.split, (int64_t)number(row, "split"));
    CHECK_NEAR(o.drawdown, number(row, "drawdown"));
}

static void series(void)
{
    size_t i;
    json_t *row;
    json_array_foreach(vectors("series"), i, row) judge_series(row);
}

static void exact_tail(void)
{
    size_t i;
    json_t *row;
    json_array_foreach(vectors("exact_tail"), i, row)
    {
        struct kendall_tail tail = kendall_tail_of((uint32_t)number(row, "n"), &memory);
        uint64_t rises = (tail.pairs + (uint64_t)number(row, "S")) / 2;
        CHECK_NEAR(kendall_p(&tail, rises), number(row, "p"));
    }
}

static void tail_is_a_distribution(void)
{
    struct kendall_tail tail = kendall_tail_of(7, &memory);
    double last = 1;
    CHECK_F64(kendall_p(&tail, 0), 1);
    for (uint64_t rises = 1; rises <= tail.pairs; rises++) {
        double p = kendall_p(&tail, rises);
        CHECK(p < last);
        CHECK_NEAR(p, 1 - kendall_p(&tail, tail.pairs - rises + 1));
        last = p;
    }
}

static void long_series_have_the_normal_tail(void)
{
    struct kendall_tail exact = kendall_tail_of(400, &memory), normal = exact;
    normal.sums = NULL;
    for (int z = -4; z <= 4; z++) {
        uint64_t rises = (uint64_t)((double)exact.pairs / 2 + z * 1337.5);
        check_about("%d standard deviations", z);
        CHECK(fabs(kendall_p(&exact, rises) / kendall_p(&normal, rises) - 1) < 1e-3);
    }
    CHECK(kendall_tail_of(401, &memory).sums == NULL);
}

static void least_snapshots(void)
{
    size_t i;
    json_t *row;
    json_array_foreach(vectors("least_snapshots"), i, row)
        CHECK_INT(trend_least_snapshots(number(row, "tested"), number(row, "alpha")),
                  (int64_t)number(row, "snapshots"));
}

static void deviates(void)
{
    size_t i;
    json_t *row;
    json_array_foreach(vectors("deviates"), i, row)
        CHECK_NEAR(noise_deviate(number(row, "alpha") / number(row, "tested")), number(row, "z"));
}

static void sampling_variances(void)
{
    size_t i, k;
    json_t *vector, *row;
    json_array_foreach(vectors("noise"), i, vector)
    {
        struct trend_row rows[4] = {0};
        json_array_foreach(json_object_get(vector, "rows"), k, row) rows[k] =
            (struct trend_row){counts(json_object_get(row, "A")), counts(json_object_get(row, "N")),
                               counts(json_object_get(row, "B"))};
        check_about("%s, rate %g", text(vector, "why"), number(vector, "rate"));
        struct trend_series s = {.rate = number(vector, "rate")};
        struct trend_entry e = {NULL, rows, (uint32_t)k};
        CHECK_NEAR(trend_variance(&s, &e, (uint32_t)number(vector, "from"),
                                  (uint32_t)number(vector, "to")),
                   number(vector, "variance"));
    }
}

static void limits(void)
{
    size_t i;
    json_t *row;
    json_array_foreach(vectors("limit"), i, row)
    {
        const json_t *interval = json_object_get(row, "interval");
        struct trend_limit l =
            trend_limit(number(row, "slope"), json_number_value(json_array_get(interval, 0)),
                        json_number_value(json_array_get(interval, 1)), number(row, "now"),
                        number(row, "now_se"), number(row, "limit"));
        check_about("limit %zu", i);
        if (text(row, "words")) {
            CHECK_INT(l.kind, strcmp(text(row, "words"), "beyond") ? LIMIT_NEVER : LIMIT_BEYOND);
            continue;
        }
        CHECK_INT(l.kind, LIMIT_REACHED);
        CHECK_NEAR(l.at, number(row, "hours"));
        CHECK_NEAR(l.low, number(row, "low"));
        if (json_is_null(json_object_get(row, "high")))
            CHECK(isinf(l.high));
        else
            CHECK_NEAR(l.high, number(row, "high"));
    }
}

static void rates_of_counters(void)
{
    size_t i, k;
    json_t *row, *point;
    json_array_foreach(vectors("rates"), i, row)
    {
        double values[8];
        int64_t times[8];
        json_array_foreach(json_object_get(row, "points"), k, point)
        {
            times[k] = json_integer_value(json_array_get(point, 0)) * 1000000000;
            values[k] = json_number_value(json_array_get(point, 1));
        }
        check_about("%s", text(row, "name"));
        CHECK_NEAR(memstats_rate(values, times, (uint32_t)k), number(row, "mean_per_second"));
    }
}

static void ranks_are_selected(void)
{
    enum { N = 5000 };
    double *values = arena_alloc(&memory, N * sizeof *values);
    for (uint32_t i = 0; i < N; i++)
        values[i] = (double)(i * 2999 % N); // each number once
    for (size_t rank = 0; rank < N; rank += 97)
        CHECK_F64(select_rank(values, N, rank), (double)rank);
    CHECK_F64(select_median(values, N), (N - 1) / 2.0);
    for (uint32_t i = 0; i < N; i++)
        values[i] = i % 3;
    CHECK_F64(select_median(values, N), 1);
}

// Many slopes are not all put in order, and give the same.
static void many_slopes_give_the_same(void)
{
    enum { N = 401 };
    double x[N], t[N];
    for (uint32_t i = 0; i < N; i++) {
        t[i] = i + .25 * (i % 3);
        x[i] = i / 7. + (double)(i * 7919 % 101);
    }
    struct kendall k = kendall_of(x, N, &memory);
    struct sen sen = sen_of(x, t, N, k.variance, &memory);
    double *slopes = arena_alloc(&memory, N * N * sizeof *slopes);
    size_t n = 0;
    for (uint32_t i = 0; i < N; i++)
        for (uint32_t j = i + 1; j < N; j++)
            slopes[n++] = (x[j] - x[i]) / (t[j] - t[i]);
    double half = 1.959963984540054 * sqrt(k.variance);
    CHECK_F64(sen.slope, select_median(slopes, n));
    CHECK_F64(sen.low, select_rank(slopes, n, (size_t)rint(((double)n - half) / 2) - 1));
    CHECK_F64(sen.high, select_rank(slopes, n, (size_t)rint(((double)n + half) / 2)));
}

// What word is given to an exactly counted series of whole numbers.
static enum trend_verdict verdict_of(const double *x, uint32_t n)
{
    double *t = arena_alloc(&memory, n * sizeof *t);
    int64_t *counted = arena_alloc(&memory, n * sizeof *counted);
    for (uint32_t i = 0; i < n; i++) {
        t[i] = i;
        counted[i] = (int64_t)x[i];
    }
    struct trend_row row = {NULL, counted, counted};
    struct trend_series s = {.n = n, .t = t, .rate = 1, .alpha = .01, .min_hits = 4};
    struct trend_numbers o;
    trend_judge(&s, &(struct trend_entry){x, &row, 1}, 1, &o, NULL);
    return o.verdict;
}

static void verdicts(void)
{
    static const struct {
        enum trend_verdict verdict;
        double x[12];
    } rows[] = {
        {TREND_GROWING, {10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120}},
        {TREND_SLOWING, {10, 40, 70, 100, 130, 160, 170, 180, 189, 198, 206, 214}},
        {TREND_STEPPED, {10, 11, 10, 9, 10, 11, 90, 91, 89, 90, 91, 90}},
        {TREND_LEVELLED_OFF, {0, 30, 55, 75, 90, 100, 101, 99, 100, 101, 100, 99}},
        {TREND_SAWTOOTH, {10, 50, 90, 10, 50, 90, 10, 50, 90, 10, 50, 90}},
        {TREND_VARYING, {50, 52, 20, 90, 60, 40, 41, 70, 45, 52, 48, 50}},
        {TREND_STABLE, {100, 101, 100, 99, 100, 101, 100, 99, 100, 101, 100, 99}},
        {TREND_STABLE, {7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7}},
        {TREND_TOO_FEW_SAMPLES, {1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check_about("row %zu", i);
        CHECK_STR(trend_verdict_name(verdict_of(rows[i].x, 12)),
                  trend_verdict_name(rows[i].verdict));
    }
    CHECK_INT(verdict_of((double[]){1, 9}, 2), TREND_TOO_FEW_SNAPSHOTS);
    CHECK_INT(verdict_of((double[]){10, 20, 90}, 3), TREND_TOO_FEW_SNAPSHOTS);
}

CHECK_MAIN(CASE(series), CASE(exact_tail), CASE(tail_is_a_distribution),
           CASE(long_series_have_the_normal_tail), CASE(least_snapshots), CASE(deviates),
           CASE(sampling_variances), CASE(limits), CASE(rates_of_counters),
           CASE(ranks_are_selected), CASE(many_slopes_give_the_same), CASE(verdicts))
