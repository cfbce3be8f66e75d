"""Fits of the body's parameter files to recordings of people; each module prints its file."""
