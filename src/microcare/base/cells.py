"""Cells of tables that people open in spreadsheets."""

BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What begins a formula; some spreadsheets take the wide signs too."""


def safe(cell: object) -> object:
    """A text that a spreadsheet would take for a formula stays a text, also behind spaces; numbers are left alone."""
    if not isinstance(cell, str):
        return cell
    return f"'{cell}" if cell[:1] in BEGINS or cell.strip()[:1] in BEGINS else cell
