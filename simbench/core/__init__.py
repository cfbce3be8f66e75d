"""The shared heatmap and detection core: observed tables in, maps and findings out."""
