// SPDX-License-Identifier: Apache-2.0
// The menu of a frame or a row, and dialogs.

import { addFilter, navigate, offline, state } from './state.js';
import { $, $$, el, note, quoted } from './util.js';

let openMenuElement = null, giveBack = null;

export const menuIsOpen = () => !!openMenuElement;

export function closeMenu(focusBack = true) {
  openMenuElement?.remove();
  openMenuElement = null;
  if (focusBack) giveBack?.();
}

export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = el('textarea', {}, text);
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  note('copied: ' + (text.length > 80 ? text.slice(0, 80) + '…' : text));
}

// What can be done with a function. Names that a line follows are filtered without it.
export function actOn(action, name) {
  const regex = quoted(name.replace(/ .*\/[^ ]*:\d+$/, (m) => (m.startsWith(' ') ? '' : m)));
  switch (action) {
    case 'copy': copyText(name); break;
    case 'focus': addFilter('f', regex); break;
    case 'ignore': addFilter('i', regex); break;
    case 'hide': addFilter('h', regex); break;
    case 'show-from': addFilter('sf', regex); break;
    case 'source': case 'peek': case 'disasm': navigate({ f: regex, zoom: '', p: '' }, action); break;
    case 'callers': navigate({ p: regex, zoom: '' }, 'flamegraph'); break;
  }
}

const ITEMS = [
  ['zoom', 'Zoom into this path', 'Enter'], ['callers', 'Callers and callees', 's'], ['copy', 'Copy the name', 'c'],
  ['focus', 'Focus: only stacks with it', 'f'], ['ignore', 'Ignore: no stacks with it', 'i'],
  ['hide', 'Hide the function', 'h'], ['show-from', 'Show from here', ''], ['peek', 'Peek at callers and callees', 'p'],
  ['source', 'Source', 'l'], ['disasm', 'Disassembly', ''],
];
const ONLINE = ['focus', 'ignore', 'hide', 'show-from', 'peek', 'source', 'disasm'];

export function showFrameMenu(name, x, y, { zoom, back, isRoot }) {
  closeMenu(false);
  giveBack = back;
  const menu = el('div', { role: 'menu', 'aria-label': name, tabindex: '-1' }, el('div', { class: 'title' }, name));
  for (const [action, text, key] of ITEMS) {
    if ((offline && ONLINE.includes(action)) || (action === 'zoom' && !zoom) || (isRoot && action === 'zoom')) continue;
    const off = isRoot && action !== 'copy';
    menu.append(el('button', {
      role: 'menuitem', 'data-action': action, tabindex: '-1', 'aria-disabled': off ? 'true' : undefined,
      onclick: (e) => {
        e.stopPropagation();
        if (off) return;
        closeMenu(true);
        if (action === 'zoom') zoom();
        else actOn(action, name);
      },
    }, text, el('kbd', {}, key)));
  }
  menu.addEventListener('keydown', menuKeys);
  menu.addEventListener('contextmenu', (e) => e.preventDefault());
  document.body.append(menu);
  openMenuElement = menu;
  const r = menu.getBoundingClientRect();
  menu.style.left = Math.max(4, Math.min(x, innerWidth - r.width - 6)) + 'px';
  menu.style.top = Math.max(4, Math.min(y, innerHeight - r.height - 6)) + 'px';
  $('[role=menuitem]', menu)?.focus();
}

function menuKeys(event) {
  const items = $$('[role=menuitem]', openMenuElement), at = items.indexOf(document.activeElement);
  const go = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (go !== undefined) items[(go + items.length) % items.length].focus();
  else if (event.key === 'Escape' || event.key === 'Tab') closeMenu();
  else if (event.key === 'Enter' || event.key === ' ') document.activeElement.click();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

addEventListener('pointerdown', (e) => { if (openMenuElement && !openMenuElement.contains(e.target)) closeMenu(false); }, true);
addEventListener('blur', () => closeMenu(false));

// A dialog that is away again when it closes.
export function dialog(title, ...content) {
  const d = el('dialog', { 'aria-label': title }, el('h2', {}, title), ...content);
  d.addEventListener('close', () => d.remove());
  d.addEventListener('keydown', (e) => e.stopPropagation());
  d.addEventListener('click', (e) => { if (e.target === d) d.close(); });
  document.body.append(d);
  d.showModal();
  return d;
}

const KEYS = [
  ['Click, Enter', 'into this path'], ['Shift-click, s', 'callers and callees'], ['Escape, Back', 'one step out'],
  ['← → ↑ ↓', 'walk the frames'], ['/', 'search'], ['n  N', 'next, previous match'], ['Menu, right button', 'what can be done'],
  ['f  i  h', 'focus, ignore, hide'], ['p', 'peek'], ['l', 'source'], ['c', 'copy the name'], ['v', 'upside down'], ['r', 'reset'],
  ['t', 'light or dark'], ['x', 'export'], ['?', 'this help'],
];

export function showHelp() {
  const keys = el('div', { class: 'keys' }, ...KEYS.map(([k, what]) =>
    el('div', {}, el('span', {}, what), el('span', {}, ...k.split(/, | {2}|(?<=[←→↑]) /).flatMap((one) => [el('kbd', {}, one), ' '])))));
  const p = state.profile;
  const facts = p ? el('div', { class: 'grid' }, ...factsOf(p).flatMap(([k, v]) => [el('span', { class: 'dim' }, k), el('span', { style: undefined }, v)])) : null;
  dialog('Keys', keys, p ? el('h3', {}, 'This profile') : null, facts,
    el('h3', {}, 'Colours'), el('p', {}, 'Orange is this program’s own code, blue are libraries, grey is the runtime. In a comparison blue is less, orange more; hatching lies within sampling noise.'),
    offline ? el('p', {}, 'This is one file without a server: frames too small to be seen are left out of it.') : downloads(),
    el('div', { class: 'row' }, el('button', { class: 'primary', onclick: (e) => e.target.closest('dialog').close() }, 'Close')));
}

function downloads() {
  const query = new URLSearchParams(state.params);
  for (const k of ['zoom', 'q', 'p', 'flip', 'w']) query.delete(k);
  const link = (file, text) => el('a', { href: `${file}?${query}`, download: true }, text);
  return el('div', {}, el('h3', {}, 'Download'), link('download', 'whole profile'), ' · ', link('top.json', 'top as JSON'), ' · ',
    link('flamegraph.json', 'flame graph as JSON'), ' · ', link('graph.svg', 'graph as SVG'), ' · ', link('export.html', 'this page as one file'));
}

// A doc_url is a link only to the web; all else in a profile is text.
export function safeLink(url) {
  try {
    const u = new URL(url);
    return u.protocol === 'http:' || u.protocol === 'https:' ? u.href : null;
  } catch {
    return null;
  }
}

export function factsOf(p) {
  const facts = [];
  if (p.binary) facts.push(['binary', p.binary]);
  if (p.build_id) facts.push(['build id', p.build_id]);
  if (p.time_nanos) facts.push(['time', new Date(p.time_nanos / 1e6).toLocaleString()]);
  if (p.duration_nanos) facts.push(['duration', (p.duration_nanos / 1e9).toFixed(2) + 's']);
  if (p.period) facts.push(['period', `${p.period} ${p.period_type?.unit || ''} of ${p.period_type?.type || '?'}`]);
  facts.push(['sources', (p.sources || []).join(', ')]);
  if (p.bases?.length) facts.push(['compared with', p.bases.join(', ')]);
  for (const c of p.comments || []) facts.push(['comment', c]);
  const link = p.doc_url && safeLink(p.doc_url);
  if (link) facts.push(['documentation', el('a', { href: link, rel: 'noreferrer noopener', target: '_blank' }, link)]);
  return facts;
}
