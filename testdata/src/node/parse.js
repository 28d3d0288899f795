// Parses and sorts for a while; recorded by node --cpu-prof and --heap-prof: see
// ../record_formats.sh.
'use strict';

const kept = [];

function makeText(n) {
    const items = [];
    for (let i = 0; i < n; i++)
        items.push({ id: i * 7919 % n, name: `item ${i}`, tags: ['a', 'b', String(i)] });
    return JSON.stringify(items);
}

function byId(a, b) {
    return a.id - b.id;
}

function sortItems(text) {
    const items = JSON.parse(text);
    items.sort(byId);
    return items;
}

function main(n) {
    const text = makeText(2000);
    for (let i = 0; i < n; i++)
        kept.push(sortItems(text));
}

main(Number(process.argv[2]));
