"""What works, for whom, when: from the journal to knowledge.

The estimators are ours, short, and checked against reference results; everything around them is a library's.
"""
