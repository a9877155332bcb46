"""How the pages are served: the web server, its limits, and how large a request may be."""
