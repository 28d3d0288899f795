// SPDX-License-Identifier: Apache-2.0
// Answers: from the server, or out of the file that the page was exported to.

import { offline, optionsQuery, state } from './state.js';
import { html } from './util.js';

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
  let answer;
  try {
    answer = await fetch(address, { signal: stopper.signal, ...options });
    const text = await answer.text();
    if (!answer.ok) throw new Refusal(answer.status, plain(text, answer.headers.get('content-type')));
    return text;
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

function fromFile(report) {
  const si = state.params.get('si');
  const types = offline.answers[report];
  if (!types) throw new Refusal(404, `this file does not have the ${report} view`);
  return types.find((a) => a.type === si) || types[offline.type ?? 0] || types[0];
}

// One report as JSON; the facts that all have go to the state.
export async function fetchReport(report, extra = {}, options = {}) {
  const answer = offline ? fromFile(report)
    : JSON.parse(await fetchText(`${report}.json?${options.bare ? new URLSearchParams(extra) : optionsQuery(extra)}`));
  if (!options.aside) takeFacts(answer);
  return answer;
}

// What the filters leave, where a report tells it; else what its rows add up to.
function takeFacts(answer) {
  state.profile = answer.profile;
  state.type = answer.type;
  state.typeIndex = answer.sample_index;
  state.unit = answer.unit;
  state.outUnit = answer.unit_shown || 'auto';
  state.comparison = !!answer.comparison;
  state.sides = answer.total_before !== undefined;
  state.before = answer.total_before;
  state.after = answer.total_after;
  state.total = answer.whole ?? answer.total;
  state.base = answer.total;
  state.shown = answer.left ?? answer.flame?.cum?.[0] ?? answer.shown?.total ?? answer.total;
  html.dataset.total = whole(state.total);
  html.dataset.shown = whole(state.shown);
  html.dataset.unit = answer.unit;
  html.dataset.sample = answer.type;
}

export const whole = (n) => BigInt(Math.round(n || 0)).toString();

// How far the loading has come, while it lasts.
export async function fetchProgress() {
  const answer = await fetch('progress.json', { cache: 'no-store' });
  return answer.json();
}
