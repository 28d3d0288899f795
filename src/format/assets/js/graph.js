// SPDX-License-Identifier: Apache-2.0
// The call graph that dot drew: made harmless, panned, zoomed, and clicked.

import { fetchReport, fetchText, Refusal } from './data.js';
import { showFrameMenu } from './menu.js';
import { addFilter, optionsQuery } from './state.js';
import { el, emptyState, quoted } from './util.js';

// Only drawing survives: no scripts, no foreign markup, no handlers, no links.
function harmless(svg) {
  for (const bad of svg.querySelectorAll('script, foreignObject, style, image, use, animate, set, iframe')) bad.remove();
  for (const e of [svg, ...svg.querySelectorAll('*')])
    for (const a of [...e.attributes])
      if (/^on|href$|^style$|^xlink:/i.test(a.name) && !(a.name === 'xlink:title')) e.removeAttribute(a.name);
  return document.importNode(svg, true);
}

function nameOf(node) {
  const title = node.querySelector('a')?.getAttribute('xlink:title') ?? node.querySelector('a')?.getAttributeNS('http://www.w3.org/1999/xlink', 'title');
  return (title || '').replace(/ \([^()]*\)$/, '');
}

export async function showGraph(view) {
  await fetchReport('tree', { rows: 0 });
  let text;
  try {
    text = await fetchText(`graph.svg?${optionsQuery()}`);
  } catch (e) {
    if (!(e instanceof Refusal) || e.status !== 501) throw e;
    view.replaceChildren(emptyState("The graph needs Graphviz's dot", el('pre', {}, 'apt-get install graphviz'), el('p', {}, e.message)));
    return;
  }
  const parsed = new DOMParser().parseFromString(text.slice(text.indexOf('<svg')).replace(/&;/g, '&amp;;'), 'image/svg+xml');
  if (parsed.querySelector('parsererror')) throw new Error('dot drew something that is not SVG');
  const svg = harmless(parsed.documentElement), stage = el('div', { class: 'stage', tabindex: '0', 'aria-label': 'Call graph' }, svg);
  view.replaceChildren(stage);
  const camera = makeCamera(stage, svg);
  for (const node of svg.querySelectorAll('.node')) prepareNode(node);
  stage.append(el('div', { class: 'zoomers' },
    el('button', { 'aria-label': 'Closer', onclick: () => camera.zoom(1.3) }, '+'),
    el('button', { 'aria-label': 'Farther', onclick: () => camera.zoom(1 / 1.3) }, '−'),
    el('button', { onclick: () => camera.fit() }, 'fit')));
  camera.fit();
}

function prepareNode(node) {
  const name = nameOf(node);
  if (!name) return;
  node.setAttribute('tabindex', '0');
  node.setAttribute('role', 'button');
  node.setAttribute('aria-label', node.querySelector('a')?.getAttribute('xlink:title') || name);
  node.dataset.name = name;
  const menu = (x, y) => showFrameMenu(name, x, y, { back: () => node.focus(), isRoot: false });
  node.addEventListener('click', () => { if (!node.closest('.stage').dragged) addFilter('f', quoted(name)); });
  node.addEventListener('contextmenu', (e) => { e.preventDefault(); menu(e.clientX, e.clientY); });
  node.addEventListener('keydown', (e) => {
    const r = node.getBoundingClientRect();
    if (e.key === 'Enter') addFilter('f', quoted(name));
    else if (e.key === 'ContextMenu') menu(r.left, r.bottom);
    else return;
    e.preventDefault();
    e.stopPropagation();
  });
}

function makeCamera(stage, svg) {
  const at = { x: 0, y: 0, scale: 1 };
  const box = svg.getBBox();
  const size = { w: box.width + 16 || 800, h: box.height + 16 || 600 };
  svg.setAttribute('viewBox', `${box.x - 8} ${box.y - 8} ${size.w} ${size.h}`);
  svg.setAttribute('width', size.w);
  svg.setAttribute('height', size.h);
  const draw = () => { svg.style.transform = `translate(${at.x}px,${at.y}px) scale(${at.scale})`; };
  const zoomAt = (factor, px, py) => {
    const scale = Math.min(8, Math.max(0.02, at.scale * factor));
    at.x = px - ((px - at.x) * scale) / at.scale;
    at.y = py - ((py - at.y) * scale) / at.scale;
    at.scale = scale;
    draw();
  };
  const camera = {
    zoom: (factor) => zoomAt(factor, stage.clientWidth / 2, stage.clientHeight / 2),
    fit() {
      at.scale = Math.min(1.2, stage.clientWidth / size.w, (stage.clientHeight - 16) / size.h);
      at.x = (stage.clientWidth - size.w * at.scale) / 2;
      at.y = 8;
      draw();
    },
    move(x, y) { at.x += x; at.y += y; draw(); },
  };
  stage.addEventListener('wheel', (e) => {
    e.preventDefault();
    const r = stage.getBoundingClientRect();
    zoomAt(Math.exp(-e.deltaY / 400), e.clientX - r.left, e.clientY - r.top);
  }, { passive: false });
  drag(stage, camera);
  stage.addEventListener('keydown', (e) => {
    const step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[e.key];
    if (step) camera.move(...step);
    else if (e.key === '+' || e.key === '=') camera.zoom(1.3);
    else if (e.key === '-') camera.zoom(1 / 1.3);
    else if (e.key === '0') camera.fit();
    else return;
    e.preventDefault();
  });
  return camera;
}

function drag(stage, camera) {
  let last = null, way = 0;
  stage.addEventListener('pointerdown', (e) => { if (e.button === 0 && !e.target.closest('button')) { last = [e.clientX, e.clientY]; way = 0; stage.dragged = false; } });
  addEventListener('pointermove', (e) => {
    if (!last) return;
    camera.move(e.clientX - last[0], e.clientY - last[1]);
    way += Math.abs(e.clientX - last[0]) + Math.abs(e.clientY - last[1]);
    stage.dragged = way > 5;
    last = [e.clientX, e.clientY];
  });
  addEventListener('pointerup', () => { last = null; });
}
