# SPDX-License-Identifier: Apache-2.0
"""A real browser for the tests of the page."""

import atexit
import contextlib
import shutil
import time

from serving import tap

FLAGS = """--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync --disable-dev-shm-usage --force-color-profile=srgb""".split()


def start(width=1400, height=900):
    try:
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service
    except ImportError:
        raise tap.Skip("python3-selenium is not installed") from None
    driver, browser = shutil.which("chromedriver"), shutil.which("chromium")
    if not driver or not browser:
        raise tap.Skip("chromium-driver is not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in FLAGS:
        options.add_argument(flag)
    options.add_experimental_option("prefs", {"download.default_directory": tap.FOLDER.name})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(service=Service(driver), options=options)
    resize(browser, width, height)
    return browser


def resize(browser, width, height):
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})


def media(browser, **features):
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia",
                            {"features": [{"name": k.replace("_", "-"), "value": v} for k, v in features.items()]})


SHARED = []


@contextlib.contextmanager
def browsing():
    """The one browser of all tests, as if it were new."""
    if not SHARED:
        SHARED.append(start())
        atexit.register(SHARED[0].quit)
    browser = SHARED[0]
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1})
    browser.get("about:blank")
    resize(browser, 1400, 900)
    media(browser, prefers_color_scheme="light")
    browser.get_log("browser")
    browser.get_log("performance")
    yield Page(browser)


class Page:
    """A browser, and the page in it by the hooks that it has for tests."""

    def __init__(self, browser):
        self.browser = browser

    def js(self, script, *args):
        return self.browser.execute_script(script, *args)

    def data(self, name):
        return self.js("return document.documentElement.dataset[arguments[0]]", name)

    def ready(self, seconds=20):
        end = time.monotonic() + seconds
        while self.data("ready") != "1":
            assert time.monotonic() < end, ("not ready", self.logs())
            time.sleep(0.01)
        return self

    def open(self, address):
        self.browser.get(address)
        return self.ready()

    def all(self, selector):
        return self.browser.find_elements("css selector", selector)

    def one(self, selector):
        return self.browser.find_element("css selector", selector)

    def text(self, selector):
        return self.js("return document.querySelector(arguments[0])?.textContent", selector)

    def keys(self, *keys):
        from selenium.webdriver.common.action_chains import ActionChains
        for key in keys:
            ActionChains(self.browser).send_keys(key).perform()
        return self.ready()

    def click(self, element, shift=False, right=False):
        from selenium.webdriver.common.action_chains import ActionChains
        from selenium.webdriver.common.keys import Keys
        if isinstance(element, str):
            element = self.one(element)
        chain = ActionChains(self.browser)
        if shift:
            chain.key_down(Keys.SHIFT)
        chain = chain.context_click(element) if right else chain.click(element)
        if shift:
            chain.key_up(Keys.SHIFT)
        chain.perform()
        return self.ready()

    def back(self):
        self.browser.back()
        return self.ready()

    def frames(self):
        """What every frame says, from its hooks."""
        return self.js("""return [...document.querySelectorAll('#flame [data-frame]')].map((e) => {
            const r = e.getBoundingClientRect();
            return {name: e.dataset.name, cum: Number(e.dataset.cum), flat: Number(e.dataset.flat), depth: Number(e.dataset.depth),
                match: e.dataset.match, delta: e.dataset.delta, label: e.getAttribute('aria-label'), role: e.getAttribute('role'),
                text: e.textContent, tab: e.tabIndex, x: r.x, y: r.y, width: r.width, height: r.height,
                inner: !!e.parentElement.closest('[data-frame]')}})""")

    def frame(self, name):
        return self.js("return [...document.querySelectorAll('[data-frame]')].find((e) => e.dataset.name === arguments[0])", name)

    def logs(self):
        return [e for e in self.browser.get_log("browser") if e["level"] == "SEVERE"]

    def query(self):
        from urllib.parse import parse_qs, urlsplit
        return {k: v[0] for k, v in parse_qs(urlsplit(self.browser.current_url).query).items()}
