// SPDX-License-Identifier: Apache-2.0
// The tree of a flame graph as columns, parents before children: where each frame lies, of what it
// is part, whose code it is.

import { hashText, shortNames } from './util.js';

const KINDS = { own: 'own', library: 'lib', runtime: 'run', tag: 'tag' };

// The package of a name, for its shade.
function packageOf(name) {
  const slash = name.replace(/[[(<{].*/, '').lastIndexOf('/');
  const dot = name.indexOf('.', slash + 1);
  return dot > 0 ? name.slice(0, dot) : name.split('::')[0];
}

export function makeModel(answer) {
  const f = answer.flame;
  const files = f.files.map((file, i) => f.paths[f.directory[i]] + file);
  const names = f.names.map((rest, i) => f.paths[f.path[i]] + rest).map((name, i) => ({
    name, short: null, file: files[f.file[i]], kind: KINDS[f.classes[f.kinds[i]]] || 'lib',
    shade: hashText(packageOf(name)) % 4, match: false,
  }));
  const model = {
    names, comparison: answer.comparison && !!f.before, folded: f.folded ?? 0, pivot: f.pivot, zoom: f.zoom ?? 0,
    below: makeTree(f), above: f.callers ? makeTree({ ...f.callers }) : null,
  };
  return model;
}

function makeTree(c) {
  const n = c.parents.length;
  const t = {
    n, parent: c.parents, name: c.name, cum: c.cum, flat: c.flat, before: c.before, after: c.after, flatBefore: c.flat_before, flatAfter: c.flat_after, error: c.error,
    line: c.lines, inlined: new Set(c.inlined || []), depth: new Int32Array(n), x: new Float64Array(n),
    width: c.width ? Float64Array.from(c.width) : new Float64Array(n), first: new Int32Array(n).fill(-1),
    next: new Int32Array(n).fill(-1), previous: new Int32Array(n).fill(-1), deepest: 0,
  };
  if (!c.width) weighFromLeaves(t);
  const last = new Int32Array(n).fill(-1), cursor = new Float64Array(n);
  for (let i = 1; i < n; i++) {
    const p = t.parent[i];
    t.depth[i] = t.depth[p] + 1;
    if (t.depth[i] > t.deepest) t.deepest = t.depth[i];
    t.x[i] = cursor[p];
    cursor[i] = t.x[i];
    cursor[p] += t.width[i];
    if (last[p] < 0) t.first[p] = i;
    else { t.next[last[p]] = i; t.previous[i] = last[p]; }
    last[p] = i;
  }
  return t;
}

function weighFromLeaves(t) {
  const inner = new Float64Array(t.n);
  for (let i = t.n - 1; i >= 0; i--) {
    t.width[i] = Math.max(Math.abs(t.cum[i]), inner[i]);
    if (i) inner[t.parent[i]] += t.width[i];
  }
}

// A frame made of a tag has the tag's key beside its value.
export const nameWithKey = (entry) => (entry.kind === 'tag' && entry.file ? `${entry.file}: ${entry.name}` : entry.name);

export function shortsOf(entry) {
  return (entry.short ??= entry.kind === 'tag' && entry.file ? [nameWithKey(entry), entry.name] : shortNames(entry.name));
}

// The way from the root to a frame, the root first.
export function pathTo(tree, i) {
  const path = [];
  for (; i >= 0; i = i ? tree.parent[i] : -1) path.unshift(i);
  return path;
}

// The option zoom: names from the root, as folded stacks have them.
const plainName = (model, i) => model.names[model.below.name[i]].name.replaceAll(';', ':');

export function pathAddress(model, i) {
  return pathTo(model.below, i).slice(1).map((at) => plainName(model, at)).join(';');
}

// The frame of an address, or 0 where it is not among those that are there.
export function frameAt(model, address) {
  let at = 0;
  for (const name of address ? address.split(';') : []) {
    at = model.below.first[at];
    while (at >= 0 && plainName(model, at) !== name) at = model.below.next[at];
    if (at < 0) return 0;
  }
  return at;
}

// Which names match, and what the stacks weigh that have at least one, as far as they are there.
export function searchModel(model, regex) {
  const found = new Set();
  model.names.forEach((entry, i) => { if (i !== model.below.name[0] && regex.test(entry.name)) found.add(i); });
  let value = 0;
  const t = model.below, inside = new Uint8Array(t.n);
  for (let i = 1; i < t.n; i++) {
    const up = inside[t.parent[i]];
    inside[i] = up || found.has(t.name[i]) ? 1 : 0;
    if (inside[i] && !up) value += t.cum[i];
  }
  return { count: found.size, value, names: new Set([...found].map((i) => model.names[i].name)) };
}

// All places of a function as one: what it calls below, who calls it above. For files, which have no
// server to ask.
export function sandwichOf(model, regex) {
  const t = model.below, n = t.n;
  const hit = model.names.map((entry) => regex.test(entry.name));
  const inside = new Uint8Array(n), tops = [];
  for (let i = 1; i < n; i++) {
    const up = inside[t.parent[i]];
    inside[i] = up || hit[t.name[i]] ? 1 : 0;
    if (inside[i] && !up) tops.push(i);
  }
  if (!tops.length) return null;
  const below = merged(t, t.name[tops[0]]), above = merged(t, t.name[tops[0]]);
  const at = new Int32Array(n).fill(-1);
  for (const i of tops) at[i] = 0;
  for (let i = 1; i < n; i++) {
    if (inside[i] && at[i] < 0) at[i] = below.child(at[t.parent[i]], t.name[i]);
    if (inside[i]) below.add(at[i], t, i, i);
  }
  for (const i of tops) {
    let row = 0;
    above.add(0, t, i, -1);
    for (let up = t.parent[i]; up > 0; up = t.parent[up]) above.add((row = above.child(row, t.name[up])), t, i, -1);
  }
  return { ...model, below: makeTree(below.sorted()), above: makeTree(above.sorted()), pivot: true, zoom: 0 };
}

// From the leaves to the roots, out of the frames that are there.
export function invertedOf(model) {
  const t = model.below, up = merged(t, t.name[0]);
  up.weigh(0, { cum: t.cum[0], width: t.width[0], before: t.before?.[0], after: t.after?.[0] });
  for (let i = 1; i < t.n; i++) {
    const before = t.flatBefore?.[i], after = t.flatAfter?.[i];
    const weight = { cum: t.flat[i], width: t.before ? Math.max(Math.abs(before), Math.abs(after)) : Math.abs(t.flat[i]), before, after };
    if (!weight.width) continue;
    let row = 0;
    for (let at = i; at > 0; at = t.parent[at]) up.weigh((row = up.child(row, t.name[at])), weight, at === i);
  }
  return { ...model, below: makeTree(up.sorted()), zoom: 0 };
}

function merged(t, name) {
  const c = { parents: [-1], name: [name], cum: [0], flat: [0], width: [0] };
  if (t.before) { c.before = [0]; c.after = [0]; }
  const children = [new Map()];
  return {
    child(parent, which) {
      let i = children[parent].get(which);
      if (i === undefined) {
        i = c.parents.length;
        children[parent].set(which, i);
        children.push(new Map());
        c.parents.push(parent);
        c.name.push(which);
        for (const k of ['cum', 'flat', 'width', 'before', 'after']) if (c[k]) c[k].push(0);
      }
      return i;
    },
    add(i, from, cum, flat) {
      c.cum[i] += from.cum[cum];
      c.width[i] += from.width[cum];
      if (flat >= 0) c.flat[i] += from.flat[flat];
      if (c.before) { c.before[i] += from.before[cum]; c.after[i] += from.after[cum]; }
    },
    weigh(i, w, own) {
      c.cum[i] += w.cum;
      c.width[i] += w.width;
      if (own) c.flat[i] += w.cum;
      if (c.before) { c.before[i] += w.before; c.after[i] += w.after; }
    },
    // The heaviest children first, parents still before children.
    sorted() {
      const order = [];
      const visit = [0];
      while (visit.length) {
        const i = visit.pop();
        order.push(i);
        const kids = [...children[i].values()].sort((a, b) => c.width[a] - c.width[b]);
        visit.push(...kids);
      }
      const place = new Map(order.map((i, to) => [i, to]));
      const out = {};
      for (const k of Object.keys(c)) out[k] = order.map((i) => c[k][i]);
      out.parents = order.map((i) => (i ? place.get(c.parents[i]) : -1));
      return out;
    },
  };
}
