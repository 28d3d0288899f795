// SPDX-License-Identifier: Apache-2.0
// The table of functions: beside the flame graph, and as a view of its own.

import { fetchReport } from './data.js';
import { actOn, showFrameMenu } from './menu.js';
import { navigate, offline, state } from './state.js';
import { $, $$, el, emptyState, label, percent, shortNames, signed, whole } from './util.js';

const PAGE = 500;
let rows = [], answer = null, held = '', order = null, found = null, pressed = '';

const show = (v) => label(v, state.unit, state.outUnit);

export function topRows() { return rows; }

// Fetches the first page; order is what the table was last sorted by here.
export async function loadTop(extra = {}, options = {}, rowsAtOnce = PAGE) {
  const key = `${state.params}|${JSON.stringify(extra)}`;
  answer = await fetchReport('top', { from: 0, rows: rowsAtOnce, ...extra }, options);
  rows = answer.rows.slice();
  if (held !== key) { held = key; order = null; }
  return answer;
}

async function loadMore(extra) {
  const more = await fetchReport('top', { from: rows.length, rows: PAGE, ...extra }, { aside: true });
  rows.push(...more.rows);
}

const ASCENDING = { name: true };
const valueOf = {
  name: (r) => r.name, flat: (r) => r.flat, cum: (r) => r.cum, before: (r) => r.cum_before, after: (r) => r.cum_after,
  flatpart: (r) => r.flat, sum: (r) => r.flat, cumpart: (r) => r.cum,
};

function sortedBy() {
  return order || { by: answer?.sorted || state.params.get('sort') || 'flat', up: false, given: true };
}

function arrange() {
  const { by, up, given } = sortedBy();
  if (given) return rows;
  const v = valueOf[by];
  return rows.slice().sort((a, b) => {
    const x = v(a), y = v(b), c = by === 'name' ? (x < y ? -1 : x > y ? 1 : 0) : Math.abs(y) - Math.abs(x);
    return (by === 'name') === up ? c : by === 'name' ? -c : up ? -c : c;
  });
}

// Sorting by self or total asks for the heaviest by it, as a page may not have them.
function sortBy(by, where) {
  const now = sortedBy();
  const same = now.by === by;
  if (!same && (by === 'flat' || by === 'cum') && !offline) {
    navigate({ sort: by }, state.view, { sorted: by });
    order = null;
    return;
  }
  order = { by, up: same ? !now.up : !!ASCENDING[by] };
  fill(where);
}

function header(where, name, text, number, title) {
  const now = sortedBy();
  return el('th', { class: number ? 'num' : undefined, scope: 'col', 'aria-sort': now.by === name ? (now.up ? 'ascending' : 'descending') : 'none' },
    el('button', { title, onclick: () => { pressed = name; sortBy(name, where); }, 'data-sort': name }, text));
}

function headOf(where, wide) {
  const h = (...a) => header(where, ...a);
  if (state.sides && !wide)
    return [h('name', 'function'), h('before', 'before', true), h('after', 'after', true), h('cum', 'change', true, 'total after − before')];
  if (!wide) return [h('name', 'function'), h('flat', 'self', true), h('cum', 'total', true)];
  const sides = state.sides ? [h('before', 'before', true), h('after', 'after', true)] : [];
  return [h('flat', 'flat', true, 'self'), h('flatpart', 'flat%', true), h('sum', 'sum%', true), h('cum', 'cum', true, 'total'), h('cumpart', 'cum%', true), ...sides, h('name', 'function')];
}

function meter(value, most) {
  const m = el('span', { class: 'meter' });
  m.style.width = Math.round((Math.abs(value) / (most || 1)) * 44) + 'px';
  return m;
}

function cells(r, wide, most, sum) {
  const inline = r.inlined ? el('span', { class: 'inl' }, r.inlined === 'always' ? ' (inline)' : ' (partial-inline)') : null;
  const num = (text, cls = '') => el('td', { class: 'num ' + cls }, text);
  if (state.sides && !wide) {
    const d = r.cum_after - r.cum_before;
    return [fnCell(r, inline, wide), num(show(r.cum_before)), num(show(r.cum_after)),
      num(signed(show(d)), d > 0 ? 'up' : d < 0 ? 'down' : '')];
  }
  if (!wide) return [fnCell(r, inline, wide), el('td', { class: 'num' }, show(r.flat), meter(r.flat, most)), num(show(r.cum))];
  const sides = state.sides ? [num(show(r.cum_before)), num(show(r.cum_after))] : [];
  return [num(show(r.flat)), num(percent(r.flat, state.base)), num(sum === null ? '' : percent(sum, state.base)), num(show(r.cum)), num(percent(r.cum, state.base)),
    ...sides, fnCell(r, inline, wide)];
}

function fnCell(r, inline, wide) {
  let text = r.name;
  if (!wide && text.length > 27) {
    const all = shortNames(text), fit = all.find((s) => s.length <= 27) || all[all.length - 1];
    text = (fit === text ? '' : '…') + fit;
  }
  return el('td', { class: 'fn', title: r.name }, text, inline);
}

function rowElement(r, wide, most, sum) {
  const e = el('tr', { 'data-name': r.name, 'data-flat': whole(r.flat), 'data-cum': whole(r.cum), tabindex: '-1' }, ...cells(r, wide, most, sum));
  if (r.cum_after !== undefined) e.dataset.delta = whole(r.cum_after - r.cum_before);
  if (found?.names.has(r.name)) e.dataset.match = '1';
  return e;
}

// The table in its place; where holds what it was made with.
export function topTable(wide, extra = {}) {
  const where = el('div', { class: wide ? 'sheet' : 'side', 'data-table': wide ? 'wide' : 'narrow' });
  where.extra = extra;
  where.wide = wide;
  fill(where);
  where.addEventListener('dblclick', (e) => { const r = e.target.closest('tr[data-name]'); if (r) actOn('callers', r.dataset.name); });
  where.addEventListener('contextmenu', (e) => {
    const r = e.target.closest('tr[data-name]');
    if (!r) return;
    e.preventDefault();
    rowMenu(r, e.clientX, e.clientY);
  });
  where.addEventListener('keydown', rowKeys);
  for (const what of ['pointerover', 'focusin']) where.addEventListener(what, tellRow);
  where.addEventListener('click', (e) => { const r = e.target.closest('tr[data-name]'); if (r) chooseRow(r, where); });
  return where;
}

// The whole name of what is under the pointer or has the focus, as of frames.
function tellRow(event) {
  const r = event.target.closest?.('tr[data-name]'), out = $('#details');
  if (!r || !out) return;
  const flat = Number(r.dataset.flat), cum = Number(r.dataset.cum), part = (v) => `${show(v)} (${percent(v, state.base)})`;
  out.replaceChildren(el('b', {}, r.dataset.name), el('span', {}, `total ${part(cum)}`), el('span', {}, `self ${part(flat)}`));
  out.title = r.dataset.name;
}

function rowMenu(r, x, y) {
  const box = r.getBoundingClientRect();
  showFrameMenu(r.dataset.name, x ?? box.left + 30, y ?? box.bottom, { back: () => r.focus(), isRoot: false });
}

function chooseRow(r, where) {
  for (const old of $$('tr[aria-selected]', where)) { old.removeAttribute('aria-selected'); old.tabIndex = -1; }
  r.setAttribute('aria-selected', 'true');
  r.tabIndex = 0;
  r.focus();
}

function rowKeys(event) {
  const r = event.target.closest?.('tr[data-name]');
  if (!r || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key, where = event.currentTarget;
  const to = key === 'ArrowDown' ? r.nextElementSibling : key === 'ArrowUp' ? r.previousElementSibling : null;
  const action = { Enter: 'callers', s: 'callers', c: 'copy', f: 'focus', i: 'ignore', h: 'hide', l: 'source', p: 'peek' }[key];
  if (to) chooseRow(to, where);
  else if (key === 'ContextMenu' || (event.shiftKey && key === 'F10')) rowMenu(r);
  else if (action && !(offline && !['callers', 'copy'].includes(action))) actOn(action, r.dataset.name);
  else if (key !== 'ArrowDown' && key !== 'ArrowUp') return;
  event.preventDefault();
  event.stopPropagation();
}

export function fill(where) {
  const list = arrange(), most = rows.reduce((m, r) => Math.max(m, Math.abs(r.flat)), 0), given = sortedBy().given && sortedBy().by === 'flat';
  let sum = 0;
  const body = el('tbody', {}, ...list.map((r) => { sum += r.flat; return rowElement(r, where.wide, most, given ? sum : null); }));
  const table = el('table', { id: 'toptable' }, el('thead', {}, el('tr', {}, ...headOf(where, where.wide))), body);
  if (body.firstChild) body.firstChild.tabIndex = 0;
  const head = where.wide ? headline() : null;
  where.replaceChildren(...[head, rows.length ? table : nothing(table), more(where)].filter(Boolean));
  if (where.isConnected) keepFocus();
}

// A table that was sorted is a new one; its button keeps the focus.
export function keepFocus() {
  if (pressed && (document.activeElement === document.body || !document.activeElement)) $(`#toptable [data-sort=${pressed}]`)?.focus();
  pressed = '';
}

function headline() {
  const s = answer?.shown;
  if (!s) return null;
  const dropped = s.dropped_entries ? `, ${s.dropped_entries} too light to list` : '';
  return el('p', { class: 'dim' }, `${show(s.total)}, ${percent(s.total, state.base)} of ${show(state.base)} total, in ${s.entries.toLocaleString('en')} functions${dropped}`);
}

function nothing(table) {
  return el('div', {}, table, emptyState('Nothing to list', el('p', {}, 'The filters leave no function, or all are too light.')));
}

function more(where) {
  const all = answer?.shown?.entries ?? rows.length;
  if (rows.length >= all || offline) return null;
  return el('div', { class: 'more-rows' }, `${rows.length.toLocaleString('en')} of ${all.toLocaleString('en')} `,
    el('button', { class: 'soft', onclick: async () => { await loadMore(where.extra); fill(where); } }, `show ${Math.min(PAGE, all - rows.length)} more`));
}

// Marks the rows that a search found.
export function markRows(matches) {
  found = matches;
  for (const r of $$('tr[data-name]')) {
    if (found?.names.has(r.dataset.name)) r.dataset.match = '1';
    else delete r.dataset.match;
  }
}
