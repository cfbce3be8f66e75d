"""The browser engine: the same visitors in a real Chromium, in compressed time (``docs/browser.md``)."""
