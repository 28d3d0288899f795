// SPDX-License-Identifier: Apache-2.0
#include "app/gates.h"
#include "app/series.h"

#include <stdio.h>

#include "base/num.h"
#include "report/leaks.h"

// Percentages may be of what the filters leave, but the whole stays the whole.
static void tell_weights(const struct view *v, struct outcome *outcome)
{
    const struct report_options *o = &v->report.options;
    const struct job *job = v->request->job;
    bool relative = v->request->config->relative_percentages;
    int64_t whole = relative ? report_total(&v->loaded->profile, o->value_index, o->mean, job)
                             : v->report.total;
    outcome->total = i64_scaled(whole, o->ratio);
    const struct profile *p = &v->profile, *all = &v->loaded->profile;
    bool untouched = p->samples == all->samples && p->n_samples == all->n_samples;
    int64_t left = untouched && !v->report.series ? v->report.total
                                                  : report_total(p, o->value_index, o->mean, job);
    outcome->left = i64_scaled(left, o->ratio);
    snprintf(outcome->unit, sizeof outcome->unit, SPAN_FMT, SPAN_ARG(v->shown_unit));
}

static int run_report(const struct loaded *l, const struct request *request,
                      const struct gate_results *gates, struct sink *out, struct outcome *outcome,
                      struct err *err)
{
    struct view v;
    int status = view_build(&v, l, request, err);
    v.report.gates = gates;
    if (status == 0)
        status = view_write(&v, out, err);
    if (status == 0)
        tell_weights(&v, outcome);
    view_release(&v);
    return status;
}

// Judges the config's gates, and where there is a report, writes that.
static int judge_and_run(const struct loaded *l, const struct request *request, struct sink *out,
                         struct outcome *outcome, struct err *err)
{
    struct view judged;
    struct gate_results results;
    struct request judging = *request;
    judging.command = &gates_command;
    judging.quiet |= request->command != NULL;
    int status = gates_judge_view(&judged, l, &judging, &results, err);
    if (status == 0 && request->command)
        status = run_report(l, request, &results, out, outcome, err);
    if (status == 0 && !job_stopped(request->job)) {
        gates_note(&judged, &results, !request->command);
        outcome->gates_fired = results.n_fired;
    }
    view_release(&judged);
    return status;
}

// A series needs some profiles, unless one tells all.
static int check_series(const struct loaded *l, const struct command_def *command,
                        const struct config *config, struct outcome *outcome, struct err *err)
{
    bool leaks = command->report == REPORT_LEAKS;
    bool enough = leaks && (config->instances || leaks_are_proven(&l->profile));
    if (enough || l->series.n_read >= SERIES_LEAST)
        return 0;
    outcome->misused = true;
    return series_too_short(command->name, l->series.n_read, err);
}

static int run_as_loaded(const struct loaded *l, const struct request *request, struct sink *sink,
                         struct outcome *outcome, struct err *err)
{
    const struct command_def *command = request->command;
    int status = 0;
    *outcome = (struct outcome){0};
    if (sink)
        sink_set_job(sink, request->job);
    if (command)
        status = command_check_format(command, request->config, err);
    if (status == 0 && command && command_wants(command, request->config).series)
        status = check_series(l, command, request->config, outcome, err);
    if (status == 0 && command && command->run)
        status = command->run(l, request->config, request->job, sink, err);
    else if (status == 0 && (!command || app_has_gates(request->config)))
        status = judge_and_run(l, request, sink, outcome, err);
    else if (status == 0)
        status = run_report(l, request, NULL, sink, outcome, err);
    job_step(request->job, NULL);
    outcome->stopped = job_stopped(request->job);
    return status;
}

// A report on a series whose files were added up is one of the same files, read anew.
int app_run(const struct loaded *l, const struct request *request, struct sink *sink,
            struct outcome *outcome, struct err *err)
{
    struct wants wants = command_wants(request->command, request->config);
    if ((!wants.series || l->series.n_read) && (!wants.memstats || l->memstats.n))
        return run_as_loaded(l, request, sink, outcome, err);
    unsigned keep = wants.memstats ? KEEP_MEMSTATS : KEEP_SERIES;
    keep |= wants.beside ? KEEP_BESIDE : 0;
    const struct loaded *series =
        app_load(l->sources.at, l->sources.n, request->config, keep, request->job, err);
    *outcome = (struct outcome){0};
    int status = series ? run_as_loaded(series, request, sink, outcome, err) : -1;
    loaded_unref(series);
    return status;
}
