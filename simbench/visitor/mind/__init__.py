"""The mind: goals, reading, pressing, forms, and what is felt when something goes wrong."""
