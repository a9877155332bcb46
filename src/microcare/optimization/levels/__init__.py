"""Levels of optimization (the paper's Figure 4): each micro intervention and event by itself; the sequence of interventions."""
