"""The body: what hands do between the acts that a mind decides on, for thousands of acts at once."""
