// SPDX-License-Identifier: Apache-2.0
// Answers: from the server, or out of the file that the page was exported to.

import { offline, optionsQuery, state } from './state.js';
import { html, noteLarge, whole } from './util.js';

let stopper = new AbortController();
export function stopRequests() {
  stopper.abort();
  stopper = new AbortController();
}

export class Refusal extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}
export class Gone extends Error {}

export async function fetchText(address, options = {}) {
  return (await fetchWhole(address, options)).text;
}

async function fetchWhole(address, options = {}) {
  try {
    const answer = await fetch(address, { signal: stopper.signal, ...options });
    const text = await answer.text();
    if (!answer.ok) throw new Refusal(answer.status, plain(text, answer.headers.get('content-type')));
    return { text, headers: answer.headers };
  } catch (e) {
    if (e instanceof Refusal || e.name === 'AbortError') throw e;
    throw new Gone(String(e));
  }
}

// What an error page says, without its layout.
function plain(text, type) {
  if (!/html/.test(type || '')) return text.trim();
  const page = new DOMParser().parseFromString(text, 'text/html');
  return (page.querySelector('#error, main, body')?.textContent || text).trim();
}

// What the server says beside a report: the whole, what the filters leave, the unit to show.
function withWeights(answer, total, left, unit) {
  const number = (text) => (text === null || text === undefined ? undefined : Number(text));
  return { answer, total: number(total), left: number(left), unit: unit || 'auto' };
}

function fromFile(report) {
  const si = state.params.get('si');
  const types = offline.answers[report];
  if (!types) throw new Refusal(404, `this file does not have the ${report} view`);
  return types.find((a) => a.answer.type === si) || types[offline.type ?? 0] || types[0];
}

// What the server remarked on the way, a line each.
function notesOf(headers) {
  try { return decodeURIComponent(headers.get('X-Cprof-Notes') || '').split('\n').filter(Boolean); } catch { return []; }
}

async function fromServer(address) {
  const { text, headers } = await fetchWhole(address);
  state.notes = notesOf(headers);
  noteLarge(`${text} ${headers.get('X-Cprof-Total')} ${headers.get('X-Cprof-Shown')}`);
  return withWeights(JSON.parse(text), headers.get('X-Cprof-Total'), headers.get('X-Cprof-Shown'), headers.get('X-Cprof-Unit'));
}

const KEPT = 8, kept = new Map(); // the last answers, so that Back is there at once

async function fromMemory(address) {
  const got = kept.get(address) || (await fromServer(address));
  kept.delete(address);
  kept.set(address, got);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value);
  return got;
}

// One report as JSON; the facts that all have go to the state. With keep it is not asked for again soon.
export async function fetchReport(report, extra = {}, options = {}) {
  const get = options.keep ? fromMemory : fromServer;
  const got = offline ? fromFile(report) : await get(`${report}.json?${optionsQuery(extra)}`);
  const key = optionsQuery().toString();
  if (report === 'top' || state.unitKey !== key) state.outUnit = got.unit;
  if (report === 'top') state.unitKey = key;
  if (!options.aside) takeFacts(got);
  return got.answer;
}

// What all views say of the profile, where a report could not be had. Filters that are wrong leave nothing.
export async function fetchFacts() {
  if (offline) return;
  const query = async (q) => takeFacts(await fromServer(`top.json?${q}`));
  const si = state.params.get('si');
  try {
    await query(optionsQuery({ from: 0, rows: 0 }));
  } catch (e) {
    if (!(e instanceof Refusal)) throw e;
    try { await query(new URLSearchParams({ from: 0, rows: 0, ...(si ? { si } : {}) })); } catch { await query('from=0&rows=0'); }
    html.dataset.shown = '0';
    state.shown = 0;
  }
}

function takeFacts({ answer, total, left }) {
  if (answer.series) total = left; // of a series the whole is all snapshots'
  state.profile = answer.profile;
  state.type = answer.type;
  state.typeIndex = answer.sample_index;
  state.unit = answer.unit;
  state.comparison = !!answer.comparison;
  state.sides = answer.total_before !== undefined;
  state.noise = answer.noise?.error_total;
  state.before = answer.total_before;
  state.after = answer.total_after;
  const sum = typeof answer.total === 'number' ? answer.total : total ?? answer.total?.last;
  state.total = total ?? sum;
  state.base = sum;
  state.shown = left ?? answer.shown?.total ?? sum;
  html.dataset.total = whole(state.total);
  html.dataset.shown = whole(state.shown);
  html.dataset.unit = answer.unit;
  html.dataset.sample = answer.profile.sample_types[answer.sample_index]?.type ?? answer.type;
}


// How far the loading has come, while it lasts.
export async function fetchProgress() {
  const answer = await fetch('progress.json', { cache: 'no-store' });
  return answer.json();
}
