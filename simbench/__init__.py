"""simbench: web traffic with ground truth, and the bench that judges heatmaps and detectors with it."""

__version__ = "0.1.0"
