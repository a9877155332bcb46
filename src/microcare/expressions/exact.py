"""The exact tier of the generated code: the three-valued rules, step by step."""

from microcare.expressions import tree
from microcare.expressions.code import ACCEPTING, ARITHMETIC, Writer, plain
from microcare.expressions.tree import Node, operands


class Exact:
    """The exact tier: operands one after the other, None spreading by the three-valued rules."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.sure: set[int] = set()

    def result(self) -> None:
        writer = self.writer
        self.accept()
        text, _ = self.value(writer.root, 1)
        writer.line(1, f"return {text}")

    def accept(self) -> None:
        """Bad values become None; where one None decides, that is said at once."""
        writer = self.writer
        self.sure = needed(writer.root)
        early = sorted(self.sure)
        if early:
            writer.line(1, f"if {' or '.join(f'v{leaf} is None' for leaf in early)}: return None")
        for index, leaf in enumerate(writer.leaves):
            name = f"v{index}"
            convert = f"{name} = {ACCEPTING[leaf.type]}({name})"
            if index in self.sure:
                writer.line(1, f"if not ({writer.guard(index)}):")
                writer.line(2, convert)
                writer.line(2, f"if {name} is None: return None")
            else:
                writer.line(1, f"if {name} is not None and not ({writer.guard(index)}): {convert}")

    def value(self, node: Node, indent: int) -> tuple[str, bool]:
        """Writes what is needed for the node; gives its Python and whether it may be None (then it is a
        name)."""
        if node.op == "constant":
            return repr(node.value), False
        if node.op == "leaf":
            return f"v{node.leaf}", node.leaf not in self.sure
        if node.op in ("and", "or"):
            return self.logic(node, indent)
        if node.op == "choose":
            return self.choose(node, indent)
        if node.op == "if_unknown":
            return self.if_unknown(node, indent)
        parts = [self.value(child, indent) for child in operands(node)]
        if node.op == "known":
            return (f"({parts[0][0]} is not None)", False) if parts[0][1] else ("True", False)
        texts = [text for text, _ in parts]
        unsure = dict.fromkeys(text for text, may in parts if may)
        fails = node.op in tree.MAY_FAIL
        text = f"{'total' if node.op == 'sum' else 'product'}({node.operators!r}, {', '.join(texts)})"
        if node.op not in ARITHMETIC:
            text = plain(node, texts)
        if not unsure and not fails:
            return text, False
        name = self.writer.fresh()
        nothing = f"None if {' or '.join(f'{u} is None' for u in unsure)} else " if unsure else ""
        self.writer.line(indent, f"{name} = {nothing}{text}")
        return name, True

    def logic(self, node: Node, indent: int) -> tuple[str, bool]:
        """Flat, so that long chains stay shallow: stop at what decides, remember what is unknown."""
        writer, decides = self.writer, node.op == "or"
        name = writer.fresh()
        first, unsure = self.value(node.children[0], indent)
        writer.line(indent, f"{name} = {first}")
        for child in node.children[1:]:
            writer.line(indent, f"if {name} is not {decides}:")
            text, may = self.value(child, indent + 1)
            if not may:
                writer.line(indent + 1, f"if {text if decides else 'not ' + text}: {name} = {decides}")
            else:
                writer.line(indent + 1, f"if {text} is not {not decides}: {name} = {text}")
            unsure = unsure or may
        return name, unsure

    def choose(self, node: Node, indent: int) -> tuple[str, bool]:
        writer = self.writer
        condition, unsure = self.value(node.children[0], indent)
        name = writer.fresh()
        if unsure:
            writer.line(indent, f"if {condition} is None: {name} = None")
        writer.line(indent, f"{'elif' if unsure else 'if'} {condition}:")
        for branch in node.children[1:]:
            text, may = self.value(branch, indent + 1)
            writer.line(indent + 1, f"{name} = {text}")
            unsure = unsure or may
            if branch is node.children[1]:
                writer.line(indent, "else:")
        return name, unsure

    def if_unknown(self, node: Node, indent: int) -> tuple[str, bool]:
        text, unsure = self.value(node.children[0], indent)
        if not unsure:
            return text, False
        name = self.writer.fresh()
        self.writer.line(indent, f"{name} = {text}")
        self.writer.line(indent, f"if {name} is None:")
        default, may = self.value(node.children[1], indent + 1)
        self.writer.line(indent + 1, f"{name} = {default}")
        return name, may


def needed(node: Node) -> set[int]:
    """The leaves without which the value is surely unknown."""
    if node.op == "leaf":
        return {node.leaf}
    if node.op in ("constant", "known"):
        return set()
    below = [needed(child) for child in operands(node)]
    if node.op in ("and", "or", "if_unknown"):
        return set.intersection(*below)
    if node.op == "choose":
        return below[0] | (below[1] & below[2])
    return set().union(*below)
