"""The pure engine: deciding is a function of (programs, state, stimulus, seed), with no clock, no chance, no I/O."""
