"""How visitors are played against a site."""
