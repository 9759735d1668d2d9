"""The browser and the Japanese font that tests with pages need: found once; what is missing is named, and skips them.

``.ci/run`` installs both, and on CI a skip fails the run.
"""

import shutil
import subprocess

import pytest

CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
"""The one without a window where it is there: it shows the same pages with three quarters of the work."""
_MISSING = "Chromium is not installed (apt install chromium-headless-shell, or chromium)"
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason=_MISSING)


def find_chromium() -> str:
    """Give the browser's path, or skip the test."""
    return CHROMIUM or pytest.skip(_MISSING)


def need_japanese_font() -> None:
    """Skip the test where Japanese would be drawn as empty boxes."""
    lister = shutil.which("fc-list")
    fonts = subprocess.run([lister, ":lang=ja"], capture_output=True, check=False).stdout if lister else b""
    if not fonts:
        pytest.skip("no Japanese font is installed (apt install fonts-morisawa-bizud-gothic)")
