# SPDX-License-Identifier: Apache-2.0
"""What tests and tools live by: the hooks of the page, over many profiles and in every view."""

import json
import re

from chromium import browsing
from serving import serving, tap, token_of
from tap import must

CPU, AFTER = "service_before_cpu.pb.gz", "service_after_cpu.pb.gz"
PROFILES = [[CPU], ["service_before_heap.pb.gz"], ["workers_cpu.pb.gz"], ["workers_block.pb.gz"], ["leak_goroutine.pb.gz"], ["edge/labels.pb.gz"],
            ["edge/negative_values.pb.gz"], ["edge/no_samples.pb.gz"], ["edge/zero_values.pb.gz"], ["edge/empty_stack.pb.gz"], ["edge/recursion.pb.gz"],
            ["edge/no_mapping.pb.gz"], ["edge/gcu.pb.gz"], ["formats/folded.txt"], ["formats/node.cpuprofile"], ["formats/jemalloc.heap"], ["formats/java.heap.txt"],
            ["binaries/crate.pb.gz"], [f"-diff_base={CPU}", AFTER], ["-base=service_before_heap.pb.gz", "service_after_heap.pb.gz"],
            ["-mean", "service_before_heap.pb.gz"], ["-sample_index=samples", CPU]]
VIEWS = ["flamegraph", "top", "graph", "peek", "source", "disasm", "tags", "traces", "diff"]


def whole_number(text):
    return re.fullmatch(r"-?\d+", text or "") is not None


def facts_are_in_every_view():
    for flags in PROFILES:
        top = json.loads(must("-top", "-trim=f", "-format=json", *flags))
        types = [t["type"] for t in top["profile"]["sample_types"]]
        with serving(*flags) as server, browsing() as page:
            for view in VIEWS:
                page.open(f"{server.url}/ui/{view}")
                what = (flags, view, page.text("#view")[:200])
                assert page.data("app") == "cprof" and page.data("view") == view, what
                assert page.data("sample") == types[top["sample_index"]], what
                assert page.data("unit") == top["unit"] and page.data("theme") == "light", what
                assert page.data("total") == str(top["total"]) and whole_number(page.data("shown")), (what, page.data("total"), top["total"])
                assert page.js("return performance.getEntriesByName('drawn').length") >= 1, what
            errors = [e["message"] for e in page.logs() if " 400 " not in e["message"]]
            assert not errors, (flags, errors)


def frames_and_rows_agree_with_top():
    for flags in PROFILES:
        rows = {}
        for r in json.loads(must("-top", "-trim=f", "-format=json", *flags))["rows"]:
            rows.setdefault(r["name"], r)
        with serving(*flags) as server, browsing() as page:
            page.open(server.url + "/ui/flamegraph")
            total = int(page.data("total"))
            for f in page.frames():
                name = f["name"]
                assert f["role"] == "treeitem" and not f["inner"] and f["width"] >= 0.9, (flags, f)
                assert re.fullmatch(re.escape(name) + r", -?\S+ \([\d.e+-]+%\), self -?\S+", f["label"]), (flags, f["label"])
                assert f["text"] or not name, (flags, f)
                assert ("diff_base" in flags[0] or "-base" in flags[0]) == (f["delta"] is not None), (flags, f)
                if f["depth"] > 0 and total and flags[0][0] != "-":
                    assert name in rows, (flags, name)
            page.open(server.url + "/ui/top?trim=f")
            seen = page.js("""return [...document.querySelectorAll('table#toptable tr[data-name]')].map((e) => [e.dataset.name, Number(e.dataset.flat), Number(e.dataset.cum)])""")
            want = [[r["name"], r["flat"], r["cum"]] for r in json.loads(must("-top", "-trim=f", "-format=json", *flags))["rows"]]
            assert seen == want[:500], (flags, seen[:3], want[:3])


def a_search_for_one_name_weighs_its_row():
    from urllib.parse import quote
    for flags in PROFILES:
        with serving(*flags) as server, browsing() as page:
            rows = json.loads(server.get("/ui/top.json?trim=f"))["rows"]
            for r in rows[:60]:
                q = "^" + re.sub(r"[\\.+*?()|\[\]{}^$]", r"\\\g<0>", r["name"]) + "$"
                found = server.json("/ui/search.json?q=" + quote(q))
                assert found["value"] == r["cum"] and found["count"] == 1, (flags, r, found)
            for r in rows[:2]:
                q = "^" + re.escape(r["name"]) + "$"
                page.open(f"{server.url}/ui/flamegraph?q={quote(q)}")
                assert page.one("#matches").get_attribute("data-value") == str(r["cum"]), (flags, r)
                assert page.one("#matches").get_attribute("data-count") == "1"


INTERACTIONS = """
    const html = document.documentElement, log = [];
    const step = (name, f) => { f(); log.push([name, html.dataset.ready]); };
    const wait = async () => { while (html.dataset.ready !== '1') await new Promise((r) => setTimeout(r, 5)); };
    const key = (e, key) => e.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
    const frame = (n) => document.querySelectorAll('#flame [data-frame]')[n];
    const done = arguments[arguments.length - 1];
    (async () => {
      step('click', () => frame(3).click()); await wait();
      step('escape', () => key(document.activeElement, 'Escape')); await wait();
      frame(4).focus();
      step('enter', () => key(frame(4), 'Enter')); await wait();
      step('reset', () => document.querySelector('[data-action=reset]').click()); await wait();
      step('shift-click', () => frame(5).dispatchEvent(new MouseEvent('click', {bubbles: true, shiftKey: true}))); await wait();
      step('sandwich', () => document.querySelector('[data-action=sandwich]').click()); await wait();
      step('invert', () => document.querySelector('[data-action=invert]').click()); await wait();
      step('invert', () => document.querySelector('[data-action=invert]').click()); await wait();
      step('search', () => { const s = document.querySelector('#search'); s.value = 'run'; s.dispatchEvent(new Event('input', {bubbles: true})); }); await wait();
      step('bad search', () => { const s = document.querySelector('#search'); s.value = '('; s.dispatchEvent(new Event('input', {bubbles: true})); }); await wait();
      step('no search', () => { const s = document.querySelector('#search'); s.value = ''; s.dispatchEvent(new Event('input', {bubbles: true})); }); await wait();
      for (const action of ['focus', 'ignore', 'hide', 'show-from', 'source']) {
        frame(4).dispatchEvent(new MouseEvent('contextmenu', {bubbles: true, cancelable: true, clientX: 300, clientY: 300}));
        step('menu ' + action, () => document.querySelector(`[role=menuitem][data-action=${action}]`).click()); await wait();
        const at = new Promise((r) => addEventListener('popstate', () => r(html.dataset.ready), {once: true}));
        history.back();
        log.push(['back from ' + action, await at]); await wait();
      }
      step('type', () => { const s = document.querySelector('#sample'); s.selectedIndex = s.selectedIndex ? 0 : s.options.length - 1; s.dispatchEvent(new Event('change', {bubbles: true})); }); await wait();
      for (const to of ['top', 'peek', 'tags', 'traces', 'graph', 'flamegraph']) {
        step('view ' + to, () => document.querySelector(`#views a[data-to=${to}]`).click()); await wait();
      }
      step('sort', () => document.querySelector('#toptable th[aria-sort=none] > button[data-sort=cum], #toptable th[aria-sort=none] > button[data-sort=flat]').click()); await wait();
      step('crumb', () => { frame(3).click(); }); await wait();
      step('crumb out', () => document.querySelector('#crumbs a').click()); await wait();
      done(log);
    })().catch((e) => done([['failed: ' + e.stack, '1']]));"""


def readiness_ends_in_every_handler():
    for flags in [[CPU], ["service_before_heap.pb.gz"], [f"-diff_base={CPU}", AFTER]]:
        with serving(*flags) as server, browsing() as page:
            page.browser.set_script_timeout(60)
            page.open(server.url + "/ui/flamegraph")
            page.js("window.stays = 1")
            log = page.browser.execute_async_script(INTERACTIONS)
            assert all(ready == "0" for _, ready in log) and len(log) > 25, (flags, [entry for entry in log if entry[1] != "0"])
            assert page.js("return window.stays") == 1


def sorts(page):
    return page.js("return [...document.querySelectorAll('#toptable th[aria-sort]')].map((e) => e.getAttribute('aria-sort'))")


def sorting_keeps_the_focus():
    with serving(CPU) as server, browsing() as page:
        for view in ["top", "flamegraph"]:
            page.open(f"{server.url}/ui/{view}")
            page.js("document.querySelector('#toptable th > button[data-sort=cum]').focus()")
            for want in ["descending", "ascending", "descending"]:
                page.keys("\ue007")
                assert page.js("return document.activeElement.dataset.sort") == "cum", (view, want)
                assert page.js("return document.activeElement.parentElement.getAttribute('aria-sort')") == want, (view, want)
                assert sorts(page).count("none") == len(sorts(page)) - 1
                cums = page.js("return [...document.querySelectorAll('#toptable tr[data-cum]')].map((e) => Number(e.dataset.cum))")
                assert cums == sorted(cums, reverse=want == "descending")


def real_key(page, key, code):
    for kind in ["rawKeyDown", "keyUp"]:
        page.browser.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code})


def menus_by_the_menu_key():
    with serving(CPU) as server, browsing() as page:
        page.open(server.url)
        page.js("document.querySelector('[data-frame][tabindex=\"0\"]').focus()")
        page.keys("\ue015")
        real_key(page, "ContextMenu", 93)
        page.ready()
        items = page.js("return [...document.querySelectorAll('[role=menu] [role=menuitem][data-action]')].filter((e) => e.offsetWidth).map((e) => e.dataset.action)")
        assert len(page.all("[role=menu]")) == 1 and {"copy", "focus", "ignore", "hide", "show-from", "source"} <= set(items), items
        page.keys("\ue00c")
        assert not page.all("[role=menu]") and "zoom" not in page.query()
        page.keys("\ue007")
        assert "zoom" in page.query()
        real_key(page, "ContextMenu", 93)
        page.keys("\ue00c")
        assert "zoom" in page.query() and not page.all("[role=menu]")
        page.keys("\ue00c")
        assert "zoom" not in page.query()


def every_frame_of_a_pixel_is_there():
    for flags, zoom in [([CPU], ""), (["service_before_heap.pb.gz"], ""), ([CPU], "runtime.main;main.main")]:
        with serving(*flags) as server, browsing() as page:
            page.open(f"{server.url}/ui/flamegraph?zoom={zoom}")
            seen, width = page.frames(), page.js("return document.querySelector('#flame').clientWidth")
            flame = server.json("/ui/flamegraph.json?w=100000")["flame"]
            paths, kids = {}, {}
            weight = flame.get("width", flame["cum"])
            for i, parent in enumerate(flame["parents"]):
                name = flame["paths"][flame["path"][flame["name"][i]]] + flame["names"][flame["name"][i]]
                paths[i] = paths[parent] + [name] if i else []
                kids.setdefault(parent, []).append(i)
            root = next(i for i, p in paths.items() if ";".join(p) == zoom)
            inside = [i for i, p in paths.items() if p[:len(paths[root])] == paths[root] and weight[i] * width / weight[root] >= 1]
            want = sorted((paths[i] or ["all"])[-1] for i in inside)
            got = sorted(f["name"] for f in seen if f["depth"] >= len(paths[root]))
            assert want == got, (len(want), len(got))


def the_address_opens_what_is_seen():
    with serving("workers_cpu.pb.gz") as server, browsing() as page:
        for query in ["f=worker", "i=sha", "h=main", "s=main", "sf=worker", "tf=tenant", "si=samples", "tagroot=tenant", "g=files", "g=lines", "g=addresses", "p=worker", "flip=t",
                      "noinlines=t", "n=3", "nf=0.2", "unit=ms", "rel=t&f=worker", "mean=t", "calltree=t", "compact=t", "norm=t", "showcolumns=t", "dropneg=t", "trim=f", "unknown=1"]:
            page.open(f"{server.url}/ui/flamegraph?{query}")
            frames = [(f["name"], f["cum"]) for f in page.frames()]
            assert frames and not page.logs(), query
            page.click("#views a[data-to=top]")
            page.back()
            assert [(f["name"], f["cum"]) for f in page.frames()] == frames, query


def saved_files_are_the_references():
    home = tap.scratch("saved")
    with serving(CPU, env=tap.environment(XDG_CONFIG_HOME=home)) as server:
        head = {"X-Cprof-Token": token_of(server), "Origin": f"http://localhost:{server.port}", "Host": f"localhost:{server.port}"}
        assert server.ask("/ui/saveconfig?config=plain", "POST", head)[0] == 200
        kept = json.load(open(f"{home}/pprof/settings.json", encoding="utf-8"))
        # What pprof's own page writes for its defaults.
        assert kept == {"configs": [{"name": "plain", "unit": "minimum", "sort": "flat", "nodecount": -1, "nodefraction": 0.005, "edgefraction": 0.001, "trim": True}]}, kept


TESTS = [facts_are_in_every_view, frames_and_rows_agree_with_top, a_search_for_one_name_weighs_its_row, readiness_ends_in_every_handler, sorting_keeps_the_focus,
         menus_by_the_menu_key, every_frame_of_a_pixel_is_there, the_address_opens_what_is_seen, saved_files_are_the_references]
tap.run([t for t in TESTS if len(tap.sys.argv) < 3 or t.__name__ in tap.sys.argv[2:]])
