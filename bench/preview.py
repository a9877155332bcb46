"""What an author waits for: 90 days of one person, for each shipped program (aim: less than 0.3 s).

Medians over rounds; the program is read once, before. Run: python bench/preview.py
"""

from pathlib import Path
from statistics import median
from time import perf_counter

from microcare.commands.loading import load
from microcare.hub.programs import Programs
from microcare.simulation.virtual import PERSONAS, VirtualPerson
from microcare.simulation.world import live

PROGRAMS = Path(__file__).parents[1] / "programs"
SHIPPED = ("parenting", "activity", "mood", "veterans", "heartsteps")
START, DAYS, ROUNDS = 1_772_434_800_000, 90, 7


def main() -> None:
    """Measure and print."""
    print(f"{DAYS} days, the average persona, medians of {ROUNDS} rounds")
    for name in SHIPPED:
        begun = perf_counter()
        program = load(PROGRAMS / name)
        read = perf_counter() - begun
        assert program is not None
        times, steps = [], 0
        for _ in range(ROUNDS):
            virtual = VirtualPerson("ada", PERSONAS["average"], program, b"seed")
            begun = perf_counter()
            steps = sum(1 for _ in live(Programs([program], {name: b"seed"}), virtual, "Europe/Berlin", START, DAYS))
            times.append(perf_counter() - begun)
        took = median(times)
        print(f"{name:11} {took:.2f} s   {steps:5} steps   {steps / took:7,.0f} steps/s   (read in {read:.2f} s)")


if __name__ == "__main__":
    main()
