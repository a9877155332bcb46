"""What each command does. `cli` declares them; each file here is one."""
