# SPDX-License-Identifier: Apache-2.0
"""The page in a real browser: every view, zoom, search, keys, comparison, export, hostile profiles,
themes, narrow windows, a server that has gone."""

import json
import pathlib
import re
import time

from chromium import browsing, media, resize
from serving import serving, tap
from tap import must

import pb

CPU, AFTER, HEAP, TAGS = "service_before_cpu.pb.gz", "service_after_cpu.pb.gz", "service_before_heap.pb.gz", "workers_cpu.pb.gz"
VIEWS = ["flamegraph", "top", "graph", "source", "peek", "tags", "traces"]
ENTER, ESCAPE, DOWN, UP, LEFT, RIGHT, TAB = "\ue007", "\ue00c", "\ue015", "\ue013", "\ue012", "\ue014", "\ue004"


def rows_of(*flags):
    return {r["name"]: r for r in json.loads(must("-top", "-trim=f", "-format=json", *flags))["rows"]}


def every_view_is_drawn():
    with serving(TAGS) as server, browsing() as page:
        for view in VIEWS:
            page.open(f"{server.url}/ui/{view}?f=worker")
            assert page.data("view") == view and page.data("app") == "cprof"
            assert page.data("sample") == "cpu" and page.data("unit") == "nanoseconds"
            assert page.data("total") == "3600000000" and 0 < int(page.data("shown")) <= 3600000000, view
            assert len(page.text("#view")) > 50 or page.all("#view svg"), view
            assert page.js("return performance.getEntriesByName('drawn').length") >= 1
        assert not page.logs()


def frames_say_what_top_says():
    with serving(CPU) as server, browsing() as page:
        page.open(server.url)
        rows, frames = rows_of(CPU), page.frames()
        assert frames[0]["depth"] == 0 and frames[0]["cum"] == int(page.data("shown"))
        assert page.one("#flame").get_attribute("role") == "tree"
        total = int(page.data("total"))
        for f in frames:
            assert f["role"] == "treeitem" and not f["inner"] and f["width"] >= 0.9 and f["text"], f
            assert re.fullmatch(re.escape(f["name"]) + r", \S+ \([\d.e-]+%\), self \S+", f["label"]), f["label"]
        own = [f for f in frames if f["depth"] > 0]
        flat = {}
        for f in own:
            assert f["name"] in rows and f["cum"] <= rows[f["name"]]["cum"], f
            flat[f["name"]] = flat.get(f["name"], 0) + f["flat"]
        # At this width nothing is folded: what frames weigh themselves adds up to the rows.
        for name, row in rows.items():
            assert flat.get(name, 0) == row["flat"], name
        assert total == sum(r["flat"] for r in rows.values())


def frames_stand_in_their_callers():
    with serving(CPU) as server, browsing() as page:
        page.open(server.url)
        frames = page.frames()
        stack = []
        for f in frames:
            stack = stack[:f["depth"]]
            if stack:
                up = stack[-1]
                assert up["x"] - 0.6 <= f["x"] and f["x"] + f["width"] <= up["x"] + up["width"] + 1.6, (up, f)
                assert f["y"] > up["y"] and f["cum"] <= up["cum"]
            stack.append(f)


def labels_have_the_digits_of_top():
    with serving(CPU) as server, browsing() as page:
        page.open(server.url)
        text = must("-top", CPU).decode()
        labels = {f["name"]: f["label"] for f in page.frames()}
        line = next(l for l in text.splitlines() if l.endswith(" main.(*Service).Handle"))
        flat, _, _, cum, percent, name = line.split(None, 5)
        assert labels[name] == f"{name}, {cum} ({percent}), self {flat}", (labels[name], line)


def a_click_zooms_and_back_undoes_it():
    with serving(CPU) as server, browsing() as page:
        page.open(server.url)
        whole = page.frames()
        page.js("window.stays = 1")
        page.click(page.frame("regexp.(*Regexp).replaceAll"))
        zoomed = page.frames()
        assert page.js("return window.stays") == 1 and "zoom" in page.query()
        top = next(f for f in zoomed if f["name"] == "regexp.(*Regexp).replaceAll")
        assert abs(top["width"] - whole[0]["width"]) < 2
        assert "regexp.(*Regexp).replaceAll" in page.text("#crumbs")
        address = page.browser.current_url
        page.keys(ESCAPE)
        assert "zoom" not in page.query() and page.frames() == whole
        asked = page.js("return performance.getEntriesByType('resource').length")
        page.back()
        assert page.frames() == zoomed and page.js("return performance.getEntriesByType('resource').length") == asked
        page.open(address)
        assert [f["name"] for f in page.frames()] == [f["name"] for f in zoomed]
        page.click("[data-action=reset]")
        assert [f["name"] for f in page.frames()] == [f["name"] for f in whole]


def readiness_ends_within_the_handler():
    with serving(CPU) as server, browsing() as page:
        page.open(server.url)
        assert page.js("""const f = [...document.querySelectorAll('[data-frame]')].find((e) => e.dataset.name === 'main.main');
            f.click(); return document.documentElement.dataset.ready""") == "0"
        page.ready()
        assert page.js("""const s = document.querySelector('#sample'); s.selectedIndex = 0;
            s.dispatchEvent(new Event('change')); return document.documentElement.dataset.ready""") == "0"
        page.ready()
        assert page.data("sample") == "samples" and page.query()["si"] == "samples"
        page.back()
        assert page.data("sample") == "cpu"


def keys_walk_the_frames():
    with serving(CPU) as server, browsing() as page:
        page.open(server.url)
        for presses in range(1, 81):
            page.keys(TAB)
            if page.js("return document.activeElement.matches('[data-frame]')"):
                break
        assert presses < 80
        assert sum(f["tab"] == 0 for f in page.frames()) == 1
        seen = []
        for key in [DOWN, DOWN, DOWN, RIGHT, LEFT, UP]:
            page.keys(key)
            seen.append(page.js("return document.activeElement.dataset.name"))
            assert page.text("#details b").startswith(seen[-1])
        assert seen[:3] == ["runtime.main", "main.main", "main.(*Service).Handle"] and seen[3] != seen[4] == seen[2] and seen[5] == seen[1], seen
        page.keys(ENTER)
        assert page.query()["zoom"] == "runtime.main;main.main"
        assert page.js("return document.activeElement.dataset.name") == "main.main"
        page.keys(ESCAPE)
        assert "zoom" not in page.query()


def the_menu_of_a_frame():
    with serving(CPU) as server, browsing() as page:
        page.open(server.url)
        page.click(page.frame("main.(*Service).Handle"), right=True)
        actions = page.js("return [...document.querySelectorAll('[role=menu] [role=menuitem]')].map((e) => e.dataset.action)")
        assert {"copy", "focus", "ignore", "hide", "show-from", "source"} <= set(actions), actions
        address = page.browser.current_url
        page.keys(ESCAPE)
        assert not page.all("[role=menu]") and page.browser.current_url == address
        for action, key in [("focus", "f"), ("ignore", "i"), ("hide", "h"), ("show-from", "sf")]:
            page.open(server.url)
            page.click(page.frame("regexp.(*Regexp).replaceAll"), right=True)
            page.click(f"[role=menuitem][data-action={action}]")
            assert page.query()[key] == r"^regexp\.\(\*Regexp\)\.replaceAll$", page.query()
            flag = {"f": "focus", "i": "ignore", "h": "hide", "sf": "show_from"}[key]
            want = json.loads(must("-top", "-trim=f", "-format=json", f"-{flag}=" + page.query()[key], CPU))
            assert int(page.data("shown")) == sum(r["flat"] for r in want["rows"]), (action, page.data("shown"))
            assert page.all(".chip")
            page.back()
            assert key not in page.query() and page.data("shown") == page.data("total")
        page.click(page.frame("main.main"), right=True)
        page.click("[role=menuitem][data-action=source]")
        assert page.data("view") == "source" and page.query()["f"] == r"^main\.main$"


def the_menu_key_opens_it():
    with serving(CPU) as server, browsing() as page:
        page.open(server.url)
        page.js("document.querySelector('[data-frame][tabindex=\"0\"]').focus()")
        page.keys(DOWN, DOWN)
        page.js("""document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'ContextMenu', bubbles: true, cancelable: true}))""")
        assert page.all("[role=menu]") and page.js("return document.activeElement.getAttribute('role')") == "menuitem"
        page.keys(DOWN, DOWN, ESCAPE)
        assert not page.all("[role=menu]") and page.js("return document.activeElement.dataset.name") == "main.main"


def searches_tell_their_total():
    with serving(CPU) as server, browsing() as page:
        page.open(server.url)
        rows = rows_of(CPU)
        page.keys("/", *"regexp")
        time.sleep(0.4)
        page.ready()
        names = {n for n in rows if "regexp" in n}
        assert page.one("#matches").get_attribute("data-count") == str(len(names))
        assert {f["name"] for f in page.frames() if f["match"] == "1"} == names
        assert all(f["match"] is None for f in page.frames() if f["name"] not in names)
        assert page.one("#matches").get_attribute("role") == "status" and page.query()["q"] == "regexp"
        page.open(f"{server.url}/ui/flamegraph?q=%5Eruntime%5C.mallocgc%24")
        assert int(page.one("#matches").get_attribute("data-value")) == rows["runtime.mallocgc"]["cum"]
        before = page.frames()
        page.one("#search").clear()
        page.keys("/", *"a(")
        time.sleep(0.4)
        page.ready()
        assert page.one("#search").get_attribute("aria-invalid") == "true" and page.text("#searcherror")
        assert len(page.frames()) == len(before)


def the_table_sorts():
    with serving(CPU) as server, browsing() as page:
        page.open(server.url + "/ui/top")
        want = json.loads(must("-top", "-format=json", CPU))["rows"]

        def rows():
            return page.js("return [...document.querySelectorAll('table#toptable tr[data-name]')].map((e) => [e.dataset.name, Number(e.dataset.flat), Number(e.dataset.cum)])")
        assert rows() == [[r["name"], r["flat"], r["cum"]] for r in want]
        for press in ["click", "enter"]:
            page.open(server.url + "/ui/top")
            button = page.js("return [...document.querySelectorAll('#toptable th[aria-sort] > button')].find((e) => e.textContent === 'cum')")
            if press == "click":
                page.click(button)
            else:
                page.js("arguments[0].focus()", button)
                page.keys(ENTER)
            cums = [r[2] for r in rows()]
            assert cums == sorted(cums, reverse=True) and len(cums) > 100
            sorts = page.js("return [...document.querySelectorAll('#toptable th[aria-sort]')].map((e) => e.getAttribute('aria-sort'))")
            assert sorts.count("none") == len(sorts) - 1 and "descending" in sorts, sorts


def callers_and_callees_of_a_function():
    with serving(CPU) as server, browsing() as page:
        page.open(server.url)
        page.click(page.frame("runtime.mallocgc"), shift=True)
        frames = page.frames()
        middle = next(f for f in frames if f["depth"] == 0)
        assert middle["name"] == "runtime.mallocgc" and middle["cum"] == rows_of(CPU)["runtime.mallocgc"]["cum"]
        calls = [r for r in json.loads(must("-peek=^runtime.mallocgc$", "-format=json", CPU))["rows"]]
        for relation, depth in [("caller", -1), ("callee", 1)]:
            want = {r["name"]: r["calls"] for r in calls if r["relation"] == relation}
            assert {f["name"]: f["cum"] for f in frames if f["depth"] == depth} == want
        assert all(f["y"] < middle["y"] for f in frames if f["depth"] < 0)
        page.keys(ESCAPE)
        assert "p" not in page.query()


def upside_down():
    with serving(CPU) as server, browsing() as page:
        page.open(server.url)
        page.click("[data-action=invert]")
        frames = page.frames()
        root = next(f for f in frames if f["depth"] == 0)
        assert all(f["y"] < root["y"] for f in frames if f["depth"] > 0) and page.query()["flip"] == "t"
        page.keys("v")
        assert "flip" not in page.query()


def comparisons_keep_both_sides():
    with serving(f"-diff_base={CPU}", AFTER) as server, browsing() as page:
        page.open(server.url)
        before, after, rows = rows_of(CPU), rows_of(AFTER), rows_of(f"-diff_base={CPU}", AFTER)
        frames = {f["name"]: f for f in page.frames() if f["depth"]}
        gone = frames["example.com/service/internal/render.Simple.Page"]
        new = frames["example.com/service/internal/render.(*Fast).Page"]
        assert int(gone["delta"]) == -before[gone["name"]]["cum"] and int(new["delta"]) == after[new["name"]]["cum"]
        assert gone["text"].startswith("▼") and new["text"].startswith("▲")
        assert int(frames["main.main"]["delta"]) == rows["main.main"]["cum"]
        page.open(server.url + "/ui/diff")
        assert page.data("view") == "diff" and len(page.all("#view tr[data-delta]")) > 20
        for view in ["top", "peek?f=main.main", "tags", "graph", "source?f=main", "traces"]:
            page.open(f"{server.url}/ui/{view}")
        assert "→" in page.text(".trace .num")
        page.open(f"{server.url}/ui/source?f=main")
        assert page.text("table.source thead") == "flatcumbeforeafterlinesource"
        page.open(f"{server.url}/ui/top")
        page.js("document.querySelectorAll('#toptable tr[data-name]')[1].focus()")
        assert page.text("#details b") == page.js("return document.activeElement.dataset.name")
        assert not page.logs()


def the_exported_file_needs_nothing():
    for flags in [[CPU], [f"-diff_base={CPU}", AFTER], [HEAP]]:
        path = tap.scratch("report.html")
        must("-html", f"-output={path}", *flags)
        with browsing() as page:
            page.browser.execute_cdp_cmd("Network.enable", {})
            page.browser.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0})
            page.open("file://" + path)
            frames = page.frames()
            assert len(frames) > 5 and not page.logs(), (len(frames), page.logs())
            page.click(page.js("return document.querySelectorAll('[data-frame]')[4]"))
            assert len(page.frames()) < len(frames) and "zoom" in page.browser.current_url
            page.back()
            assert page.frames() == frames
            page.keys("/", *"main")
            time.sleep(0.4)
            page.ready()
            assert int(page.one("#matches").get_attribute("data-count")) > 0
            options = page.js("return document.querySelector('#sample').options.length")
            for i in range(options):
                page.js("const s = document.querySelector('#sample'); s.selectedIndex = arguments[0]; s.dispatchEvent(new Event('change'))", i)
                page.ready()
                assert int(page.data("total")) >= 0
            page.click("#views a[data-to=top]")
            assert page.data("view") == "top" and len(page.all("#toptable tr[data-name]")) > 2, (flags, page.data("view"), page.text("#view"), page.browser.current_url)
            page.click("[data-action=invert]")
            leaves = {f["name"]: f["cum"] for f in page.frames() if f["depth"] == 1}
            assert leaves == {f["name"]: f["flat"] for f in page.frames() if f["depth"] == 1}, leaves
            if flags == [CPU]:
                assert all(leaves[n] == r["flat"] for n, r in rows_of(CPU).items() if n in leaves) and len(leaves) > 20
            page.keys("v")
            if "diff" in flags[0]:
                page.click("#views a[data-to=diff]")
                assert page.data("view") == "diff" and len(page.all("#difftable tr[data-delta]")) > 20
            page.click("[data-action=theme]")
            requests = [json.loads(e["message"])["message"] for e in page.browser.get_log("performance")]
            urls = [m["params"]["request"]["url"] for m in requests if m["method"] == "Network.requestWillBeSent"]
            assert all(u.startswith(("file:", "data:")) for u in urls), urls


def export_from_the_page():
    with serving(CPU) as server, browsing() as page:
        page.open(server.url)
        page.click("[data-action=export]")
        path = pathlib.Path(tap.FOLDER.name, "cprof.html")
        end = time.monotonic() + 10
        while not path.exists() and time.monotonic() < end:
            time.sleep(0.05)
        assert path.read_bytes() == must("-html", CPU)
        path.unlink()


HOSTILE = ["<script>window.bad=1</script>", "<img src=x onerror=window.bad=1>", "javascript:window.bad=1", "\"><b>", "a' onclick='window.bad=1",
           "</script><script>window.bad=1</script>", "\u202eevil", "${window.bad=1}", "<svg onload=window.bad=1>", "x" * 5000, "main.ok", "&lt;b&gt;", "];window.bad=1//"]


def nothing_in_a_profile_is_obeyed():
    path = tap.scratch("hostile.pb")
    profile = pb.profile_of_functions([(name, name, 1) for name in HOSTILE])
    s = profile + pb.field(6, b"javascript:window.bad=1")
    index = profile.count(b"") and sum(1 for _ in strings_of(profile))
    pathlib.Path(path).write_bytes(s + pb.field(15, index) + pb.field(13, index))
    out = tap.scratch("hostile.html")
    must("-html", f"-output={out}", path)
    with serving(path) as server, browsing() as page:
        for address in [f"{server.url}/ui/{view}?{query}" for view in VIEWS for query in ["", "f=.", "q=script"]] + ["file://" + out]:
            page.open(address)
            assert page.js("return window.bad") is None, address
            assert not page.js("return [...document.querySelectorAll('a[href]')].some((a) => a.protocol === 'javascript:')")
            assert not page.all("#view script, #view img, #view iframe, #view [onclick], #view [onload], #view [onerror]")
            page.keys("?")
            assert page.js("return window.bad") is None
        page.open(server.url)
        assert {f["name"] for f in page.frames()} >= {n for n in HOSTILE if n.isascii()}
        page.click(page.js("return document.querySelectorAll('[data-frame]')[3]"), right=True)
        assert page.js("return window.bad") is None


def strings_of(profile):
    """The entries of the string table of a profile that pb wrote."""
    i = 0

    def number():
        nonlocal i
        n = shift = 0
        while True:
            b = profile[i]
            i += 1
            n |= (b & 127) << shift
            shift += 7
            if b < 128:
                return n
    while i < len(profile):
        key = number()
        value = number()
        if key & 7 == 2:
            if key >> 3 == 6:
                yield profile[i:i + value]
            i += value


def contrast(a, b):
    def light(c):
        parts = [x / 255 for x in c]
        r, g, b = (x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b
    x, y = sorted([light(a), light(b)])
    return (y + 0.05) / (x + 0.05)


COLORS = """const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const rgb = (c, under) => { canvas.globalCompositeOperation = 'source-over'; canvas.fillStyle = under; canvas.fillRect(0, 0, 1, 1);
        canvas.fillStyle = c; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3); };
    const back = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (!/, 0\\)$|transparent/.test(c)) return c; } return '#fff'; };
    return [...document.querySelectorAll(arguments[0])].filter((e) => e.offsetWidth && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) && getComputedStyle(e).fontSize !== '0px')
        .map((e) => { const b = back(e); return [e.className + ' ' + e.tagName + ' ' + e.textContent.slice(0, 30), rgb(getComputedStyle(e).color, b), rgb(b, '#fff')]; });"""


def both_themes_can_be_read():
    with serving(TAGS) as server, serving(f"-diff_base={CPU}", AFTER) as compared, serving("binaries/lot.pb.gz") as lot, browsing() as page:
        for theme in ["light", "dark"]:
            media(page.browser, prefers_color_scheme=theme)
            for address in [f"{server.url}/ui/{view}?{q}" for view in ["flamegraph", "top", "tags", "traces", "peek"] for q in ["f=main", "f=main&q=sha"]] + \
                    [lot.url + "/ui/disasm?f=sum", lot.url + "/ui/source?f=sum", lot.url + "/ui/disasm?f=nothing", compared.url + "/ui/hints", compared.url, compared.url + "/ui/diff", f"{server.url}/ui/flamegraph?zoom=main.worker;runtime/pprof.Do&tagroot=tenant"]:
                page.open(address)
                assert page.data("theme") == theme
                for what, ink, paper in page.js(COLORS, "body *"):
                    assert contrast(ink, paper) >= 4.5, (theme, address, what, ink, paper, contrast(ink, paper))
            for opens in ["arguments[0].focus(); arguments[0].dispatchEvent(new KeyboardEvent('keydown', {key: 'ContextMenu', bubbles: true, cancelable: true}))",
                          "document.querySelector('[data-action=help]').click()", "document.querySelector('[data-action=filter]').click()",
                          "document.querySelector('[data-action=save]').click()"]:
                page.open(server.url)
                page.js(opens, page.all("[data-frame]")[0])
                for what, ink, paper in page.js(COLORS, "[role=menu] *, dialog *"):
                    assert contrast(ink, paper) >= 4.5, (theme, opens, what, ink, paper)
        page.open(server.url)
        page.click("[data-action=theme]")
        assert page.data("theme") == "light"
        page.open(server.url)
        assert page.data("theme") == "light"


def narrow_windows():
    with serving(CPU) as server, browsing() as page:
        for width in [360, 700]:
            resize(page.browser, width, 800)
            for view in VIEWS:
                page.open(f"{server.url}/ui/{view}?f=main")
                assert page.js("return document.documentElement.scrollWidth") <= width, (view, width)
        page.open(server.url)
        assert len(page.frames()) > 20 and page.one("#toptable").is_displayed()


def empty_and_wrong_states():
    with serving(CPU) as server, browsing() as page:
        page.open(server.url + "/ui/flamegraph?f=nothinghere")
        assert "nothinghere" in page.text("#view .empty") and page.data("shown") == "0"
        page.click("#view [data-action=reset]")
        assert page.data("shown") == page.data("total") and page.frames()
        page.open(server.url + "/ui/flamegraph?f=(")
        assert "missing closing" in page.text("body")
        page.open(server.url + "/ui/source?f=Handle")
        assert "not found" in page.text("#view")


def instructions_have_a_view():
    import shutil
    if not shutil.which("objdump"):
        raise tap.Skip("no objdump")
    lot = "binaries/lot.pb.gz"
    with serving(lot) as server, browsing() as page:
        page.open(server.url + "/ui/disasm?f=sum")
        want = json.loads(must("-disasm=sum", "-focus=sum", "-format=json", lot))["rows"]
        seen = page.js("""return [...document.querySelectorAll('#view tr[data-address]')].map((e) => [e.dataset.address, Number(e.dataset.flat),
            Number(e.dataset.cum), e.dataset.place, e.querySelector('.code').textContent])""")
        assert seen == [[r["address"], r["flat"], r["cum"], f"{r['file']}:{r['line']}", r["instruction"]] for r in want]
        page.click("#view [data-action=intel]")
        assert page.query() == {"f": "sum", "intel": "t"} and "0x3f" in page.text("#view tr[data-address] .code")
        page.back()
        page.open(server.url + "/ui/source?f=sum")
        page.click("#view [data-action=instructions]")
        end = time.monotonic() + 10
        while not page.all("tr.asm") and time.monotonic() < end:
            time.sleep(0.02)
        assert page.text("tr.asm .code").startswith("mov")
        page.click("#view [data-action=instructions]")
        assert not page.all("tr.asm")
        for view in ["disasm", "source", "peek"]:
            page.open(f"{server.url}/ui/{view}?f=nothinghere")
            assert "nothinghere" in page.text("#view .empty") and page.data("shown") == "0", view
            assert page.data("total") == "1400000000" and page.one(".pick input").get_attribute("value") == "nothinghere"
    with serving(CPU) as server, browsing() as page:
        page.open(server.url + "/ui/disasm?f=Handle")
        assert "There is no disassembly" in page.text("#view .empty") and "No such file" in page.text("#view .empty")
    with serving(lot, env=tap.environment(PPROF_TOOLS="objdump:/nonexistent,llvm-objdump:/nonexistent")) as server, browsing() as page:
        page.open(server.url + "/ui/disasm?f=sum")
        assert "apt-get install binutils" in page.text("#view .empty")


def without_graphviz():
    with serving(CPU, env=tap.environment(PATH="/nonexistent")) as server, browsing() as page:
        page.open(server.url + "/ui/graph")
        assert "apt-get install graphviz" in page.text("#view .empty")


def a_server_that_has_gone():
    with serving(CPU) as server, browsing() as page:
        page.open(server.url)
        frames = page.frames()
        server.stop()
        page.js("const s = document.querySelector('#sample'); s.selectedIndex = 0; s.dispatchEvent(new Event('change'))")
        page.ready()
        assert "cprof has ended" in page.text("#note") and len(page.frames()) == len(frames)


def tall_pictures_settle():
    """With a scrollbar, and frames too narrow to be sent."""
    samples = [([f"main.f{k}_{i % (k + 1)}" for k in range(60, -1, -1)], [1 + i % 7]) for i in range(4000)]
    path = tap.scratch("tall.pb")
    pathlib.Path(path).write_bytes(pb.profile_of_samples([("samples", "count")], samples))
    with serving(path) as server, browsing() as page:
        page.open(server.url)
        time.sleep(0.3)
        page.ready()
        assert page.js("return performance.getEntriesByType('resource').length") < 9
        resize(page.browser, 1900, 900)
        time.sleep(0.3)
        page.ready()
        assert page.js("return performance.getEntriesByType('resource').length") < 14
        assert all(f["width"] >= 0.9 for f in page.frames())


def saved_configurations():
    home = tap.scratch("config")
    with serving(CPU, env=tap.environment(XDG_CONFIG_HOME=home)) as server, browsing() as page:
        page.open(server.url + "/ui/flamegraph?f=Handle")
        page.click("[data-action=save]")
        page.keys(*"mine", ENTER)
        time.sleep(0.5)
        kept = json.loads(pathlib.Path(home, "pprof", "settings.json").read_text())["configs"]
        assert [(c["name"], c["focus"]) for c in kept] == [("mine", "Handle")]
        page.open(server.url)
        page.js("const s = document.querySelector('#configs'); s.value = [...s.options].find((o) => o.text === 'mine').value; s.dispatchEvent(new Event('change'))")
        page.ready()
        assert page.query()["f"] == "Handle"
        page.click("[data-action=delete]")
        page.click("dialog button.soft")
        time.sleep(0.5)
        assert json.loads(pathlib.Path(home, "pprof", "settings.json").read_text())["configs"] == []


def the_page_opens_as_saved():
    home = tap.scratch("home")
    env = tap.environment(XDG_CONFIG_HOME=home)
    with serving(CPU, env=env) as server, browsing() as page:
        page.open(server.url + "/ui/top?g=lines")
        page.click("[data-action=save]")
        page.click("dialog input[name=always]")
        page.click("dialog button.primary")
        time.sleep(0.5)
        kept = json.loads(pathlib.Path(home, "pprof", "settings.json").read_text())["configs"]
        assert [(c["name"], c["granularity"], c["view"]) for c in kept] == [("Default", "lines", "top")]
    with serving(AFTER, env=env) as server, browsing() as page:
        page.open(server.url)
        assert page.data("view") == "top" and page.query() == {"g": "lines"}
        page.open(server.url + "/ui/flamegraph")
        assert page.query() == {} and page.data("view") == "flamegraph"
        page.open(server.url + "/ui/?f=Handle")
        assert page.query() == {"f": "Handle"} and page.data("view") == "flamegraph"


def frames_of_tags_have_their_keys():
    with serving(TAGS) as server, browsing() as page:
        page.open(server.url + "/ui/flamegraph?tagroot=tenant")
        frames = {f["name"]: f for f in page.frames()}
        assert frames["green"]["text"] == "tenant: green" and frames["green"]["label"].startswith("green, 1.26s (")
        assert "tags" in page.text("#legend")
        page.js("document.querySelectorAll('[data-frame]')[1].focus()")
        assert page.text("#details b") == "tenant: green"
        assert "10ms (100 Hz)" in page.text("#what") and "2.10s" in page.text("#what")
        page.js("document.querySelector('[data-frame]').focus()")
        page.js("""document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'ContextMenu', bubbles: true, cancelable: true}))""")
        off = page.js("return [...document.querySelectorAll('[role=menuitem][aria-disabled=true]')].map((e) => e.dataset.action)")
        assert {"focus", "ignore", "hide", "show-from", "source"} <= set(off), off


def series_have_views():
    with serving(*[f"cache_heap.{i}.pb.gz" for i in (1, 2, 3)]) as server, browsing() as page:
        for view in ["trend", "leaks"]:
            page.open(f"{server.url}/ui/{view}")
            assert page.data("view") == view and page.data("shown") == page.data("total") and page.all("#view svg.spark")
            assert "3 snapshots over 134" in page.text("#view") and "TOTAL" in page.text("#view tbody")
        page.open(server.url)
        assert page.all("#views a[data-to=trend]") and not page.logs()


def while_it_loads():
    import os
    pipe = tap.scratch("pipe")
    os.mkfifo(pipe)
    with serving(pipe) as server, browsing() as page:
        page.browser.get(server.url)
        time.sleep(0.5)
        assert page.data("ready") == "0" and page.one("#progress").is_displayed()
        with open(pipe, "wb") as out:
            out.write((tap.TESTDATA / CPU).read_bytes())
        page.ready()
        assert len(page.frames()) > 100


TESTS = [every_view_is_drawn, frames_say_what_top_says, frames_stand_in_their_callers, labels_have_the_digits_of_top,
         a_click_zooms_and_back_undoes_it, readiness_ends_within_the_handler, keys_walk_the_frames, the_menu_of_a_frame,
         the_menu_key_opens_it, searches_tell_their_total, the_table_sorts, callers_and_callees_of_a_function, upside_down,
         comparisons_keep_both_sides, the_exported_file_needs_nothing, export_from_the_page, nothing_in_a_profile_is_obeyed,
         both_themes_can_be_read, narrow_windows, empty_and_wrong_states, instructions_have_a_view, without_graphviz, a_server_that_has_gone,
         tall_pictures_settle, saved_configurations, the_page_opens_as_saved, series_have_views, frames_of_tags_have_their_keys, while_it_loads]
tap.run([t for t in TESTS if len(tap.sys.argv) < 3 or t.__name__ in tap.sys.argv[2:]])
