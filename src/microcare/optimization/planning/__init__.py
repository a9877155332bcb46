"""How many people a trial needs: from a specification to a number, and back by simulation."""
