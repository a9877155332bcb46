"""Virtual people, and the world around the engine: a queue and a clock around `hub.step`, nothing else."""
