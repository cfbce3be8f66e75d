"""What to simulate: YAML to a validated Scenario."""
