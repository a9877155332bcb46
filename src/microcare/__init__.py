"""microcare: a hub for digital micro intervention care."""
