"""Where visitors go: pages, states, elements, forms, planted defects; fixture server; capture by a real browser."""
