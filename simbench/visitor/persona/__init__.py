"""Who a visitor is: personas as distributions, and the library that holds them with their sources."""
