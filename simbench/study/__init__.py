"""Experiments over the whole house: what they found is published in `results/`, with the command that remakes it."""
