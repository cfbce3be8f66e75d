"""Whether simulated visitors move, scroll, read and type like people: the same measures on both, side by side."""
