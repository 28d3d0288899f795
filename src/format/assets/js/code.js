// SPDX-License-Identifier: Apache-2.0
// Source lines and machine instructions with what they weigh.

import { fetchFacts, fetchReport, Refusal } from './data.js';
import { navigate, optionsQuery, state } from './state.js';
import { el, emptyState, percent, whole } from './util.js';
import { chooseFirst, fetchMatching, firstOnly, head, numCell, picker, show } from './views.js';

const PAGE = 2000, LINES = 5000; // rows of one answer
const baseName = (file) => (file || '').split('/').pop();

function grouped(rows, keyOf) {
  const groups = new Map();
  for (const r of rows) {
    const key = keyOf(r);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(r);
  }
  return [...groups.values()];
}

const weights = (r) => [numCell(r.flat ? show(r.flat) : '.'), numCell(r.cum ? show(r.cum) : '.')];
const sides = (r) => (r.cum_before === undefined ? [] : [numCell(show(r.cum_before)), numCell(show(r.cum_after))]);
const weightData = (r) => ({ 'data-flat': whole(r.flat), 'data-cum': whole(r.cum) });
const heading = (name, rows, ...more) => {
  const flat = rows.reduce((s, r) => s + r.flat, 0);
  return el('h2', {}, name, el('small', {}, ...more, `  self ${show(flat)} (${percent(flat, state.base)})`));
};
const remarks = () => state.notes.map((n) => el('p', {}, n));

// --- source ---

export async function showSource(view) {
  if (!state.params.get('f')) return chooseFirst(view, 'Source of');
  const page = el('a', { href: `weblist.html?${optionsQuery()}`, target: '_blank', rel: 'noopener' }, 'all with instructions');
  const sheet = el('div', { class: 'sheet' }, picker(view, 'Source of', page)), answer = await fetchMatching('source', { context: 't', rows: LINES }, sheet);
  const groups = grouped(answer.rows, (r) => `${r.function}\0${r.file || ''}`);
  const found = !groups.length || answer.rows.some((r) => r.source !== undefined);
  sheet.append(found ? '' : noSource(answer), ...groups.map(sourceTable),
    answer.rows.length === LINES ? firstOnly(LINES, 'lines') : '');
  view.replaceChildren(sheet);
}

function noSource(answer) {
  const files = [...new Set(answer.rows.map((r) => r.file).filter(Boolean))];
  return emptyState(files.length ? `${baseName(files[0])} was not found` : 'The profile names no source file',
    files.length ? el('p', {}, 'Looked for ', el('code', {}, files.slice(0, 5).join(', ')), state.notes.length ? '.' : ' below the current directory, -source_path, GOROOT and the module cache.') : null, ...remarks());
}

function sourceTable(rows) {
  const most = rows.reduce((m, r) => Math.max(m, Math.abs(r.flat), Math.abs(r.cum) / 3), 0);
  let before = 0; // lines without weight are left out
  const gap = (r) => {
    const skips = before && r.line > before + 1;
    before = r.line;
    return skips ? [el('tr', { class: 'gap' }, el('td', { colspan: '2' }), ...(r.cum_before === undefined ? [] : [el('td', { colspan: '2' })]), numCell('⋮', 'ln'), el('td', { colspan: '2' }))] : [];
  };
  const body = el('tbody', {}, ...rows.flatMap((r) => [...gap(r), el('tr', { class: Math.abs(r.flat) > most / 4 ? 'hot' : undefined, 'data-name': r.function, 'data-line': r.line, ...weightData(r) },
    ...weights(r), ...sides(r), numCell(String(r.line ?? ''), 'ln'), opener(r), el('td', { class: 'code' }, r.source ?? ''))]));
  const compared = rows.some((r) => r.cum_before !== undefined) ? ['#before', '#after'] : [];
  return el('section', {}, heading(rows[0].function, rows, `  ${rows[0].file || ''}`), el('table', { class: 'source' }, head('#flat', '#cum', ...compared, '#line', '', 'source'), body));
}

// A line with weight opens to the instructions that were made of it.
function opener(r) {
  const cell = el('td', { class: 'open' });
  if (!r.cum || !r.line) return cell;
  const button = el('button', { 'data-action': 'instructions', 'aria-expanded': 'false', 'aria-label': `Instructions of line ${r.line}` }, '›');
  button.addEventListener('click', () => toggle(button, r));
  cell.append(button);
  return cell;
}

let code = { key: '', rows: null }; // of the functions that are looked at

async function codeRows() {
  const key = state.params.toString();
  if (code.key !== key) code = { key, rows: (await fetchReport('weblist', { rows: 2 * PAGE }, { aside: true })).rows.filter((r) => r.address) };
  return code.rows;
}

async function toggle(button, r) {
  const row = button.closest('tr'), open = button.getAttribute('aria-expanded') === 'true';
  button.setAttribute('aria-expanded', String(!open));
  if (open) { while (row.nextElementSibling?.classList.contains('asm')) row.nextElementSibling.remove(); return; }
  let found = [], why = 'no instructions of this line are known: the binary is not there, or has no lines';
  try {
    found = (await codeRows()).filter((c) => c.line === r.line && (!r.file || !c.file || baseName(c.file) === baseName(r.file)));
  } catch (e) { why = e.message; }
  if (!button.isConnected || button.getAttribute('aria-expanded') !== 'true') return;
  const wide = row.children.length - 3;
  row.after(...(found.length ? found.map((c) => instructionRow(c, wide)) : [el('tr', { class: 'asm' }, el('td', { colspan: wide + 2 }), el('td', { class: 'dim' }, why))]));
}

const instructionRow = (c, wide) => el('tr', { class: 'asm', 'data-address': c.address, ...weightData(c) }, ...weights(c), el('td', { class: 'num ln', colspan: wide }, c.address.replace('0x', '')),
  el('td', { class: 'code' }, c.instruction, c.call_file ? el('span', { class: 'inl' }, `  ${baseName(c.call_file)}:${c.call_line || ''}`) : ''));

// --- disassembly ---

function syntax() {
  const intel = /^(t|true|1|y|yes)$/i.test(state.params.get('intel') || '');
  return el('button', { class: 'soft', type: 'button', 'data-action': 'intel', 'aria-pressed': String(intel), title: 'As Intel writes instructions', onclick: (e) => { e.stopPropagation(); navigate({ intel: intel ? '' : 't' }); } }, 'Intel syntax');
}

export async function showDisasm(view) {
  if (!state.params.get('f')) return chooseFirst(view, 'Disassembly of');
  const sheet = el('div', { class: 'sheet' }, picker(view, 'Disassembly of', syntax()));
  try {
    const answer = await fetchReport('disasm', { from: 0, rows: PAGE });
    sheet.append(...grouped(answer.rows, (r) => `${r.symbol}\0${r.binary || ''}`).map(routineTable));
    if (answer.rows.length === PAGE) sheet.append(firstOnly(PAGE, 'instructions'));
  } catch (e) {
    if (!(e instanceof Refusal)) throw e;
    await fetchFacts();
    sheet.append(noCode(e));
  }
  view.replaceChildren(sheet);
}

function noCode(e) {
  const [first, ...rest] = e.message.split('\n');
  const absent = e.status === 501;
  return emptyState(absent ? 'Instructions need objdump' : 'There is no disassembly', el('p', {}, first), ...rest.map((line) => el('p', {}, line)),
    absent ? el('pre', {}, 'apt-get install binutils') : [el('p', {}, 'It is made from the program’s binary: name that before the profile.'), el('pre', {}, 'cprof -http=: BINARY PROFILE')]);
}

function routineTable(rows) {
  const most = rows.reduce((m, r) => Math.max(m, Math.abs(r.flat)), 0);
  let before = '';
  const body = el('tbody', {}, ...rows.map((r) => {
    const place = `${r.file || ''}${r.line ? ':' + r.line : ''}`, moved = place !== before;
    before = place;
    return el('tr', { class: Math.abs(r.flat) > most * 0.6 ? 'hot' : undefined, 'data-name': r.function || r.symbol, 'data-address': r.address, 'data-place': place || undefined, 'data-line': r.line, ...weightData(r) },
      ...weights(r), numCell(r.address.replace('0x', ''), 'ln'), el('td', { class: 'place', title: r.function || undefined }, moved ? place : ''),
      el('td', { class: 'code' }, r.instruction));
  }));
  const name = /^_[ZR]/.test(rows[0].symbol) ? rows[0].function || rows[0].symbol : rows[0].symbol;
  return el('section', {}, heading(name, rows, `  ${name === rows[0].symbol ? '' : rows[0].symbol + '  '}${baseName(rows[0].binary)}`),
    el('table', { class: 'disasm' }, head('#flat', '#cum', '#address', 'line', 'instruction'), body));
}
