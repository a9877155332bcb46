"""Exchange: what comes in from other systems and files, read carefully, refused in plain words."""
