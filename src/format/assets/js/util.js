// SPDX-License-Identifier: Apache-2.0
// Small helpers: elements, numbers as -top prints them, names that fit.

export const html = document.documentElement;
export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// Makes an element; text is always text, never markup.
export function el(tag, attributes = {}, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) e.addEventListener(name.slice(2), value);
    else e.setAttribute(name, value === true ? '' : value);
  }
  for (const child of children.flat()) if (child !== null && child !== undefined) e.append(child);
  return e;
}

const FAMILIES = [
  [['B', 1, 'b', 'byte'], ['kB', 2 ** 10, 'kb', 'kbyte', 'kilobyte'], ['MB', 2 ** 20, 'mb', 'mbyte', 'megabyte'],
    ['GB', 2 ** 30, 'gb', 'gbyte', 'gigabyte'], ['TB', 2 ** 40, 'tb', 'tbyte', 'terabyte'], ['PB', 2 ** 50, 'pb', 'pbyte', 'petabyte']],
  [['ns', 1, 'ns', 'nanosecond'], ['us', 1e3, 'μs', 'us', 'microsecond'], ['ms', 1e6, 'ms', 'millisecond'],
    ['s', 1e9, 's', 'sec', 'second'], ['hrs', 3600e9, 'hour', 'hr']],
  [['n*GCU', 1e-9, 'nanogcu'], ['u*GCU', 1e-6, 'microgcu'], ['m*GCU', 1e-3, 'milligcu'], ['GCU', 1, 'gcu'],
    ['k*GCU', 1e3, 'kilogcu'], ['M*GCU', 1e6, 'megagcu'], ['G*GCU', 1e9, 'gigagcu'], ['T*GCU', 1e12, 'teragcu'],
    ['P*GCU', 1e15, 'petagcu']],
];
const FALLBACK = [0, 3, 3];

function findUnit(family, name) {
  let word = String(name).toLowerCase();
  if (word.length > 2 && word.endsWith('s')) word = word.slice(0, -1);
  return family.find((unit) => unit.indexOf(word, 2) >= 2);
}

// As C's "%.2f": halves go to the even digit.
function twoDecimals(x) {
  if (Number.isInteger(x * 8) && Math.abs(x * 8) % 2 === 1) {
    let low = Math.floor(Math.abs(x) * 100);
    low += low % 2;
    return (x < 0 ? '-' : '') + (low / 100).toFixed(2);
  }
  return x.toFixed(2);
}

// A value of one unit as text in another, or in the one that fits best: "1.50MB".
export function label(value, unit, to) {
  const automatic = !to || to === 'auto' || to === 'minimum';
  let number = value, name = ['count', 'sample', 'unit', 'auto', 'minimum'].includes(to) || !to ? '' : to;
  FAMILIES.some((family, i) => {
    const from = findUnit(family, unit);
    if (!from) return false;
    const base = Math.abs(value) * from[1];
    let best = family[FALLBACK[i]];
    if (automatic) for (const u of family) best = base / u[1] >= 1 ? u : best;
    else best = findUnit(family, to) || best;
    number = Math.sign(value) * base / best[1];
    name = best[0];
    return true;
  });
  const text = twoDecimals(number).replace(/\.00$/, '');
  return text === '0' || text === '-0' ? '0' : text + name;
}

export function percent(value, total) {
  const ratio = total ? Math.abs(value / total) * 100 : 0;
  if (ratio >= 99.95 && ratio <= 100.05) return '100%';
  if (ratio >= 1) return twoDecimals(ratio) + '%';
  if (ratio === 0) return '0%';
  if (ratio < 1e-4) {
    const [digits, power] = ratio.toExponential(1).split('e-');
    return `${digits.replace(/\.0$/, '')}e-${power.padStart(2, '0')}%`;
  }
  return Number(ratio.toPrecision(2)) + '%';
}

// A number that is not exact in JavaScript is written as it came.
const exact = new Map();
export function noteLarge(text) {
  if (/\d{16}/.test(text)) for (const [n] of text.matchAll(/-?\d{16,}/g)) if (!Number.isSafeInteger(Number(n))) exact.set(Number(n), n);
}
export const whole = (n) => (Number.isSafeInteger(n) ? String(n + 0) : exact.get(n) ?? BigInt(Math.round(n || 0)).toString());

export const signed = (text) => (text.startsWith('-') ? '−' + text.slice(1) : text === '0' ? '0' : '+' + text);

export const quoted = (name) => '^' + name.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&') + '$';

// Where a name may be cut in front: between parts of its package path, never inside of a method.
export function shortNames(name) {
  const cuts = [name];
  let depth = 0, start = 0;
  const slash = name.replace(/[[(<{].*/, '').lastIndexOf('/');
  let dots = 0;
  for (let i = 0; i < name.length - 1; i++) {
    const c = name[i];
    if (c === '<' || c === '(' || c === '[' || c === '{') depth++;
    else if (c === '>' || c === ')' || c === ']' || c === '}') depth--;
    if (depth > 0 || i === 0) continue;
    let cut = 0;
    if (c === '/' && i <= slash) cut = i + 1;
    else if (c === ':' && name[i + 1] === ':') cut = i + 2;
    else if (c === '.' && i > slash && /^[\w$-]+$/.test(name.slice(start, i)) &&
      (dots++ === 0 || /^[a-z]\w*\.\w*[A-Z]/.test(name.slice(start)))) cut = i + 1;
    if (cut && cut < name.length) cuts.push(name.slice(start = cut));
  }
  return cuts;
}

export function fitName(variants, characters) {
  for (const v of variants) if (v.length <= characters) return v;
  return variants[variants.length - 1];
}

export function hashText(text) {
  let h = 2166136261;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619);
  return h >>> 0;
}

export function note(text, bad = false, linger = 2600) {
  $('#note')?.remove();
  const e = el('div', { id: 'note', role: bad ? 'alert' : 'status', class: bad ? 'bad' : undefined }, text);
  $('#view').append(e);
  if (linger) setTimeout(() => e.remove(), linger);
}

// A designed nothing: what is so, why, and what helps.
export function emptyState(title, ...rest) {
  return el('div', { class: 'empty', role: 'status' }, el('b', {}, title), ...rest);
}
