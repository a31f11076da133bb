"""A headless Chromium that opens pages from disk, touches them by a program, and collects their errors.

It is steered through the DevTools protocol over pipes: JSON messages that end with NUL, read from descriptor 3 and written
to descriptor 4 (https://chromedevtools.github.io/devtools-protocol).
"""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
LONGEST = 20.0  # s, of one message's answer
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
         "--remote-debugging-pipe", "--force-color-profile=srgb"]
# Functions for the programs of tests.
TOUCH = """
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const picture = (root) => [...root.querySelectorAll("canvas")].map((canvas) => canvas.toDataURL()).join()
                        + [...root.querySelectorAll("svg")].map((svg) => svg.outerHTML).join();
function move(input, value) {
  input.value = value;
  input.dispatchEvent(new Event(input.tagName === "SELECT" ? "change" : "input", { bubbles: true }));
}
async function until(holds) {
  for (let i = 0; i < 100 && !holds(); ++i) await pause(20);
  return holds();
}
"""


class Browser:
    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_read, self._write = os.pipe()
        self._read, to_write = os.pipe()
        command = [CHROMIUM, *FLAGS, f"--user-data-dir={self._folder.name}", "about:blank"]
        self._process = subprocess.Popen(["/bin/sh", "-c", f'exec "$@" 3<&{to_read} 4>&{to_write}', "sh", *command],
                                         pass_fds=(to_read, to_write), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                         start_new_session=True)
        os.close(to_read)
        os.close(to_write)
        self._count, self._rest, self._events, self._session = 0, b"", [], None

    def close(self):
        try:
            self._call("Browser.close", of_page=False)
        except (AssertionError, OSError):
            self._process.kill()
        self._process.wait(timeout=LONGEST)
        os.close(self._read)
        os.close(self._write)
        self._folder.cleanup()

    def open(self, path, width=1200, height=1000, dark=False):
        """Loads the page in a new tab; returns the time until the first paint, ms."""
        target = self._call("Target.createTarget", of_page=False, url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", of_page=False, targetId=target, flatten=True)["sessionId"]
        self._events.clear()
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable")
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self._call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self._call("Page.navigate", url=Path(path).resolve().as_uri())
        self._wait_for("Page.loadEventFired")
        return self.run("""
            for (let i = 0; i < 250 && !performance.getEntriesByName("first-paint").length; ++i) await pause(20);
            return performance.getEntriesByName("first-paint")[0].startTime;""")

    def run(self, body):
        """The value that an async function with this body returns, in the open page."""
        answer = self._call("Runtime.evaluate", expression=f"(async () => {{ {TOUCH} {body} }})()", awaitPromise=True,
                            returnByValue=True)
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"]["exception"].get("description"))
        return answer["result"].get("value")

    def faults(self):
        """The page's uncaught exceptions, errors in its console, and requests for anything but the page itself."""
        texts = [self._fault(event["method"], event["params"]) for event in self._events]
        return [text for text in texts if text]

    def _fault(self, method, values):
        if method == "Runtime.exceptionThrown":
            return values["exceptionDetails"].get("exception", {}).get("description") or values["exceptionDetails"]["text"]
        if method == "Runtime.consoleAPICalled" and values["type"] in ("error", "warning"):
            return str(values["args"])
        if method == "Log.entryAdded" and values["entry"]["level"] == "error":
            return values["entry"]["text"]
        if method == "Network.requestWillBeSent" and values["type"] != "Document":
            url = values["request"]["url"]
            return "" if url.startswith("data:") else f"request for {url}"
        return ""

    def screenshot(self, path, full=True):
        image = self._call("Page.captureScreenshot", captureBeyondViewport=full)["data"]
        Path(path).write_bytes(base64.b64decode(image))

    def _call(self, method, of_page=True, **parameters):
        self._count += 1
        message = {"id": self._count, "method": method, "params": parameters}
        if of_page and self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        answer = self._next(lambda received: received.get("id") == self._count)
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        return answer["result"]

    def _wait_for(self, event):
        if not any(received["method"] == event for received in self._events):
            self._next(lambda received: received.get("method") == event)

    def _next(self, fits):
        """The next message that fits; events on the way are kept."""
        end = time.monotonic() + LONGEST
        while time.monotonic() < end:
            *whole, self._rest = self._rest.split(b"\0", 1) if b"\0" in self._rest else (self._rest,)
            if not whole:
                self._receive(end)
                continue
            message = json.loads(whole[0])
            if "method" in message:
                self._events.append(message)
            if fits(message):
                return message
        raise AssertionError("no answer from Chromium")

    def _receive(self, end):
        if not select.select([self._read], [], [], max(0.0, end - time.monotonic()))[0]:
            return
        received = os.read(self._read, 1 << 20)
        if not received:
            raise AssertionError("Chromium has ended")
        self._rest += received
