// SPDX-License-Identifier: Apache-2.0
#include "format/emits.h"

// Keeps the place under the pointer where it is while zooming; a drag moves; a double click starts
// over. The picture begins fitted to the window.
static const struct span script = SPAN(
    "<script type=\"text/ecmascript\"><![CDATA[\n"
    "(function () {\n"
    "  var svg = document.documentElement, view = null, scale = 1, x = 0, y = 0, last = null;\n"
    "  function show() {\n"
    "    view.setAttribute('transform', 'translate(' + x + ',' + y + ') scale(' + scale + ')');\n"
    "  }\n"
    "  function fit() {\n"
    "    scale = 1; x = 0; y = 0; show();\n"
    "    var box = view.getBBox(), w = window.innerWidth, h = window.innerHeight;\n"
    "    if (!box.width || !box.height || !w || !h) return;\n"
    "    scale = Math.min(1, w / box.width, h / box.height);\n"
    "    x = (w - box.width * scale) / 2 - box.x * scale;\n"
    "    y = (h - box.height * scale) / 2 - box.y * scale;\n"
    "    show();\n"
    "  }\n"
    "  function zoom(e) {\n"
    "    var by = Math.pow(1.2, e.deltaY < 0 ? 1 : -1);\n"
    "    x = e.clientX - (e.clientX - x) * by;\n"
    "    y = e.clientY - (e.clientY - y) * by;\n"
    "    scale *= by; show(); e.preventDefault();\n"
    "  }\n"
    "  function move(e) {\n"
    "    if (!last) return;\n"
    "    x += e.clientX - last.clientX; y += e.clientY - last.clientY; last = e; show();\n"
    "  }\n"
    "  window.addEventListener('load', function () {\n"
    "    view = document.getElementById('viewport');\n"
    "    fit();\n"
    "    svg.addEventListener('wheel', zoom, { passive: false });\n"
    "    svg.addEventListener('mousedown', function (e) { last = e; e.preventDefault(); });\n"
    "    window.addEventListener('mousemove', move);\n"
    "    window.addEventListener('mouseup', function () { last = null; });\n"
    "    svg.addEventListener('dblclick', fit);\n"
    "  });\n"
    "})();\n"
    "]]></script>\n");

// Writes up to a marker and moves past what has been written; false where there is no marker.
static bool copy_upto(struct span *svg, struct span marker, struct sink *out)
{
    size_t at = span_find(*svg, marker);
    if (at == SPAN_NOT_FOUND)
        return false;
    sink_write(out, span_upto(*svg, at));
    *svg = span_from(*svg, at);
    return true;
}

void svg_finish(struct span svg, struct sink *out)
{
    // <svg width="…" height="…" viewBox="…" xmlns=…: the size is the window's instead.
    if (copy_upto(&svg, SPAN("<svg "), out)) {
        size_t rest = span_find(svg, SPAN("xmlns="));
        sink_write(out, SPAN("<svg width=\"100%\" height=\"100%\" "));
        svg = span_from(svg, rest == SPAN_NOT_FOUND ? strlen("<svg ") : rest);
    }
    bool graph = copy_upto(&svg, SPAN("<g id=\"graph"), out);
    if (graph) {
        sink_write(out, script);
        sink_write(out, SPAN("<g id=\"viewport\">\n"));
    }
    if (graph && copy_upto(&svg, SPAN("</svg>"), out))
        sink_write(out, SPAN("</g>\n"));
    sink_write(out, svg);
}
