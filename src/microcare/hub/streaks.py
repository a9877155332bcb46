"""How an event went, time after time, in the order in which it was delivered, whatever arrived first."""

Went = tuple[tuple[int, bool, int], ...]
"""For each delivery, oldest first: its number, whether it went well, and how many in a row it stands for."""
KEPT = 20
"""So many deliveries back, what arrives late still finds its place."""


def number_of(delivery: str) -> int:
    """A delivery's place among all: d1 was the first (0: it has none)."""
    return int(delivery[1:]) if delivery[1:].isdecimal() else 0


def noted(went: Went, delivery: str, good: bool) -> Went:
    """Note how a delivery went, at its place; said again, the newer word counts."""
    number = number_of(delivery)
    if len(went) >= KEPT and number < went[0][0]:
        return went
    before = next((weight for known, well, weight in went if known == number and well), 1)
    found = sorted([one for one in went if one[0] != number] + [(number, good, before if good else 1)])
    if len(found) > KEPT:
        (_, first, weight), (second, well, more) = found[:2]
        found[:2] = [(second, well, more + weight if first and well else more)]
    return tuple(found)


def in_a_row(went: Went) -> int:
    """How often it has gone well since it last did not."""
    total = 0
    for _, good, weight in reversed(went):
        if not good:
            break
        total += weight
    return total
