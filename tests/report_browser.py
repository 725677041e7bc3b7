#!/usr/bin/env python3
"""Opens a page of winnow report in headless Chromium and looks whether it is what it promises.

    tests/report_browser.py report.html          exit code 0: all is well; 1: findings, one a line;
                                                 77: there is no Chromium that runs here

It talks to the browser over its debugging pipe (--remote-debugging-pipe: file descriptors 3 and 4,
JSON messages that end with a zero byte), with nothing but the standard library.
"""
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time

SECONDS = 60  # for all of it, on a machine that has other things to do
LEAST_CONTRAST = 4.5  # WCAG 2.1, level AA, of text that is not large
WIDTHS = (360, 390, 1200)


class NoBrowser(Exception):
    pass


class Browser:
    def __init__(self, program, folder):
        to_read, self.write_end = os.pipe()
        self.read_end, to_write = os.pipe()

        def place():  # the pipes' numbers may be 3 and 4 themselves: out of the way first
            low, high = os.dup2(to_read, 100), os.dup2(to_write, 101)
            os.dup2(low, 3)
            os.dup2(high, 4)

        self.process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--no-first-run", "--disable-extensions", "--disable-background-networking",
             "--hide-scrollbars", "--user-data-dir=" + folder, "--remote-debugging-pipe",
             "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            close_fds=False, preexec_fn=place)
        os.close(to_read)
        os.close(to_write)
        self.deadline = time.monotonic() + SECONDS
        self.buffer, self.last, self.events, self.session = b"", 0, [], None

    def receive(self):
        while b"\0" not in self.buffer:
            left = self.deadline - time.monotonic()
            if left <= 0 or not select.select([self.read_end], [], [], left)[0]:
                raise NoBrowser(f"no answer within {SECONDS} seconds")
            part = os.read(self.read_end, 1 << 20)
            if not part:
                raise NoBrowser("it ended")
            self.buffer += part
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self.last += 1
        message = {"id": self.last, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        try:
            os.write(self.write_end, json.dumps(message).encode() + b"\0")
        except BrokenPipeError as error:
            raise NoBrowser("it did not start") from error
        while True:
            answer = self.receive()
            if answer.get("id") == self.last:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def wait_for(self, method):
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self.receive())

    def evaluate(self, script):
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"]["exception"]["description"])
        return result["result"].get("value")

    def open(self, path):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target,
                                 flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")
        self.call("Page.navigate", url="file://" + os.path.abspath(path))
        self.wait_for("Page.loadEventFired")

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.write_end)
        os.close(self.read_end)


# ---- What is looked at: each gives a list of findings -----------------------------------------

def console(browser):
    found = []
    for event in browser.events:
        method, parameters = event.get("method"), event.get("params", {})
        if method == "Runtime.exceptionThrown":
            found.append("a script failed: " + parameters["exceptionDetails"].get("text", ""))
        elif method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
            found.append("the console says: " + parameters["entry"]["text"])
        elif method == "Runtime.consoleAPICalled":
            found.append("a script wrote to the console")
        elif method == "Network.requestWillBeSent":
            url = parameters["request"]["url"]
            if not url.startswith(("file://", "data:")):
                found.append("the page asked for " + url)
    return found


STRUCTURE = r"""
(() => {
  const found = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const name = (element) => element.outerHTML.slice(0, 90).replace(/\s+/g, " ");
  if (!document.documentElement.lang) found.push("<html> has no lang");
  if (!document.title.trim()) found.push("the page has no title");
  if (all("h1").length !== 1) found.push(all("h1").length + " <h1>");
  if (all("main").length !== 1) found.push("not one <main>");
  let level = 0;
  for (const head of all("h1, h2, h3, h4, h5, h6")) {
    const next = +head.tagName[1];
    if (next > level + 1) found.push("a heading leaves out a level: " + name(head));
    if (!head.textContent.trim()) found.push("an empty heading: " + name(head));
    level = next;
  }
  for (const table of all("table")) {
    if (!table.caption || !table.caption.textContent.trim())
      found.push("a table has no caption: " + name(table));
    const columns = table.tHead.rows[0].cells.length;
    for (const row of table.tBodies[0].rows)
      if (row.cells.length !== columns) {
        found.push(`${row.cells.length} cells under ${columns} heads: ` + name(row));
        break;
      }
  }
  for (const head of all("th"))
    if (!["col", "row"].includes(head.scope)) found.push("a <th> has no scope: " + name(head));
  for (const button of all("button"))
    if (!button.textContent.trim() && !button.ariaLabel)
      found.push("a button has no name: " + name(button));
  for (const region of all("[role=region], nav, section"))
    if (!region.ariaLabel && !document.getElementById(region.getAttribute("aria-labelledby")))
      found.push("a region has no name: " + name(region));
  for (const svg of all("svg"))
    if (svg.ariaHidden !== "true" && (svg.getAttribute("role") !== "img" || !svg.ariaLabel))
      found.push("a picture has no name: " + name(svg));
  for (const img of all("img")) if (!img.alt) found.push("a picture has no name: " + name(img));
  for (const details of all("details"))
    if (!details.querySelector("summary")?.textContent.trim())
      found.push("a <details> has no summary: " + name(details));
  const ids = all("[id]").map((element) => element.id);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (new Set(ids).size !== ids.length) found.push("an id is there twice: " + twice);
  const known = new Set(ids);
  for (const link of all("a[href^='#']"))
    if (!known.has(link.hash.slice(1))) found.push("a link leads nowhere: " + name(link));
  for (const use of all("use")) {
    const wanted = use.href.baseVal.slice(1);
    if (!known.has(wanted)) { found.push("a drawing lacks its part: " + wanted); break; }
  }
  if (all("script").length !== 1) found.push(all("script").length + " <script>");
  if (all("figure").length && !all("figure svg").length) found.push("a figure is empty");
  return found;
})()
"""


def structure(browser):
    return browser.evaluate(STRUCTURE)


SORTING = r"""
(() => {
  const found = [];
  let sorted = 0;
  const value = (cell) => parseFloat(cell.dataset.v ?? cell.textContent);
  for (const table of document.querySelectorAll("table")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = head.querySelector("button");
      if (!button) return;
      const before = [...table.tBodies[0].rows];
      for (const wanted of [null, null]) {
        button.click();
        const order = head.getAttribute("aria-sort");
        const rows = [...table.tBodies[0].rows];
        if (!order) found.push("a click on " + head.textContent + " sorted nothing");
        if (rows.length !== before.length) found.push("rows are lost");
        if (!head.classList.contains("n")) continue;
        const values = rows.map((row) => value(row.cells[column]));
        const known = values.filter((x) => !Number.isNaN(x));
        if (values.slice(0, known.length).some(Number.isNaN))
          found.push("what is not known is not last: " + head.textContent);
        const sign = order === "ascending" ? 1 : -1;
        if (known.some((x, i) => i && sign * (x - known[i - 1]) < 0))
          found.push("not in order: " + head.textContent + " " + order);
        if (new Set(known).size > 1) sorted++;
      }
      const marked = heads.filter((other) => other.hasAttribute("aria-sort"));
      if (marked.length !== 1) found.push("not one column is marked as sorted");
      table.tBodies[0].append(...before);
    });
    heads.forEach((head) => head.removeAttribute("aria-sort"));
  }
  if (!sorted) found.push("there was nothing to sort");
  return found.slice(0, 20);
})()
"""


def sorting(browser):
    return browser.evaluate(SORTING)


# The colours of each element that has text of its own, and of the nearest ground under it.
CONTRAST = r"""
(() => {
  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const channel = (c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const seen = new Map();
  const text = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  for (const element of document.querySelectorAll("body *")) {
    if (element.closest("svg, script, style") || !text(element)) continue;
    const style = getComputedStyle(element);
    let under = element, ground = [0, 0, 0, 0];
    while (under && (ground = numbers(getComputedStyle(under).backgroundColor))[3] === 0)
      under = under.parentElement;
    if (!under) ground = [255, 255, 255];
    const front = numbers(style.color);
    const key = front + "/" + ground;
    const [a, b] = [light(front), light(ground)].sort((x, y) => y - x);
    if (!seen.has(key)) seen.set(key, [(a + 0.05) / (b + 0.05), element.outerHTML.slice(0, 60)]);
  }
  return [...seen].map(([key, [ratio, where]]) => [key, ratio, where]);
})()
"""


def emulate(browser, scheme, media=""):
    browser.call("Emulation.setEmulatedMedia", media=media,
                 features=[{"name": "prefers-color-scheme", "value": scheme}])


def contrast(browser):
    found, grounds = [], {}
    for scheme in ("light", "dark"):
        emulate(browser, scheme)
        pairs = browser.evaluate(CONTRAST)
        found += [f"{scheme}: contrast {ratio:.2f} of {key}: {where}"
                  for key, ratio, where in pairs if ratio < LEAST_CONTRAST]
        grounds[scheme] = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    emulate(browser, "light")
    if grounds["light"] == grounds["dark"]:
        found.append("light and dark look alike")
    return found


OVERFLOW = r"""
(() => {
  const wide = document.documentElement.scrollWidth, room = document.documentElement.clientWidth;
  const found = [];
  if (wide > room) {
    const out = [...document.querySelectorAll("body *")].find(
      (e) => e.getBoundingClientRect().right > room + 1 && !e.closest(".scroll, pre, svg"));
    found.push(`${wide} pixels in ${room}: ` + (out ? out.outerHTML.slice(0, 90) : ""));
  }
  const drawn = [...document.querySelectorAll("figure svg")].filter((s) => s.clientWidth > 0);
  if (document.querySelector("figure") && !drawn.length) found.push("no figure is shown");
  for (const svg of drawn)
    if (svg.getBoundingClientRect().right > room + 1) found.push("a figure is wider than the page");
  return found;
})()
"""


def widths(browser):
    found = []
    for width in WIDTHS:
        browser.call("Emulation.setDeviceMetricsOverride", width=width, height=800,
                     deviceScaleFactor=1, mobile=False)
        for is_open in (False, True):
            browser.evaluate("document.querySelectorAll('details')"
                             f".forEach((d) => {{ d.open = {str(is_open).lower()}; }})")
            found += [f"{width} pixels: {what}" for what in browser.evaluate(OVERFLOW)]
    return found


def paper(browser):
    pdf = browser.call("Page.printToPDF", printBackground=True)["data"]
    return [] if len(pdf) > 10000 else ["it prints as nothing"]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if not program:
        print("no Chromium is installed; Debian's package is chromium", file=sys.stderr)
        return 77
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Browser(program, folder)
        try:
            browser.call("Browser.getVersion")
        except NoBrowser as error:
            browser.close()
            print(f"{program} does not run here: {error}", file=sys.stderr)
            return 77
        found = []
        try:
            browser.open(sys.argv[1])
            for look in (structure, sorting, contrast, widths, paper, console):
                found += [f"{look.__name__}: {what}" for what in look(browser)]
        finally:
            browser.close()
    print("\n".join(found) if found else "nothing found")
    return 1 if found else 0


sys.exit(main())
