// SPDX-License-Identifier: Apache-2.0
// What is looked at: all of it stands in the address, so that Back, links and reload work.

import { $, html, noteLarge } from './util.js';

export const offline = JSON.parse($('#data')?.textContent || 'null');
if (offline) noteLarge($('#data').textContent);
export const boot = offline ? offline.boot : JSON.parse($('#boot')?.textContent || '{}');

export const VIEWS = [
  ['flamegraph', 'Flame'], ['top', 'Top'], ['graph', 'Graph'], ['source', 'Source'], ['peek', 'Peek'],
  ['tags', 'Tags'], ['traces', 'Traces'], ['disasm', 'Disasm'], ['diff', 'Diff'], ['trend', 'Trend'], ['leaks', 'Leaks'], ['hints', 'Hints'],
];

// Parameters that say how to draw and are not sent as options.
export const DRAWN = ['q', 'zoom', 'p', 'flip', 'w'];
export const FILTERS = [
  ['f', 'focus', 'Only stacks with a matching function'], ['i', 'ignore', 'Without stacks with a matching function'],
  ['h', 'hide', 'Without matching functions'], ['s', 'show', 'Only matching functions'],
  ['sf', 'show_from', 'Without what is above the first match'], ['prunefrom', 'prune_from', 'Without what is below a match'],
  ['tf', 'tagfocus', 'Only samples with a matching tag'], ['ti', 'tagignore', 'Without samples with a matching tag'],
  ['ts', 'tagshow', 'Only matching tags'], ['th', 'taghide', 'Without matching tags'],
];

// Of an exported file the address is after "#", as it has no server.
function here() {
  return offline ? new URL('http://file/' + (location.hash.slice(1) || 'flamegraph')) : new URL(location.href);
}

export function readAddress() {
  const url = here();
  return { view: url.pathname.split('/').pop() || 'flamegraph', params: url.searchParams };
}

export const state = { ...readAddress(), sums: null, unit: '', outUnit: '', total: 0, shown: 0, profile: null, comparison: false, notes: [] };

export function addressOf(view, params) {
  const kept = new URLSearchParams();
  for (const [k, v] of params) if (v !== '') kept.append(k, v);
  const query = kept.toString();
  return (offline ? '#' : '') + view + (query ? '?' + query : '');
}

let render = () => {};
export function onNavigate(f) { render = f; }

// Goes to another view or other parameters; an empty value takes one away. Whatever depends on them
// is told before this returns, so that nobody sees the old picture as ready.
export function navigate(changes = {}, view = state.view, how = {}) {
  const params = new URLSearchParams(state.params);
  for (const [k, v] of Object.entries(changes)) {
    if (v === null || v === undefined || v === '') params.delete(k);
    else params.set(k, v);
  }
  const address = addressOf(view, params);
  if (how.replace) history.replaceState(how.data ?? history.state, '', address);
  else history.pushState(how.data ?? null, '', address);
  state.view = view;
  state.params = params;
  render(how);
}

export function startAddress() {
  addEventListener(offline ? 'popstate' : 'popstate', () => {
    html.dataset.ready = '0';
    Object.assign(state, readAddress());
    render({ back: true });
  });
}

// Adds to a filter that may have something already, as google/pprof's page does.
export function addFilter(key, regex) {
  const old = state.params.get(key);
  const replaces = key === 'f' || key === 'sf';
  const changes = { [key]: old && !replaces ? `${regex}|${old}` : regex };
  if (key !== 'f') changes.z = '';
  navigate(changes);
}

// Comparisons are drawn with what is known of noise.
export const compares = () => state.sides || (boot.views || []).includes('diff');

// The options that a request sends.
export function optionsQuery(extra = {}) {
  const params = new URLSearchParams(state.params);
  for (const name of DRAWN) params.delete(name);
  for (const [k, v] of Object.entries(extra)) if (v !== undefined && v !== '') params.set(k, v);
  return params;
}
