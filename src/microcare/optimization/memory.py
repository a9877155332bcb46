"""How much memory an analysis of a file takes, and how much there is."""

import resource
from pathlib import Path

import duckdb

from microcare.optimization.refusal import Refusal

COPIES = 8.0
"""How many times the size of its numbers an analysis takes in memory (designs, weights, products)."""
LEAST = 250
"""Megabytes without which a CSV file cannot be read even in parts."""


def free_memory() -> float:
    """Bytes that this process may still take, as far as the machine says; infinite where it does not."""
    known = [float("inf")]
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY:
        known.append(float(limit) - addresses())
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                known.append(float(line.split()[1]) * 1024)
        group = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
        used = Path("/sys/fs/cgroup/memory.current").read_text(encoding="ascii").strip()
        if group != "max":
            known.append(float(group) - float(used))
    except OSError:
        pass
    return min(known)


def addresses() -> float:
    """Bytes of addresses that this process has taken already; 0 where the machine does not say."""
    try:
        return float(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    except OSError:
        return 0.0


def needed(path: Path, columns: int, of: int) -> float:
    """About how many bytes an analysis of so many columns, of all that a file has, takes."""
    if path.suffix.lower() == ".parquet":
        with duckdb.connect() as connection:
            found = connection.execute("SELECT sum(num_rows) FROM parquet_file_metadata(?)", [str(path)]).fetchone()
        return float(found[0] if found and found[0] else 0) * 8 * (columns + 4) * COPIES
    packed = 10.0 if path.suffix.lower() == ".gz" else 1.0
    return path.stat().st_size * packed * min((columns + 4) / of, 1.0) * COPIES


def enough() -> None:
    """Refuse where no table can be read at all, before the reader runs out of memory in its own way.

    Raises:
        Refusal: less is free than reading takes.
    """
    if (free := free_memory()) < LEAST * 1e6:
        raise Refusal(
            f"{max(free, 0) / 1e9:.2f} GB of memory are free; reading any table takes at least {LEAST / 1000:g} GB. "
            "Close something, or use a larger machine"
        )


def fits(path: Path, columns: int, of: int) -> None:
    """Refuse a file that would not fit into memory as a whole; columns that are read, of all that it has.

    Raises:
        Refusal: the analysis takes more memory than is free.
    """
    wanted, free = needed(path, columns, of), free_memory()
    if wanted > free:
        raise Refusal(
            f"{path}: the analysis takes about {wanted / 1e9:.1f} GB of memory, and {max(free, 0) / 1e9:.1f} GB are free. This "
            "analysis reads the whole table: use a part of the persons, write the table as Parquet, or use a larger machine"
        )
