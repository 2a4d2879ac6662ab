"""The page in a real browser, with the network off: it works, it fits, it can be read.

Screenshots for a person to look at are written to PMEMBENCH_SCREENSHOTS (build/.../screenshots).
"""

from __future__ import annotations

import base64
import os
import shutil
from pathlib import Path

import pytest
import real_stores

webdriver = pytest.importorskip("selenium.webdriver", reason="python3-selenium is not installed")
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.ui import WebDriverWait  # noqa: E402

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None or DRIVER is None, reason="chromium and chromium-driver are not installed")
WIDTHS = {"desktop": 1280, "phone": 390}

# Every text that is seen, with the colours and the size it is drawn in.
TEXTS = """
const found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const background = (element) => {
  const layers = [];
  for (let at = element; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    layers.push(colour);
    if (!colour.startsWith("rgba") ) break;
  }
  return layers;
};
while (walker.nextNode()) {
  const node = walker.currentNode, element = node.parentElement;
  if (!node.textContent.trim() || ["SCRIPT", "STYLE", "title"].includes(element.tagName)) continue;
  if (element.closest("svg title")) continue;
  const range = document.createRange();
  range.selectNodeContents(node);
  const box = range.getBoundingClientRect();
  if (box.width === 0 || box.height === 0) continue;
  const style = getComputedStyle(element);
  const svg = element.namespaceURI.endsWith("svg");
  found.push({text: node.textContent.trim().slice(0, 40), colour: svg ? style.fill : style.color,
    layers: background(svg ? element.closest("figure") : element),
    size: parseFloat(style.fontSize), bold: parseInt(style.fontWeight) >= 700, svg,
    left: box.left, right: box.right});
}
return found;
"""

# Pairs of texts of one panel whose boxes overlap by more than a hair.
OVERLAPS = """
const found = [];
for (const svg of document.querySelectorAll("figure svg")) {
  const texts = [...svg.querySelectorAll("text")].map((text) => [text.textContent, text.getBoundingClientRect()]);
  const frame = svg.getBoundingClientRect();
  texts.forEach(([name, a], place) => {
    if (a.left < frame.left - 1 || a.right > frame.right + 1 || a.top < frame.top - 1 || a.bottom > frame.bottom + 1)
      found.push([svg.parentElement.id, name, "beyond the frame"]);
    for (const [other, b] of texts.slice(place + 1)) {
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 1.5 && high > 0.3 * Math.min(a.height, b.height)) found.push([svg.parentElement.id, name, other]);
    }
  });
}
return found;
"""

# Boxes in the flow of the page that lie over each other or leave their section.
BLOCKS = """
const found = [];
const boxes = [...document.querySelectorAll("h1, h2, h3, p, figure, dl > div, table, pre, summary, .toolbar")]
  .filter((each) => each.getClientRects().length && !each.closest("details:not([open]) > :not(summary)"))
  .map((each) => [each, each.getBoundingClientRect()]);
boxes.forEach(([one, a], place) => {
  if (a.left < 0 || a.right > innerWidth + 0.5) found.push(["leaves the page", one.outerHTML.slice(0, 80)]);
  for (const [other, b] of boxes.slice(place + 1, place + 12)) {
    if (one.contains(other) || other.contains(one)) continue;
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (wide > 1 && high > 1) found.push([one.outerHTML.slice(0, 60), other.outerHTML.slice(0, 60)]);
  }
});
return found;
"""


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     "--hide-scrollbars", f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.chrome.service.Service(DRIVER)
    made = webdriver.Chrome(options=options, service=service)
    made.execute_cdp_cmd("Network.enable", {})
    made.execute_cdp_cmd("Network.emulateNetworkConditions", {
        "offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0})
    yield made
    made.quit()


def show(driver, path: Path, width: int = 1280) -> None:
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500})
    driver.get(path.resolve().as_uri())


@pytest.fixture
def opened(driver, every_store, every_page):
    path = every_store.parent / "every.html"
    show(driver, path)
    return driver


def column(driver, table: str, place: int) -> list[str]:
    return driver.execute_script(
        "return [...document.querySelectorAll(`#${arguments[0]} tbody tr`)].filter((row) => !row.hidden)"
        ".map((row) => row.cells[arguments[1]].textContent)", table, place)


def test_nothing_is_written_to_the_console(opened):
    assert opened.get_log("browser") == []


def test_a_script_that_is_not_ours_does_not_run(opened):
    opened.execute_script("const s = document.createElement('script');"
                          "s.textContent = 'window.broken = 1'; document.body.append(s)")
    assert opened.execute_script("return window.broken") is None
    assert "Content Security Policy" in "".join(e["message"] for e in opened.get_log("browser"))


def test_a_table_sorts_by_value_and_not_by_letter(opened):
    head = opened.find_elements(By.CSS_SELECTOR, "#results th button")[1]
    opened.execute_script("arguments[0].click()", head)
    times = column(opened, "results", 1)
    scale = {"ns": 1, "us": 1e3, "ms": 1e6}
    values = [float(t.split()[0]) * scale[t.split()[1]] for t in times]
    assert values == sorted(values)
    assert values[0] < 1 and values[-1] > 10000
    opened.execute_script("arguments[0].click()", head)
    assert column(opened, "results", 1) != times
    assert column(opened, "results", 1)[0] == times[-1]
    shown = opened.execute_script("return document.querySelector('#results th[aria-sort]').ariaSort")
    assert shown == "descending"


def test_a_table_filters_by_all_words(opened):
    box = opened.find_element(By.CSS_SELECTOR, "#results").find_element(
        By.XPATH, "preceding-sibling::div").find_element(By.TAG_NAME, "input")
    box.send_keys("CLFLUSH t2")
    names = column(opened, "results", 0)
    assert names and all("clflush" in name and "t2" in name for name in names)
    box.send_keys(Keys.CONTROL, "a")
    box.send_keys("no such cell")
    assert column(opened, "results", 0) == []


def test_headline_and_first_figure_of_quick_are_on_the_first_screen(driver, tmp_path):
    real_stores.real_run("quick", tmp_path)
    show(driver, tmp_path / "quick.html")
    headline, figure = driver.execute_script(
        "return ['#headline', '#figures figure'].map("
        "(name) => document.querySelector(name).getBoundingClientRect().top + scrollY)")
    assert headline < 300
    assert figure < 900


def test_each_entry_of_the_contents_leads_to_a_part(opened):
    lost = opened.execute_script(
        "return [...document.querySelectorAll('nav a')].map((a) => a.getAttribute('href'))"
        ".filter((name) => !document.querySelector(name))")
    assert lost == []


def test_the_dark_mode_button_turns_colours(opened):
    def page():
        return opened.execute_script("return getComputedStyle(document.body).backgroundColor")
    before = page()
    button = opened.find_element(By.ID, "theme")
    button.send_keys(Keys.ENTER)
    assert page() != before
    assert button.get_attribute("aria-pressed") == "true"
    button.send_keys(Keys.ENTER)
    assert page() == before


def test_the_systems_dark_mode_is_followed(opened):
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {
        "features": [{"name": "prefers-color-scheme", "value": "dark"}]})
    dark = opened.execute_script("return getComputedStyle(document.body).backgroundColor")
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {
        "features": [{"name": "prefers-color-scheme", "value": "light"}]})
    assert dark != opened.execute_script("return getComputedStyle(document.body).backgroundColor")


def test_a_mark_tells_its_value_at_the_pointer(opened):
    opened.execute_script(
        "const m = document.querySelector('#throughput_by_size_1 [data-tip]');"
        "m.dispatchEvent(new PointerEvent('pointermove', {bubbles: true, clientX: 50, clientY: 50}))")
    assert "GiB/s" in opened.find_element(By.ID, "tip").text or (
        "MiB/s" in opened.find_element(By.ID, "tip").text)


def test_a_line_chart_zooms_and_goes_back(opened):
    button = opened.find_element(By.CSS_SELECTOR, "#throughput_by_size_1 button")
    opened.execute_script("arguments[0].click()", button)
    assert opened.find_elements(By.CSS_SELECTOR, "#throughput_by_size_1 .uplot canvas")
    opened.execute_script("arguments[0].click()", button)
    assert not opened.find_elements(By.CSS_SELECTOR, "#throughput_by_size_1 .uplot")
    assert opened.find_element(By.CSS_SELECTOR, "#throughput_by_size_1 svg").is_displayed()
    assert opened.get_log("browser") == []


def test_the_raw_data_unpacks(driver, tmp_path):
    from conftest import run_report
    from robustness_test import many

    path = many(tmp_path / "many.db", 400)
    assert run_report(tmp_path, path, "--html", "many.html").status == 0
    show(driver, tmp_path / "many.html")
    assert driver.find_element(By.ID, "raw").get_attribute("type") == "application/gzip"
    driver.execute_script(
        "window.saved = null; URL.createObjectURL = (blob) => { blob.text().then((t) => window.saved = t);"
        " return 'about:blank#'; }; HTMLAnchorElement.prototype.click = () => {};"
        "document.querySelector('#download button').click();")
    text = WebDriverWait(driver, 30).until(
        lambda d: d.execute_script("return window.saved"))
    import json
    assert len(json.loads(text)["rows"]) == 400


def test_without_javascript_everything_can_be_read(driver, every_store, every_page):
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    show(driver, every_store.parent / "every.html")
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert driver.find_elements(By.ID, "theme") == []
    assert len(driver.find_elements(By.CSS_SELECTOR, "figure svg")) > 20
    assert driver.find_element(By.ID, "results").is_displayed()


def channels(colour: str) -> list[float]:
    numbers = [float(part) for part in colour[colour.index("(") + 1:-1].replace("/", ",").split(",")]
    return numbers if len(numbers) == 4 else [*numbers, 1.0]


def contrast(text: dict) -> float:
    """WCAG 2: of the text's colour on the layers of background that lie under it."""
    under = [255.0, 255.0, 255.0]
    for layer in reversed(text["layers"]):
        *rgb, alpha = channels(layer)
        under = [alpha * new + (1 - alpha) * old for new, old in zip(rgb, under)]

    def luminance(rgb):
        linear = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4
                  for c in rgb]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    one, other = sorted((luminance(channels(text["colour"])[:3]), luminance(under)))
    return (other + 0.05) / (one + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", WIDTHS)
def test_every_text_has_the_contrast_of_wcag_aa(driver, every_store, every_page, name, theme):
    show(driver, every_store.parent / "every.html", WIDTHS[name])
    driver.execute_script("document.documentElement.dataset.theme = arguments[0]", theme)
    texts = driver.execute_script(TEXTS)
    assert len(texts) > 1000
    assert sum(text["svg"] for text in texts) > 200
    faint = {(text["text"], round(contrast(text), 2)) for text in texts if contrast(text) < 4.5}
    assert faint == set()


@pytest.mark.parametrize("name", WIDTHS)
def test_nothing_overlaps_or_scrolls_sideways(driver, every_store, every_page, name):
    show(driver, every_store.parent / "every.html", WIDTHS[name])
    wide = driver.execute_script("return document.documentElement.scrollWidth")
    assert wide == WIDTHS[name]
    assert driver.execute_script(BLOCKS) == []
    assert driver.execute_script(OVERLAPS) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", WIDTHS)
def test_screenshots_are_written_for_a_person(driver, every_store, every_page, tmp_path, name, theme):
    folder = Path(os.environ.get("PMEMBENCH_SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    show(driver, every_store.parent / "every.html", WIDTHS[name])
    driver.execute_script("document.documentElement.dataset.theme = arguments[0]", theme)
    high = driver.execute_script("return document.documentElement.scrollHeight")
    for place, top in enumerate(range(0, min(high, 9000), 1500)):
        shot = driver.execute_cdp_cmd("Page.captureScreenshot", {
            "format": "png", "captureBeyondViewport": True, "clip": {
                "x": 0, "y": top, "width": WIDTHS[name], "height": 1500, "scale": 1}})
        path = folder / f"report_{name}_{theme}_{place}.png"
        path.write_bytes(base64.b64decode(shot["data"]))
        assert path.stat().st_size > 2000
