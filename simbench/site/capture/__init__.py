"""Capture by a real browser: what a site's pages look like and do. Needs the extra `browser`."""

from simbench.site.capture.site_capture import CaptureReport, capture_site

__all__ = ["CaptureReport", "capture_site"]
