"""rrweb recordings become a run (``docs/import.md``)."""

from simbench.events.codecs.rrweb.importing import ImportResult, import_rrweb

__all__ = ["ImportResult", "import_rrweb"]
