"""The estimators, one a file: each takes a validated trial and gives its coefficients, scores and bread."""
