"""The pages of the person who is cared for."""
