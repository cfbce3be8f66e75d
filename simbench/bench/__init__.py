"""Judging findings against truth."""
