"""What to simulate: YAML to a validated Scenario."""

from simbench.scenario.loading import find_scenario, load_scenario, resolve
from simbench.scenario.model import Scenario

__all__ = ["Scenario", "find_scenario", "load_scenario", "resolve"]
