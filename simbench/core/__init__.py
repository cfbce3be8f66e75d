"""The shared heatmap and detection core: observed tables in, maps and findings out."""

from simbench.core.analysis import Analysis, analyze, load_analysis, write_analysis
from simbench.core.detectors import DETECTORS, Detector, detect
from simbench.core.filter import Filter, parse_filter
from simbench.core.grid import Grid, Place
from simbench.core.maps import ClickMap, Maps, MoveMap, ScrollMap, click_map, map_part, map_run, move_map, scroll_map
from simbench.core.selection import ViewFilter

__all__ = [
    "DETECTORS", "Analysis", "ClickMap", "Detector", "Filter", "Grid", "Maps", "MoveMap", "Place", "ScrollMap",
    "ViewFilter", "analyze", "click_map", "detect", "load_analysis", "map_part", "map_run", "move_map", "parse_filter",
    "scroll_map", "write_analysis",
]  # fmt: skip
