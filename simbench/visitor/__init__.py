"""Who comes: a persona becomes one visitor, with goals, eyes, hands, patience and frustration."""
