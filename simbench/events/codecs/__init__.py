"""Codecs: other tools' formats to and from a run."""
