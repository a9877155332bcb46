"""From the checked tree to one plain Python function.

The function has two tiers in one body. The fast tier holds when every value it needs is known and ordinary:
it tests that and then works out a plain Python expression. Whatever is not ordinary (unknown, of a wrong
type, very large, a division by zero) falls through to the exact tier, which follows the three-valued rules
step by step. Both say the same as `tree.evaluate`, which a test compares.

Only names made here and repr'd constants get into the code; nothing that an author typed does.
"""

from collections.abc import Sequence

from microcare.expressions.code import HELPERS, Writer
from microcare.expressions.exact import Exact
from microcare.expressions.fast import Fast
from microcare.expressions.tree import Node
from microcare.expressions.types import Leaf


def generate(root: Node, leaves: Sequence[Leaf]) -> str:
    """The source of `def expression(v0, v1, ...)`, one parameter per leaf."""
    writer = Writer(leaves, root)
    parameters = ", ".join(f"v{index}" for index in range(len(leaves)))
    writer.line(0, f"def expression({parameters}):")
    if root.op == "constant":
        writer.line(1, f"return {root.value!r}")
    else:
        Fast(writer).result(root, 1)
        Exact(writer).result()
    return "\n".join(writer.lines) + "\n"


def build(code: str) -> object:
    """The function that generated source defines; it sees the helpers and nothing else."""
    space: dict[str, object] = {"__builtins__": {}, **HELPERS}
    exec(compile(code, "<expression>", "exec"), space)  # noqa: S102 - only what the checked tree gives
    return space["expression"]
