// SPDX-License-Identifier: Apache-2.0
// The views that are lists: peek, tags, traces, comparison, and what else has rows.

import { fetchFacts, fetchReport, Refusal } from './data.js';
import { actOn } from './menu.js';
import { navigate, state } from './state.js';
import { el, emptyState, label, percent, quoted, signed, whole } from './util.js';
import { loadTop, topTable } from './table.js';

export const show = (v) => label(v, state.unit, state.outUnit);
export const numCell = (text, cls = '') => el('td', { class: 'num ' + cls }, text);
export const head = (...names) => el('thead', {}, el('tr', {}, ...names.map((n) => el('th', { class: n.startsWith('#') ? 'num' : undefined, scope: 'col' }, el('span', {}, n.replace('#', ''))))));

// Peek, source and disassembly are of functions: f says which.
export function picker(view, what, ...more) {
  const input = el('input', { type: 'search', 'aria-label': 'Function', placeholder: 'function, a regular expression', value: state.params.get('f') || '', spellcheck: 'false' });
  const form = el('form', { class: 'pick' }, el('span', { class: 'dim' }, what), input, el('button', { class: 'primary' }, 'Show'), ...more);
  form.addEventListener('submit', (e) => { e.preventDefault(); navigate({ f: input.value }); });
  return form;
}

export async function chooseFirst(view, what) {
  await loadTop({ sort: 'cum' });
  const table = topTable(false);
  table.addEventListener('click', (e) => {
    const r = e.target.closest('tr[data-name]');
    if (r) { e.stopPropagation(); navigate({ f: quoted(r.dataset.name) }); }
  }, true);
  table.addEventListener('keydown', (e) => {
    const r = e.target.closest?.('tr[data-name]');
    if (r && e.key === 'Enter') { e.stopPropagation(); navigate({ f: quoted(r.dataset.name) }); }
  }, true);
  table.className = '';
  view.replaceChildren(el('div', { class: 'sheet' }, picker(view, what), el('p', { class: 'dim' }, 'or choose one:'), table));
}

// A report on the functions that f matches; where it has none, the sheet says why.
export async function fetchMatching(report, extra, sheet) {
  let answer = { rows: [] }, why = '';
  try {
    answer = await fetchReport(report, extra);
  } catch (e) {
    if (!(e instanceof Refusal)) throw e;
    await fetchFacts();
    why = e.message.split('\n')[0];
  }
  if (!answer.rows.length) sheet.append(emptyState('No function is shown', el('p', {}, el('code', {}, 'f=' + state.params.get('f'))), el('p', {}, why)));
  return answer;
}

export const firstOnly = (n, what) => el('p', { class: 'dim' }, `These are the first ${n.toLocaleString('en')} ${what}; a narrower expression shows the others.`);

export const functionLink = (name, view = 'peek') =>
  el('a', { href: '#', onclick: (e) => { e.preventDefault(); navigate({ f: quoted(name) }, view); } }, name);

export async function showPeek(view) {
  if (!state.params.get('f')) return chooseFirst(view, 'Peek at');
  const sheet = el('div', { class: 'sheet' }, picker(view, 'Peek at')), answer = await fetchMatching('peek', { rows: 3000 }, sheet);
  const groups = new Map();
  for (const r of answer.rows) {
    if (!groups.has(r.entry)) groups.set(r.entry, []);
    groups.get(r.entry).push(r);
  }
  for (const [name, rows] of groups) sheet.append(peekTable(name, rows));
  if (answer.rows.length === 3000) sheet.append(firstOnly(3000, 'rows'));
  view.replaceChildren(sheet);
}

function peekTable(name, rows) {
  const self = rows.find((r) => r.relation === 'self') || { flat: 0, cum: 0 };
  const body = el('tbody', {}, ...rows.map((r) => {
    const own = r.relation === 'self';
    const e = el('tr', { 'data-relation': r.relation, 'data-name': r.name, 'aria-selected': own ? 'true' : undefined },
      numCell(own ? show(r.flat) : ''), numCell(own ? percent(r.flat, state.base) : ''), numCell(own ? '' : show(r.calls)),
      numCell(own ? '' : percent(r.calls, self.cum)), numCell(own ? show(r.cum) : ''), numCell(own ? percent(r.cum, state.base) : ''),
      el('td', { class: 'fn' }, own ? el('b', {}, r.name) : r.relation === 'caller' ? '↑ ' : '↓ ', own ? '' : functionLink(r.name), r.inlined ? el('span', { class: 'inl' }, ' (inline)') : ''));
    if (own) { e.dataset.flat = whole(r.flat); e.dataset.cum = whole(r.cum); }
    else e.dataset.calls = whole(r.calls);
    if (r.calls_before !== undefined) e.children[2].append(` (${show(r.calls_before)} → ${show(r.calls_after)})`);
    return e;
  }));
  return el('section', {}, el('h2', {}, name), el('table', { class: 'peek' }, head('#flat', '#flat%', '#calls', '#calls%', '#cum', '#cum%', 'function'), body));
}

const SVG = 'http://www.w3.org/2000/svg';

// A line through the values, as high as the greatest.
function spark(values) {
  const svg = document.createElementNS(SVG, 'svg'), line = document.createElementNS(SVG, 'polyline');
  const most = Math.max(1, ...values.map((v) => v ?? 0)), step = 118 / Math.max(1, values.length - 1);
  line.setAttribute('points', values.map((v, i) => `${(1 + i * step).toFixed(1)},${(23 - ((v ?? 0) / most) * 20).toFixed(1)}`).join(' '));
  svg.setAttribute('viewBox', '0 0 120 24');
  svg.setAttribute('class', 'spark');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', values.map(show).join(', '));
  svg.append(line);
  return svg;
}

// What grows over a series of profiles; leaks say also where it is made.
export async function showTrend(view, report) {
  const answer = await fetchReport(report, { rows: 1000 });
  const row = (r) => el('tr', { 'data-name': r.name, 'aria-selected': r.name === 'TOTAL' ? 'true' : undefined },
    numCell(show(r.first)), numCell(show(r.last)), numCell(signed(show(r.last - r.first)), r.last > r.first ? 'up' : r.last < r.first ? 'down' : ''),
    numCell(r.slope_per_hour === undefined ? '' : `${signed(show(Math.round(r.slope_per_hour)))}/h`), el('td', {}, spark(r.values || [])),
    el('td', { class: 'word' }, r.verdict || ''), el('td', { class: 'fn', title: r.name }, r.name, r.own_file ? el('span', { class: 'inl' }, `  ${r.own_function || ''} ${r.own_file.split('/').pop()}:${r.own_line}`) : ''));
  const rows = [...(answer.total?.values ? [answer.total] : []), ...answer.rows], n = answer.series?.snapshots;
  view.replaceChildren(rows.length ? el('div', { class: 'sheet' }, el('p', { class: 'dim' }, n ? `${n} snapshots over ${answer.series.hours ? label(answer.series.hours * 3600e9, 'nanoseconds', 'auto') : 'an unknown time'}` : ''),
    el('table', {}, head('#first', '#last', '#growth', '#per hour', 'course', 'verdict', 'function'), el('tbody', {}, ...rows.map(row))), answer.rows.length ? '' : emptyState('Nothing is found to grow')) : emptyState('Nothing grows'));
}

export async function showTags(view) {
  const answer = await fetchReport('tags', { rows: 5000 });
  const groups = new Map();
  for (const r of answer.rows) {
    if (!groups.has(r.key)) groups.set(r.key, []);
    groups.get(r.key).push(r);
  }
  if (!groups.size) {
    view.replaceChildren(emptyState('The samples have no tags', el('p', {}, 'Go sets them with ', el('code', {}, 'pprof.Do(ctx, pprof.Labels(…), f)'), '.')));
    return;
  }
  view.replaceChildren(el('div', { class: 'sheet' }, ...[...groups].map(([key, rows]) => tagTable(key, rows)), answer.rows.length === 5000 ? firstOnly(5000, 'values') : ''));
}

function tagTable(key, rows) {
  const all = rows.reduce((s, r) => s + Math.abs(r.weight), 0), most = rows.reduce((m, r) => Math.max(m, Math.abs(r.weight)), 0);
  const body = el('tbody', {}, ...rows.map((r) => {
    const text = r.value ?? `${r.number}${r.unit && r.unit !== key ? ' ' + r.unit : ''}`;
    const filter = r.value !== undefined ? `${key}=${quoted(r.value)}` : `${key}=${r.number}${r.unit || ''}`;
    const bar = el('span', { class: 'meter' });
    bar.style.width = (most ? (Math.abs(r.weight) / most) * 100 : 0) + 'px';
    return el('tr', { 'data-key': key, 'data-value': text, 'data-weight': whole(r.weight) }, numCell(show(r.weight)), numCell(percent(r.weight, all)),
      r.before !== undefined ? numCell(`${show(r.before)} → ${show(r.after)}`) : null, el('td', { class: 'barcell' }, bar),
      el('td', { class: 'fn' }, el('a', { href: '#', title: 'Only samples with it', onclick: (e) => { e.preventDefault(); navigate({ tf: filter }, 'flamegraph'); } }, text)));
  }));
  const group = el('button', { class: 'soft', onclick: () => navigate({ tagroot: key, zoom: '' }, 'flamegraph') }, 'group the flame graph by it');
  return el('section', {}, el('h2', {}, key, ' ', el('small', {}, `${rows.length} values, ${show(all)} `), group), el('table', {}, body));
}

export async function showTraces(view) {
  const sheet = el('div', { class: 'sheet' });
  let held = 0;
  const more = async () => {
    const answer = await fetchReport('traces', { from: held, rows: 50 }, held ? { aside: true } : {});
    held += answer.rows.length;
    sheet.querySelector('.more-rows')?.remove();
    sheet.append(...answer.rows.map(traceElement));
    if (answer.rows.length === 50) sheet.append(el('div', { class: 'more-rows' }, `${held} so far `, el('button', { class: 'soft', onclick: more }, 'show 50 more')));
  };
  await more();
  if (!held) sheet.append(emptyState('No samples are left'));
  view.replaceChildren(sheet);
}

function traceElement(r) {
  const tags = (r.labels || []).map((l) => el('span', { class: 'chip' }, el('span', {}, `${l.key}: ${l.value ?? l.number + ' ' + (l.unit || '')} `)));
  return el('div', { class: 'trace', 'data-cum': whole(r.value) }, el('div', { class: 'num' }, r.before === undefined ? show(r.value) : `${show(r.before)} → ${show(r.after)}`),
    el('div', {}, tags.length ? el('div', { id: undefined, class: 'tabs' }, ...tags) : null, el('ol', {}, ...r.stack.map((f) => el('li', {}, f.name, f.inlined ? el('span', { class: 'inl' }, ' (inline)') : '')))));
}

export async function showTop(view) {
  await loadTop({});
  view.replaceChildren(topTable(true));
}

// Before and after of each function, the largest change first.
export async function showDiff(view) {
  const answer = await loadTop({ noise: 't', sort: 'cum' });
  if (answer.total_before === undefined) {
    view.replaceChildren(emptyState('There is nothing to compare with', el('pre', {}, 'cprof -http=: -diff_base=before.pb.gz after.pb.gz')));
    return;
  }
  const rows = answer.rows.slice().sort((a, b) => Math.abs(b.cum_after - b.cum_before) - Math.abs(a.cum_after - a.cum_before));
  const change = answer.total_after - answer.total_before;
  view.replaceChildren(el('div', { class: 'sheet' },
    el('h2', {}, `${show(answer.total_before)} → ${show(answer.total_after)}  `, el('small', {}, `${signed(show(change))} (${change < 0 ? '−' : '+'}${percent(change, answer.total_before)})`)),
    el('table', { id: 'difftable' }, head('function', '#self before', '#self after', '#total before', '#total after', '#change', '#%', 'what'), el('tbody', {}, ...rows.map(diffRow)))));
}

function diffRow(r) {
  const d = r.cum_after - r.cum_before, noisy = r.error_cum && Math.abs(d) <= 2 * r.error_cum;
  const word = !r.cum_before ? 'new' : !r.cum_after ? 'gone' : d > 0 ? 'more' : d < 0 ? 'less' : 'the same';
  return el('tr', { 'data-name': r.name, 'data-flat': whole(r.flat), 'data-cum': whole(r.cum), 'data-delta': whole(d), tabindex: '0',
    onkeydown: (e) => { if (e.key === 'Enter') actOn('callers', r.name); }, ondblclick: () => actOn('callers', r.name) },
  el('td', { class: 'fn', title: r.name }, r.name), numCell(show(r.flat_before)), numCell(show(r.flat_after)), numCell(show(r.cum_before)), numCell(show(r.cum_after)),
  numCell(signed(show(d)), d > 0 ? 'up' : d < 0 ? 'down' : ''), numCell(r.cum_before && d ? (d < 0 ? '−' : '+') + percent(d, r.cum_before) : ''),
  el('td', { class: 'word' }, `${d > 0 ? '▲' : d < 0 ? '▼' : '='} ${word}${noisy ? ', within noise' : ''}`));
}

// What a profile suggests to change, the most to gain first.
export async function showHints(view) {
  const answer = await fetchReport('hints', {});
  const card = (r) => el('section', { class: 'hint', 'data-rule': r.rule, 'data-value': whole(r.value) },
    el('div', { class: 'num' }, show(r.value), el('small', {}, percent(r.value, state.base))),
    el('div', {}, el('b', {}, r.meaning || r.rule), el('p', {}, r.advice || ''),
      el('p', { class: 'dim' }, 'in ', functionLink(r.function || '', 'source'), r.file ? ` ${r.file.split('/').pop()}:${r.line || ''} ` : ' ',
        el('button', { class: 'soft', onclick: () => actOn('callers', r.function) }, 'in the flame graph'))));
  view.replaceChildren(answer.rows.length ? el('div', { class: 'sheet' }, ...answer.rows.map(card))
    : emptyState('No hints', el('p', {}, 'Nothing in this profile looks like what is known to be easily made better.')));
}

// Any report with rows that has no view of its own yet: a column per member.
export async function showRows(view, report) {
  const answer = await fetchReport(report, {});
  const columns = [...new Set(answer.rows.flatMap((r) => Object.keys(r)))];
  const cell = (v) => (typeof v === 'number' ? numCell(Number.isInteger(v) && Math.abs(v) > 9999 ? show(v) : String(v)) : el('td', {}, v === undefined ? '' : typeof v === 'object' ? JSON.stringify(v) : String(v)));
  view.replaceChildren(answer.rows.length
    ? el('div', { class: 'sheet' }, el('table', {}, head(...columns), el('tbody', {}, ...answer.rows.map((r) => el('tr', {}, ...columns.map((c) => cell(r[c])))))))
    : emptyState('There is nothing to tell'));
}
