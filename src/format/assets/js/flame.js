// SPDX-License-Identifier: Apache-2.0
// The flame graph: one element per frame, laid out from columns; zooming shows what is there at once
// and asks for more.

import { fetchReport } from './data.js';
import { frameAt, invertedOf, makeModel, nameWithKey, pathAddress, pathTo, sandwichOf, searchModel, shortsOf } from './model.js';
import { showFrameMenu } from './menu.js';
import { compares, FILTERS, navigate, offline, optionsQuery, state } from './state.js';
import { $, el, emptyState, fitName, html, label, percent, quoted, signed, whole } from './util.js';

const ROW = 19;
let model = null, modelKey = '', whole0 = null;
let view = null; // { tree, root, rows } of what is drawn
let host = null, box = null, elements = new Map(), current = 0, currentTree = 'below', characterWidth = 6.62;
let search = null;
let drawn = { width: 0, unit: '' }; // what the picture was made for

export const show = (value) => label(value, state.unit, state.outUnit);

// What an answer depends on; zooming into one that has all its frames asks for nothing.
function keyOf() {
  return `${optionsQuery()}|${state.params.get('p') || ''}|${state.params.get('flip') || ''}`;
}

export function flamePane(again) {
  drawn = { width: 0, unit: '' };
  host = el('div', { id: 'flame', role: 'tree', 'aria-label': 'Flame graph' });
  box = el('div', { class: 'pane' }, host);
  host.addEventListener('click', onClick);
  host.addEventListener('contextmenu', onContextMenu);
  host.addEventListener('pointerover', (e) => { const f = frameOf(e); if (f) tell(f.i, f.tree); });
  host.addEventListener('pointerleave', () => tell(current, currentTree));
  host.addEventListener('focusin', (e) => { const f = frameOf(e); if (f) setCurrent(f.i, f.tree); });
  new ResizeObserver(() => {
    if (!drawn.width || !box.isConnected || box.clientWidth === drawn.width) return;
    if (model && box.clientWidth > model.pixels && model.folded && html.dataset.ready === '1') again();
    else draw();
  }).observe(box);
  return box;
}

function frameOf(event) {
  const e = event.target.closest?.('[data-frame]');
  return e ? { i: e.frameIndex, tree: e.frameTree, element: e } : null;
}

// Draws anew where the picture was made for another width or unit.
export function settle() {
  if (drawn.width !== box.clientWidth) { draw(); return; }
  if (drawn.unit === state.outUnit) return;
  drawn.unit = state.outUnit;
  for (const e of elements.values()) {
    const tree = e.frameTree === 'up' ? model.above : model.below, i = e.frameIndex;
    e.setAttribute('aria-label', `${e.dataset.name}, ${weightText(tree.cum[i])}, self ${shownText(tree.flat[i])}`);
  }
  tell(current, currentTree);
}

// Draws what there is at once, then what an answer brings.
export async function showFlame() {
  const key = keyOf(), z = state.params.get('zoom') || '', pivot = state.params.get('p') || '';
  const same = model && modelKey === key && (!model.folded || offline || (box.clientWidth || 0) <= model.pixels);
  if (same) {
    const at = frameAt(model, z);
    if (at || !z) zoomTo(at);
    if (model.folded === 0 && (at || !z)) return;
    if (offline) return;
  }
  const flip = state.params.get('flip') || '';
  const pixels = Math.min(4000, Math.ceil((box.clientWidth || 1200) / 200) * 200);
  const answer = await fetchReport('flamegraph', { zoom: z, p: pivot, flip: pivot ? '' : flip, w: pixels, noise: compares() ? 't' : undefined }, { keep: true });
  model = makeModel(answer);
  model.pixels = pixels;
  modelKey = key;
  whole0 = offline ? model : null;
  if (offline && pivot) model = sandwichOf(whole0, new RegExp(pivot)) || model;
  else if (offline && flip === 't') model = invertedOf(whole0);
  elements = new Map();
  markNames();
  const slid = same && view;
  view = { root: z ? frameAt(model, z) || model.zoom : 0 };
  if (!slid || current >= model.below.n || currentTree !== 'below') { current = view.root; currentTree = 'below'; }
  else current = view.root;
  await draw(isLarge());
}

function drawNothing() {
  const filters = FILTERS.filter(([k]) => state.params.get(k)).map(([k, name]) => [name, state.params.get(k)]);
  elements.clear();
  host.replaceChildren();
  host.style.height = '0';
  host.style.minHeight = '0';
  $('#details').replaceChildren();
  box.append(filters.length
    ? emptyState('No samples are left', el('p', {}, ...filters.flatMap(([k, v]) => [el('code', {}, `${k}=${v}`), ' ']),
      filters.length > 1 ? 'match nothing together; remove one.' : 'matches nothing; remove it.'), el('button', { class: 'soft', 'data-action': 'reset' }, 'show everything'))
    : emptyState('This profile has no samples of this type', el('p', {}, 'Another sample type may have some.')));
}

function zoomTo(at) {
  const old = elements.get('below' + at), changed = !view || view.root !== at;
  const from = old && { left: old.offsetLeft, width: old.offsetWidth }, picture = changed && from ? [...host.children] : [];
  view = { root: at };
  current = at;
  currentTree = 'below';
  draw();
  slide(picture, from);
}

// The old picture slides over the new one and fades: what is in the tree is right at once.
function slide(picture, from) {
  if (!picture.length || !from.width || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  const ghost = el('div', { class: 'ghost', 'aria-hidden': 'true' }), width = host.clientWidth;
  for (const e of picture) {
    if (e.offsetWidth === 0 && parseFloat(e.style.width) < 3) continue;
    for (const name of [...e.getAttributeNames()]) if (name !== 'class' && name !== 'style') e.removeAttribute(name);
    ghost.append(e);
  }
  const frame = el('div', { class: 'ghosts' }, ghost);
  host.after(frame);
  const scale = width / from.width;
  ghost.animate([{ transform: 'none', opacity: 1 }, { transform: `scaleX(${scale}) translateX(${-from.left}px)`, opacity: 0 }],
    { duration: 120, easing: 'ease-out' }).finished.finally(() => frame.remove()).catch(() => {});
}

// From the leaves, with callers above callees as everywhere.
const isFlipped = () => state.params.get('flip') === 't' && !model?.pivot;

function rowsOf(tree, root) {
  let deepest = 0;
  const end = tree.x[root] + tree.width[root], shallow = tree.depth[root];
  for (let i = root; i < tree.n; i++)
    if (tree.depth[i] > deepest && tree.depth[i] >= shallow && tree.x[i] >= tree.x[root] && tree.x[i] < end) deepest = tree.depth[i];
  return Math.max(deepest, shallow);
}

// So many frames that what cannot be read of them is not laid out, and that they come in parts.
const isLarge = () => model.below.n + (model.above?.n || 0) > 1500;

let drawing = 0; // which of the pictures is being made

// All at once, or first what is wide and then, when that is on the screen, the rest.
export async function draw(gradually = false) {
  const mine = ++drawing;
  if (!model || !host || !view) return;
  box.querySelector('.empty')?.remove();
  if (!model.below.n || !model.below.width[0]) { drawNothing(); return; }
  const room = box.clientWidth, tall = box.clientHeight; // read once: each time lays all out
  const t = model.below, root = view.root, width = Math.max(50, room - 16);
  const lift = model.above ? rowsOf(model.above, 0) : 0;
  const rows = lift + rowsOf(t, root) + 1;
  const height = Math.max(rows * ROW, tall - 16);
  const flipped = isFlipped();
  const place = (row) => (flipped ? height - (row + 1) * ROW : row * ROW);
  const list = document.createDocumentFragment(), later = gradually ? [] : null, focused = host.contains(document.activeElement);
  elements = new Map();
  for (const i of pathTo(t, root).slice(0, -1)) list.append(frame(t, 'below', i, 0, width, place(t.depth[i] + lift), 'above'));
  drawTree(list, later, t, 'below', root, width, (d) => place(d + lift));
  if (model.above) drawTree(list, later, model.above, 'up', 0, width, (d) => place(lift - d), true);
  host.style.height = rows * ROW + 'px';
  host.style.minHeight = flipped ? height + 'px' : '';
  if (flipped) host.style.height = height + 'px';
  host.classList.toggle('many', isLarge());
  host.replaceChildren(list);
  drawn = { width: room, unit: state.outUnit };
  if (!elements.has(currentTree + current)) { current = root; currentTree = 'below'; }
  elements.get(currentTree + current)?.setAttribute('tabindex', '0');
  tell(current, currentTree);
  performance.mark('drawn');
  if (focused) elements.get(currentTree + current)?.focus({ preventScroll: true });
  if (later?.length) await drawLater(later, () => mine === drawing);
}

const painted = () => new Promise((done) => { requestAnimationFrame(() => setTimeout(done)); setTimeout(done, 200); });

// Puts the thin frames between the others, where they stand in the tree.
async function drawLater(later, goesOn) {
  const PART = 2000;
  for (let at = 0; at < later.length; at += PART) {
    await painted();
    if (!goesOn()) return;
    let part = document.createDocumentFragment();
    for (let i = at; i < Math.min(at + PART, later.length); i++) {
      const [before, ...what] = later[i];
      part.append(frame(...what));
      if (i + 1 < later.length && i + 1 < at + PART && later[i + 1][0] === before) continue;
      host.insertBefore(part, before.element);
      part = document.createDocumentFragment();
    }
  }
  performance.mark('drawn');
}

const WIDE = 6; // pixels; narrower frames have no room for text

function drawTree(list, later, t, tree, root, width, place, skipRoot = false) {
  const from = t.x[root], scale = width / (t.width[root] || 1), end = from + t.width[root];
  let next = { element: null }; // the wide frame that thin ones stand before
  for (let i = root; i < t.n; i++) {
    if ((i === root && skipRoot) || t.x[i] < from || t.x[i] >= end || t.depth[i] < t.depth[root]) continue;
    if (i !== root && t.depth[i] === t.depth[root]) continue;
    const w = t.width[i] * scale;
    if (w < 1 && i !== root) continue;
    if (later && w < WIDE && i !== root) { later.push([next, t, tree, i, (t.x[i] - from) * scale, w, place(t.depth[i])]); continue; }
    next.element = frame(t, tree, i, (t.x[i] - from) * scale, w, place(t.depth[i]));
    list.append(next.element);
    next = { element: null };
  }
}

const BLANK = el('div', { role: 'treeitem', tabindex: '-1' });

// Many frames weigh the same; texts are made once.
let texts = new Map(), textsOf = '';
function remembered(key, make) {
  const made = `${state.unit}|${state.outUnit}|${state.base}`;
  if (textsOf !== made || texts.size > 50000) { texts = new Map(); textsOf = made; }
  let text = texts.get(key);
  if (text === undefined) texts.set(key, (text = make()));
  return text;
}
const shownText = (v) => remembered(v, () => show(v));
const weightText = (v) => remembered('w' + v, () => `${show(v)} (${percent(v, state.base)})`);

function frame(t, tree, i, x, w, y, extra = '') {
  const e = BLANK.cloneNode(false), entry = model.names[t.name[i]], cum = t.cum[i], flat = t.flat[i];
  const isRoot = i === 0 && !model.pivot && tree === 'below';
  const room = w > 3 ? w - 1 : w, narrow = room < 24;
  e.frameIndex = i;
  e.frameTree = tree;
  let paint = isRoot ? 'all' : entry.kind + entry.shade;
  let mark = '', color = '';
  if (model.comparison) { paint = 'dif'; [mark, color] = paintChange(t, i); }
  e.className = `frame ${paint} ${extra}${room < 12 ? ' thin' : narrow ? ' narrow' : ''}${t.noisy?.[i] ? ' noise' : ''}`;
  e.style.cssText = `left:${x.toFixed(2)}px;top:${y}px;width:${room.toFixed(2)}px;${color}`;
  e.setAttribute('aria-level', t.depth[i] + 1);
  e.setAttribute('aria-label', `${entry.name}, ${weightText(cum)}, self ${shownText(flat)}`);
  const d = e.dataset;
  d.frame = tree === 'up' ? 'u' + i : String(i);
  d.name = entry.name;
  d.cum = whole(cum);
  d.flat = whole(flat);
  d.depth = tree === 'up' ? -t.depth[i] : t.depth[i];
  if (entry.match && !isRoot) d.match = '1';
  if (model.comparison) d.delta = whole(t.after[i] - t.before[i]);
  const count = Math.floor((room - (narrow ? 2 : 8)) / characterWidth) - mark.length;
  e.textContent = mark + (room < 12 ? entry.name.slice(0, 40) : fitName(shortsOf(entry), count));
  elements.set(tree + i, e);
  return e;
}

// Blue less, orange more, by the share that changed.
function paintChange(t, i) {
  const before = t.before[i], after = t.after[i], most = Math.max(Math.abs(before), Math.abs(after));
  const share = most ? Math.abs(after - before) / most : 0;
  t.noisy ??= [];
  t.noisy[i] = t.error && Math.abs(after - before) <= 2 * t.error[i];
  const color = after < before ? 'less' : 'more';
  return [share < 0.005 ? '' : after < before ? '▼ ' : '▲ ', `--bg:color-mix(in srgb, var(--${color}) ${Math.round(share * 100)}%, var(--same))`];
}

// What is under the pointer or has the focus.
function tell(i, tree) {
  const t = tree === 'up' ? model?.above : model?.below;
  const out = $('#details');
  if (!out || !t || i >= t.n) return;
  const entry = model.names[t.name[i]];
  const parts = [el('b', {}, nameWithKey(entry) + (t.inlined.has(i) ? ' (inline)' : ''))];
  const file = entry.file && entry.kind !== 'tag' ? entry.file.split('/').slice(-2).join('/') + (t.line?.[i] ? ':' + t.line[i] : '') : '';
  const add = (text) => parts.push(el('span', {}, text));
  if (file) add(file);
  if (model.comparison) tellChange(t, i, add);
  else {
    const inView = t.width[i] && tree === 'below' && view.root ? `, ${percent(t.cum[i], t.cum[view.root])} of view` : '';
    add(`total ${show(t.cum[i])} (${percent(t.cum[i], state.base)} of all${inView})`);
    add(`self ${show(t.flat[i])}`);
  }
  out.replaceChildren(...parts);
  out.title = entry.name + (entry.file ? '\n' + entry.file : '');
}

function tellChange(t, i, add) {
  const before = t.before[i], after = t.after[i];
  add(`before ${show(before)}`);
  add(`after ${show(after)}`);
  const word = before === 0 ? 'new' : after === 0 ? 'gone' : after < before ? 'less' : after > before ? 'more' : 'the same';
  add(`${after < before ? '▼' : after > before ? '▲' : '='} ${signed(show(after - before))} ${before && after ? `(${percent(after - before, before)}) ` : ''}${word}`);
  if (t.noisy?.[i]) add('within sampling noise');
}

function setCurrent(i, tree) {
  elements.get(currentTree + current)?.setAttribute('tabindex', '-1');
  current = i;
  currentTree = tree;
  elements.get(tree + i)?.setAttribute('tabindex', '0');
  tell(i, tree);
}

export function focusFrame(i = current, tree = currentTree) {
  const e = elements.get(tree + i);
  if (!e) return false;
  setCurrent(i, tree);
  e.focus({ preventScroll: false });
  return true;
}

// The frame that has the focus, for the keys that act on it.
export function currentFrame() {
  const t = currentTree === 'up' ? model?.above : model?.below;
  if (!t || !box?.isConnected || current >= t.n) return null;
  const isRoot = current === 0 && !model.pivot && currentTree === 'below';
  return { name: model.names[t.name[current]].name, isRoot, element: elements.get(currentTree + current), i: current, tree: currentTree };
}

function onClick(event) {
  const f = frameOf(event);
  if (!f) return;
  setCurrent(f.i, f.tree);
  f.element.focus();
  if (event.shiftKey) sandwich();
  else zoomInto(f.i, f.tree);
}

export function zoomInto(i, tree) {
  if (tree === 'up') { sandwich(); return; }
  const z = pathAddress(model, i), old = state.params.get('zoom') || '';
  if (z === old) return;
  const trail = (history.state?.trail || []).concat(old);
  navigate({ zoom: z }, state.view, { data: { trail } });
}

// All places of the function, callers above and callees below.
export function sandwich(name = currentFrame()?.isRoot ? '' : currentFrame()?.name) {
  if (state.params.get('p') && (!name || state.params.get('p') === quoted(name))) { navigate({ p: '', zoom: '' }); return; }
  if (!name) return;
  navigate({ p: quoted(name), zoom: '' }, 'flamegraph');
}

// One step out: of a zoom to where it came from, of callers and callees to the whole.
export function stepOut() {
  const z = state.params.get('zoom');
  if (z) {
    const trail = history.state?.trail || [];
    navigate({ zoom: trail.length ? trail[trail.length - 1] : '' }, state.view, { data: { trail: trail.slice(0, -1) } });
    return true;
  }
  if (state.params.get('p')) { navigate({ p: '' }); return true; }
  return false;
}

function onContextMenu(event) {
  const f = frameOf(event);
  if (!f) return;
  event.preventDefault();
  setCurrent(f.i, f.tree);
  f.element.focus();
  openMenu(event.clientX, event.clientY);
}

export function openMenu(x, y) {
  const f = currentFrame();
  if (!f?.element) return;
  const r = f.element.getBoundingClientRect();
  showFrameMenu(f.name, x ?? r.left + Math.min(20, r.width / 2), y ?? r.bottom, {
    zoom: () => zoomInto(f.i, f.tree), back: () => focusFrame(), isRoot: f.isRoot,
  });
}

const shown = (tree, i) => elements.has(tree + i);

// Frames in the directions of the arrows; callers grow upwards, callees downwards.
export function walk(key) {
  const flipped = isFlipped();
  const t = currentTree === 'up' ? model?.above : model?.below;
  if (!t) return false;
  const down = (key === 'ArrowDown') !== flipped, up = currentTree === 'up';
  let to = -1, tree = currentTree;
  if (key === 'Home') { to = view.root; tree = 'below'; }
  else if (key === 'ArrowLeft' || key === 'ArrowRight') to = besides(t, key === 'ArrowRight');
  else if (down !== up) to = heaviestChild(t, current);
  else if (current !== 0) to = t.parent[current];
  else if (!up && model.above) { tree = 'up'; to = heaviestChild(model.above, 0); }
  if (to === 0 && up) tree = 'below';
  if (to >= 0 && shown(tree, to)) focusFrame(to, tree);
  return true;
}

function heaviestChild(t, i) {
  const name = t === model.above ? 'up' : 'below';
  if (name === 'below' && t.depth[i] < t.depth[view.root]) return pathTo(t, view.root)[t.depth[i] + 1];
  let best = -1;
  for (let c = t.first[i]; c >= 0; c = t.next[c]) if (shown(name, c) && (best < 0 || t.width[c] > t.width[best])) best = c;
  return best;
}

// The next frame of the same row, of other parents, too.
function besides(t, right) {
  let best = -1;
  for (const e of elements.values()) {
    const i = e.frameIndex;
    if (e.frameTree !== currentTree || t.depth[i] !== t.depth[current] || i === current) continue;
    if (right ? t.x[i] > t.x[current] : t.x[i] < t.x[current])
      if (best < 0 || (right ? t.x[i] < t.x[best] : t.x[i] > t.x[best])) best = i;
  }
  return best;
}

function markNames() {
  for (const entry of model.names) entry.match = !!search && search.names.has(entry.name);
}

export function markMatches(found) {
  search = found;
  html.classList.toggle('searching', !!found);
  if (!model) return;
  markNames();
  for (const e of elements.values()) {
    const match = model.names[(e.frameTree === 'up' ? model.above : model.below).name[e.frameIndex]].match;
    if (match && e.dataset.name !== 'all') e.dataset.match = '1';
    else delete e.dataset.match;
  }
}

export const searchHere = (regex) => (whole0 || model ? searchModel(whole0 || model, regex) : null);

// The matching frames from left to right, row by row.
export function nextMatch(step) {
  const found = [...host.children].filter((e) => e.dataset.match);
  if (!found.length) return;
  const at = found.findIndex((e) => e === document.activeElement);
  const to = found[(at + step + found.length) % found.length];
  focusFrame(to.frameIndex, to.frameTree);
}

export function crumbsOf() {
  if (!model || !view) return { path: [], pivot: null };
  const t = model.below;
  const path = pathTo(t, view.root).map((i) => ({ name: model.names[t.name[i]].name, zoom: pathAddress(model, i), i }));
  return { path, pivot: model.pivot ? model.names[t.name[0]].name : null, cum: t.cum[view.root], before: t.before?.[view.root], after: t.after?.[view.root] };
}

export const hasTags = () => !!model?.names.some((entry) => entry.kind === 'tag');

export function measure() {
  const probe = el('span', { class: 'frame', style: undefined }, 'm'.repeat(50));
  document.body.append(probe);
  characterWidth = (probe.getBoundingClientRect().width - 8) / 50 || 6.62;
  probe.remove();
}
