"""The lowest floor: time without a clock, chance without a random source, names, texts, and an author's mistakes."""
