// SPDX-License-Identifier: Apache-2.0
// Filters as chips, the dialog of all options, and saved configurations.

import { fetchReport } from './data.js';
import { dialog } from './menu.js';
import { boot, FILTERS, navigate, offline, state, VIEWS } from './state.js';
import { $, el, note, quoted } from './util.js';

const OTHERS = [
  ['g', 'detail', ['', 'functions', 'filefunctions', 'files', 'lines', 'addresses']], ['sort', 'sort by', ['', 'flat', 'cum']],
  ['unit', 'unit', null], ['n', 'functions at most', null], ['nf', 'hide functions below', null], ['ef', 'hide calls below', null],
];
const CHECKS = [
  ['noinlines', 'without inlined functions'], ['showcolumns', 'with columns'], ['rel', 'percentages of what is left'], ['calltree', 'graph as a tree'],
  ['mean', 'mean per sample'], ['norm', 'scale the base'], ['dropneg', 'drop negative'], ['compact', 'compact labels'],
];

function chip(key, name, value) {
  return el('span', { class: 'chip', 'data-filter': key }, el('span', { title: value }, `${name}: ${value}`),
    el('button', { 'aria-label': `Remove ${name}`, onclick: () => navigate({ [key]: '' }) }, '✕'));
}

const trimmedRegex = (v) => v.replace(/^\^(.*)\$$/, '$1').replace(/\\([.*()[\]])/g, '$1');

export function drawChips() {
  const chips = [];
  for (const [key, name] of FILTERS) {
    const value = state.params.get(key);
    if (value) chips.push(chip(key, name, trimmedRegex(value)));
  }
  for (const key of ['tagroot', 'tagleaf', 'g', 'unit', 'n', 'nf', 'ef', 'trim']) if (state.params.get(key)) chips.push(chip(key, key, state.params.get(key)));
  for (const [key, text] of CHECKS) if (isOn(state.params.get(key))) chips.push(chip(key, text, 'on'));
  $('#chips').replaceChildren(...chips);
}

const isOn = (v) => v === 't' || v === 'true' || v === '1' || v === 'yes' || v === 'y';

export async function showFilters() {
  const fields = el('div', { class: 'grid' });
  for (const [key, name, title] of FILTERS) {
    fields.append(el('label', { for: 'o-' + key, title }, name),
      el('input', { id: 'o-' + key, name: key, value: state.params.get(key) || '', placeholder: title, spellcheck: 'false' }));
  }
  for (const [key, name, choices] of OTHERS) {
    const value = state.params.get(key) || '';
    const input = choices ? el('select', { id: 'o-' + key, name: key }, ...choices.map((c) => el('option', { value: c, selected: c === value }, c || 'default')))
      : el('input', { id: 'o-' + key, name: key, value, placeholder: 'default' });
    fields.append(el('label', { for: 'o-' + key }, name), input);
  }
  const checks = el('div', { class: 'checks' }, ...CHECKS.map(([key, text]) =>
    el('label', {}, el('input', { type: 'checkbox', name: key, checked: isOn(state.params.get(key)) }), ' ' + text)));
  const tags = el('div', {});
  const form = el('form', { method: 'dialog' }, fields, tags, el('h3', {}, 'More'), checks, el('div', { class: 'row' },
    el('button', { type: 'button', onclick: () => d.close() }, 'Cancel'), el('button', { class: 'primary', value: 'ok' }, 'Apply')));
  const d = dialog('Filters and options', form);
  form.addEventListener('submit', () => {
    const changes = {};
    for (const input of form.elements) if (input.name) changes[input.name] = input.type === 'checkbox' ? (input.checked ? 't' : '') : input.value;
    navigate(changes);
  });
  await offerTags(tags, form);
}

// The tags that there are, so that nobody has to know them.
async function offerTags(where, form) {
  const answer = await fetchReport('tags', { rows: 5000 }, { aside: true }).catch(() => null);
  const keys = [...new Set((answer?.rows || []).map((r) => r.key))];
  if (!keys.length) return;
  const values = el('select', { 'aria-label': 'Value' });
  const key = el('select', { 'aria-label': 'Tag', onchange: () => fillValues() }, ...keys.map((k) => el('option', {}, k)));
  const fillValues = () => values.replaceChildren(...answer.rows.filter((r) => r.key === key.value).slice(0, 500).map((r) =>
    el('option', { value: r.value !== undefined ? quoted(r.value) : `${r.number}${r.unit || ''}` }, r.value ?? `${r.number} ${r.unit || ''}`)));
  fillValues();
  const use = (field) => () => { form.elements[field].value = `${key.value}=${values.value}`; };
  where.append(el('h3', {}, 'Tags of this profile'), el('div', { class: 'checks' }, key, values,
    el('button', { type: 'button', class: 'soft', onclick: use('tf') }, 'only these'), el('button', { type: 'button', class: 'soft', onclick: use('ti') }, 'without these')));
}

let configs = boot.configs || [];

export function drawConfigs() {
  const own = configs.some((c) => c.name === 'Default');
  const select = $('#configs'), all = [{ name: own ? 'Built-in' : 'Default', query: '' }, ...configs];
  $('#saved').hidden = !!offline;
  const now = savedPart(state.params).toString();
  const at = all.findIndex((c) => savedPart(new URLSearchParams(c.query)).toString() === now);
  select.replaceChildren(...(at < 0 ? [el('option', { value: '-1' }, 'Unsaved')] : []), ...all.map((c, i) => el('option', { value: i }, c.name)));
  select.value = String(at);
  select.onchange = () => applyConfig(all[Number(select.value)]);
}

// The parameters that a configuration holds.
function savedPart(params) {
  const part = new URLSearchParams();
  for (const key of boot.saved || []) if (params.get(key)) part.set(key, params.get(key));
  return part;
}

function applyConfig(config) {
  if (!config) return;
  const changes = {}, wanted = new URLSearchParams(config.query);
  for (const key of boot.saved || []) changes[key] = wanted.get(key) || '';
  navigate({ ...changes, zoom: '', p: '' });
}

async function post(action, name, query) {
  const answer = await fetch(`${action}?${query}`, { method: 'POST', headers: { 'X-Cprof-Token': $('meta[name=cprof-token]')?.content || '' } });
  if (!answer.ok) throw new Error((await answer.text()).trim() || `the server said ${answer.status}`);
  configs = (await (await fetch('boot.json')).json()).configs || [];
  drawConfigs();
  note(action === 'saveconfig' ? `saved as ${name}` : `deleted ${name}`);
}

export function showSave() {
  const shown = VIEWS.find(([v]) => v === state.view)?.[1] || state.view;
  const box = el('input', { type: 'checkbox', name: 'always', onchange: () => { input.disabled = box.checked; input.value = box.checked ? 'Default' : ''; } });
  const always = el('p', {}, el('label', {}, box, ` open every profile so, in the view ${shown}`));
  const input = el('input', { name: 'config', required: true, 'aria-label': 'Name', placeholder: 'a name', autofocus: true });
  const error = el('p', { role: 'alert', class: 'down' });
  const form = el('form', {}, el('p', {}, 'Keeps filters and options (not the sample type) for this and other profiles, in the settings file that pprof has, too.'), input, always, error,
    el('div', { class: 'row' }, el('button', { type: 'button', onclick: () => d.close() }, 'Cancel'), el('button', { class: 'primary' }, 'Save')));
  const d = dialog('Save these options', form);
  form.addEventListener('submit', async (e) => {
    e.preventDefault();
    const query = savedPart(state.params);
    query.set('config', input.value.trim());
    if (box.checked) query.set('view', state.view);
    try { await post('saveconfig', input.value.trim(), query); d.close(); } catch (x) { error.textContent = x.message; }
  });
  input.focus();
}

export function showDelete() {
  const list = el('div', { class: 'grid' });
  const d = dialog('Delete saved options', configs.length ? list : el('p', {}, 'Nothing is saved yet.'),
    el('div', { class: 'row' }, el('button', { class: 'primary', onclick: () => d.close() }, 'Close')));
  for (const c of configs) {
    const remove = el('button', { class: 'soft', onclick: async () => {
      try { await post('deleteconfig', c.name, new URLSearchParams({ config: c.name })); d.close(); } catch (x) { note(x.message, true); }
    } }, 'delete');
    list.append(remove, el('span', {}, c.name, ' ', el('span', { class: 'dim' }, c.query)));
  }
}
