"""What an author writes: the things of a digital micro intervention care program, read, checked and compiled."""
