// SPDX-License-Identifier: Apache-2.0
// Puts the bands together: which view, search, keys, themes, states.

import { fetchFacts, fetchProgress, fetchReport, Gone, Refusal, stopRequests } from './data.js';
import { showDisasm, showSource } from './code.js';
import { drawChips, drawConfigs, showDelete, showFilters, showSave } from './filters.js';
import * as flame from './flame.js';
import { showGraph } from './graph.js';
import { actOn, closeMenu, factsOf, menuIsOpen, safeLink, showHelp } from './menu.js';
import { boot, FILTERS, navigate, offline, onNavigate, optionsQuery, startAddress, state, VIEWS, addressOf } from './state.js';
import { keepFocus, loadTop, markRows, topTable } from './table.js';
import { $, $$, el, emptyState, html, label, note, percent, signed, whole } from './util.js';
import { showDiff, showHints, showPeek, showRows, showTags, showTop, showTraces, showTrend } from './views.js';

let sideKey = null, turn = 0, drawnView = '', drawnSearch = null, pane = null, side = null;
const { show } = flame;

const views = {
  flamegraph: showFlameView, top: showTop, graph: showGraph, source: showSource, peek: showPeek, tags: showTags,
  traces: showTraces, disasm: showDisasm, diff: showDiff, trend: (v) => showTrend(v, 'trend'), leaks: (v) => showTrend(v, 'leaks'), hints: showHints,
};

// --- drawing ---

function begin() {
  html.dataset.ready = '0';
  html.dataset.view = state.view;
  clearTimeout(begin.bar);
  begin.bar = setTimeout(() => { $('#progress').hidden = false; }, 200);
  return ++turn;
}

function end(mine) {
  if (mine !== turn) return;
  clearTimeout(begin.bar);
  $('#progress').hidden = true;
  drawBands();
  keepFocus();
  performance.mark('drawn');
  html.dataset.ready = '1';
}

async function render(how = {}) {
  const mine = begin();
  stopRequests();
  closeMenu(false);
  drawNav();
  if (how.searched) return runSearch(mine);
  const view = $('#view');
  try {
    if (drawnView !== state.view && state.view !== 'flamegraph') { view.className = ''; pane = side = null; $('#details').replaceChildren(); }
    await (views[state.view] || ((v) => showRows(v, state.view)))(view, mine);
    if (mine !== turn) return;
    drawnView = state.view;
    await search(mine);
  } catch (e) {
    if (mine !== turn || e.name === 'AbortError') return;
    showWrong(e);
    if (e instanceof Refusal) await fetchFacts().catch(() => {});
  }
  end(mine);
}

async function showFlameView(view, mine) {
  if (!pane || drawnView !== 'flamegraph') buildFlameView(view);
  await flame.showFlame();
  if (mine !== turn) return;
  drawWhat();
  await sideTable(mine);
}

function buildFlameView(view) {
  pane = flame.flamePane(() => render());
  side = el('div', { class: 'side' });
  side.style.width = localStorageGet('side') || '';
  sideKey = null;
  drawnView = 'flamegraph';
  view.className = 'split';
  view.replaceChildren(pane, splitter(), side);
}

// Beside the flame graph, and not waited for by what is drawn already.
async function sideTable(mine) {
  const key = optionsQuery().toString();
  if (sideKey === key) return;
  await loadTop({}, { aside: true }, 200).catch((e) => { if (e.name === 'AbortError') throw e; });
  if (mine !== turn) return;
  const table = topTable(false);
  table.style.width = side.style.width;
  side.replaceWith(table);
  side = table;
  sideKey = key;
  flame.settle();
}

function splitter() {
  const s = el('div', { class: 'splitter', role: 'separator', tabindex: '0', 'aria-orientation': 'vertical', 'aria-label': 'Width of the table' });
  const resize = (width) => {
    side.style.width = Math.max(160, Math.min(innerWidth - 300, width)) + 'px';
    localStorageSet('side', side.style.width);
    flame.draw();
  };
  s.addEventListener('pointerdown', (e) => { s.setPointerCapture(e.pointerId); s.moving = true; e.preventDefault(); });
  s.addEventListener('pointermove', (e) => { if (s.moving) resize(innerWidth - e.clientX - 12); });
  s.addEventListener('pointerup', () => { s.moving = false; });
  s.addEventListener('keydown', (e) => {
    const step = { ArrowLeft: 30, ArrowRight: -30 }[e.key];
    if (!step) return;
    resize(side.offsetWidth + step);
    e.stopPropagation();
  });
  return s;
}

// --- states that are no picture ---

function showWrong(e) {
  const view = $('#view');
  if (e instanceof Gone) {
    note('cprof has ended; start it again and reload', true, 0);
    return;
  }
  if (!(e instanceof Refusal)) console.error(e);
  pane = side = null;
  drawnView = '';
  view.className = '';
  const keys = FILTERS.map(([k]) => k).filter((k) => state.params.get(k));
  view.replaceChildren(emptyState('This cannot be shown', el('pre', {}, e.message),
    keys.length ? el('p', {}, 'Filters: ', ...keys.flatMap((k) => [el('code', {}, `${k}=${state.params.get(k)}`), ' '])) : null,
    el('button', { class: 'soft', 'data-action': 'reset' }, 'show everything')));
}

// --- bands ---

function drawNav() {
  const had = offline ? ['flamegraph', 'top', ...(offline.answers.flamegraph?.[0]?.answer.comparison ? ['diff'] : [])] : boot.views || VIEWS.map(([v]) => v);
  const series = !offline && state.profile?.sources?.length >= 3;
  $('#views').replaceChildren(...VIEWS.filter(([v]) => had.includes(v) || (series && (v === 'trend' || v === 'leaks'))).map(([v, text]) => {
    const params = new URLSearchParams(state.params);
    if (v !== 'flamegraph') for (const k of ['zoom', 'p', 'flip', 'w']) params.delete(k);
    return el('a', { href: addressOf(v, params), 'data-to': v, 'aria-current': v === state.view ? 'page' : undefined }, text);
  }));
  for (const [action, on] of [['sandwich', state.params.get('p')], ['invert', state.params.get('flip') === 't']])
    $(`[data-action=${action}]`).setAttribute('aria-pressed', String(!!on));
}

function drawBands() {
  drawNav();
  drawWhat();
  drawCrumbs();
  drawChips();
  drawConfigs();
  drawLegend();
  if (innerWidth < 980) $('#views [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

function samplingRate(p) {
  if (!p.period || p.period === 1) return '';
  if (p.period_type?.unit === 'nanoseconds') return ` · ${label(p.period, 'nanoseconds', 'auto')} (${Number((1e9 / p.period).toPrecision(3))} Hz)`;
  return p.period_type?.unit === 'bytes' ? ` · 1 in ${label(p.period, 'bytes', 'auto')}` : ` · 1 in ${p.period}`;
}

function drawWhat() {
  const p = state.profile;
  if (!p) return;
  const program = (p.binary || p.sources?.[0] || '').split('/').pop();
  const duration = p.duration_nanos ? ` · ${(p.duration_nanos / 1e9).toFixed(2)}s` : '';
  const rate = samplingRate(p);
  $('#what').replaceChildren(`${program}${duration}${rate}`);
  $('#what').title = factsOf(p).map(([k, v]) => `${k}: ${typeof v === 'string' ? v : v.textContent}`).join('\n');
  document.title = `${program} ${state.type} · cprof`;
  const select = $('#sample'), key = JSON.stringify(p.sample_types);
  if (select.dataset.key !== key) {
    select.dataset.key = key;
    select.replaceChildren(...p.sample_types.map((t) => el('option', { value: t.type, label: t.unit && t.unit !== t.type ? `${t.type} (${short(t.unit)})` : undefined }, t.type)));
  }
  select.selectedIndex = state.typeIndex ?? select.selectedIndex;
}

const short = (unit) => ({ nanoseconds: 'ns', microseconds: 'us', milliseconds: 'ms', seconds: 's', bytes: 'B' }[unit] || unit);

function drawCrumbs() {
  const nav = $('#crumbs'), weight = $('#weight');
  const { path, pivot, cum } = state.view === 'flamegraph' ? flame.crumbsOf() : { path: [] };
  const all = el('a', { href: '#', 'data-crumb': '', onclick: (e) => { e.preventDefault(); navigate({ zoom: '', p: '' }); } }, 'all');
  const parts = [path.length > 1 || pivot ? all : el('span', { class: 'here' }, 'all')];
  if (pivot) parts.push(el('span', { class: 'sep' }, '›'), el('span', { class: 'here', title: pivot }, `callers and callees of ${pivot}`));
  const steps = path.slice(1);
  steps.forEach((c, i) => {
    if (steps.length > 4 && i > 0 && i < steps.length - 3) {
      if (i === 1) parts.push(el('span', { class: 'sep' }, '› …'));
      return;
    }
    const last = i === steps.length - 1;
    parts.push(el('span', { class: 'sep' }, '›'), last ? el('span', { class: 'here', title: c.name }, c.name)
      : el('a', { href: '#', title: c.name, onclick: (e) => { e.preventDefault(); navigate({ zoom: c.zoom }); } }, c.name.split('/').pop()));
  });
  nav.replaceChildren(...parts);
  drawWeight(weight, path.length > 1 || pivot ? cum : state.shown);
}

function drawWeight(weight, value) {
  if (state.total === undefined || !state.profile) return;
  if (state.sides && state.before !== undefined) {
    const change = state.after - state.before;
    weight.replaceChildren(`${show(state.before)} → ${show(state.after)}  `, el('b', {}, `${signed(show(change))} (${change < 0 ? '−' : '+'}${percent(change, state.before)})`),
      state.noise && Math.abs(change) <= 2 * state.noise ? ', within noise' : '');
  } else weight.replaceChildren(`${show(value)} · ${percent(value, state.base)} of all`);
}

function drawLegend() {
  const legend = $('#legend'), item = (color, text, more) => {
    const i = el('i', { class: more });
    i.style.backgroundColor = `var(--${color})`;
    return el('span', {}, i, text);
  };
  if (state.view !== 'flamegraph') legend.replaceChildren();
  else if (state.sides) legend.replaceChildren(item('less', '▼ less'), item('same', 'same'), item('more', '▲ more'), state.noise ? item('same', 'within noise', 'noise') : '');
  else legend.replaceChildren(item('own0', 'this program'), item('lib0', 'libraries'), item('run0', 'runtime'), flame.hasTags() ? item('tag', 'tags') : '');
}

// --- search ---

async function search(mine) {
  const q = state.params.get('q') || '', key = `${q}|${optionsQuery()}|${state.params.get('p') || ''}`;
  if ($('#search') !== document.activeElement) $('#search').value = q;
  if (!q) { found(null); drawnSearch = null; return; }
  if (drawnSearch?.key === key) { found(drawnSearch.answer); return; }
  try {
    const answer = offline ? searchFile(q) : await fetchReport('search', { q }, { aside: true });
    if (mine !== turn) return;
    drawnSearch = { key, answer: { count: answer.count, value: answer.value, names: new Set(answer.names) } };
    found(drawnSearch.answer);
  } catch (e) {
    if (!(e instanceof Refusal)) throw e;
    wrongSearch(e.message);
  }
}

function searchFile(q) {
  let regex;
  try { regex = new RegExp(q.replace(/^\(\?i\)/, ''), q.startsWith('(?i)') ? 'i' : ''); } catch (e) { throw new Refusal(400, e.message); }
  return flame.searchHere(regex) || { count: 0, value: 0, names: [] };
}

function wrongSearch(text) {
  const error = $('#searcherror');
  $('#search').setAttribute('aria-invalid', 'true');
  error.textContent = text;
  error.hidden = false;
}

function found(answer) {
  $('#search').removeAttribute('aria-invalid');
  $('#searcherror').hidden = true;
  const out = $('#matches');
  for (const b of $$('#find button')) b.hidden = !answer;
  flame.markMatches(answer);
  markRows(answer);
  if (!answer) {
    out.replaceChildren();
    delete out.dataset.count;
    delete out.dataset.value;
    return;
  }
  out.dataset.count = String(answer.count);
  out.dataset.value = whole(answer.value);
  out.replaceChildren(answer.count ? `${show(answer.value)} · ${percent(answer.value, state.base)}` : 'no match');
  out.title = `${answer.count} functions match`;
}

async function runSearch(mine) {
  try {
    await search(mine);
  } catch (e) {
    if (mine !== turn || e.name === 'AbortError') return;
    showWrong(e);
  }
  end(mine);
}

let typing = 0;
function typed() {
  begin();
  clearTimeout(typing);
  typing = setTimeout(() => navigate({ q: $('#search').value }, state.view, { replace: true, searched: true }), 120);
}

// --- actions and keys ---

const themes = matchMedia('(prefers-color-scheme: dark)');
function drawTheme() {
  const chosen = localStorageGet('theme');
  html.dataset.theme = chosen === 'light' || chosen === 'dark' ? chosen : themes.matches ? 'dark' : 'light';
}
themes.addEventListener('change', drawTheme);

function localStorageGet(key) { try { return localStorage.getItem('cprof-' + key); } catch { return null; } }
function localStorageSet(key, value) { try { localStorage.setItem('cprof-' + key, value); } catch { /* a page from disk may have none */ } }

const CLEARED = Object.fromEntries([...FILTERS.map(([k]) => k), 'zoom', 'p', 'q', 'tagroot', 'tagleaf'].map((k) => [k, '']));

function exportPage() {
  if (offline) { note('this is the exported file already'); return; }
  const params = optionsQuery();
  const link = el('a', { href: `export.html?${params}`, download: 'cprof.html' });
  document.body.append(link);
  link.click();
  link.remove();
  note('the page comes as one file that opens without cprof');
}

const ACTIONS = {
  reset: () => { $('#search').value = ''; navigate(CLEARED); },
  theme: () => { localStorageSet('theme', html.dataset.theme === 'dark' ? 'light' : 'dark'); html.dataset.theme = html.dataset.theme === 'dark' ? 'light' : 'dark'; },
  help: showHelp, filter: showFilters, save: showSave, delete: showDelete, export: exportPage,
  invert: () => navigate({ flip: state.params.get('flip') === 't' ? '' : 't' }, 'flamegraph'),
  sandwich: () => {
    const f = flame.currentFrame();
    if (state.params.get('p')) navigate({ p: '', zoom: '' });
    else if (f && !f.isRoot) flame.sandwich(f.name);
    else note('choose a frame first: click it, or walk to it with the arrows');
  },
  next: () => flame.nextMatch(1), previous: () => flame.nextMatch(-1),
  home: () => navigate({ zoom: '', p: '' }, 'flamegraph'),
};

document.addEventListener('click', (e) => {
  const action = e.target.closest('[data-action]:not([role=menuitem])'), to = e.target.closest('#views a');
  if (e.ctrlKey || e.metaKey || e.button > 0) return;
  if (to) { e.preventDefault(); navigate(to.dataset.to === 'flamegraph' ? {} : { zoom: '', p: '' }, to.dataset.to); }
  else if (action && ACTIONS[action.dataset.action]) { e.preventDefault(); ACTIONS[action.dataset.action](); }
});

$('#sample').addEventListener('change', (e) => navigate({ si: e.target.value }));
$('#search').addEventListener('input', typed);
$('#search').addEventListener('keydown', (e) => {
  if (e.key === 'Enter') { e.preventDefault(); flame.nextMatch(1); }
  else if (e.key === 'Escape') {
    if (e.target.value) { e.target.value = ''; typed(); }
    if (!flame.focusFrame()) e.target.blur();
    e.preventDefault();
    e.stopPropagation();
  }
});

const KEYS = {
  '/': () => { $('#search').focus(); $('#search').select(); }, '?': showHelp, t: ACTIONS.theme, x: ACTIONS.export, v: ACTIONS.invert, r: ACTIONS.reset,
  n: ACTIONS.next, N: ACTIONS.previous,
};
const FRAME_KEYS = { f: 'focus', i: 'ignore', h: 'hide', l: 'source', c: 'copy', p: 'peek' };

document.addEventListener('keydown', (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || $('dialog[open]') || /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName)) return;
  if (frameKey(e) || otherKey(e)) e.preventDefault();
});

function frameKey(e) {
  const onFrame = e.target.closest?.('[data-frame]'), f = state.view === 'flamegraph' && flame.currentFrame();
  if (!f || menuIsOpen()) return false;
  if (onFrame && (e.key.startsWith('Arrow') || e.key === 'Home')) return flame.walk(e.key);
  if (onFrame && e.key === 'Enter') { flame.zoomInto(f.i, f.tree); return true; }
  if (onFrame && (e.key === 'ContextMenu' || (e.shiftKey && e.key === 'F10'))) { flame.openMenu(); return true; }
  if (e.key === 's') { ACTIONS.sandwich(); return true; }
  if (FRAME_KEYS[e.key] && !f.isRoot && (!offline || e.key === 'c')) { actOn(FRAME_KEYS[e.key], f.name); return true; }
  return false;
}

function otherKey(e) {
  if (e.key === 'Escape') {
    if (menuIsOpen()) closeMenu();
    else if (state.view === 'flamegraph') flame.stepOut();
    else return false;
    return true;
  }
  if (!KEYS[e.key]) return false;
  KEYS[e.key]();
  return true;
}

// --- start ---

// While profiles are still being read the page says how far that is, and what it asked for waits.
async function watchLoading() {
  const bar = $('#progress');
  for (;;) {
    let p;
    try { p = await fetchProgress(); } catch { return; }
    if (p.ready) { bar.classList.remove('known'); bar.firstElementChild.style.width = ''; return; }
    bar.hidden = false;
    bar.classList.toggle('known', p.n > 0);
    bar.firstElementChild.style.width = p.n > 0 ? (100 * p.done) / p.n + '%' : '';
    $('#what').textContent = p.n > 1 ? `reading ${p.done} of ${p.n} files` : 'reading the profile';
    await new Promise((r) => setTimeout(r, 150));
  }
}

for (const action of offline ? ['filter'] : []) $(`[data-action=${action}]`).hidden = true;
drawTheme();
onNavigate(render);
startAddress();
flame.measure();
if (!offline && boot.loading) watchLoading();
render();
