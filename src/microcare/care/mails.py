"""What mails say: that something waits, and where. Never what it is, nor for what it is."""

from microcare.program.parts import text_in

WAITS = {
    "en": "Something is waiting for you",
    "de": "Etwas wartet auf Sie",
    "fr": "Quelque chose vous attend",
    "es": "Hay algo para usted",
    "it": "C'è qualcosa per Lei",
    "nl": "Er staat iets voor u klaar",
    "pt": "Há algo à sua espera",
}
LOOK = {
    "en": "There is something for you. You can look at it here:",
    "de": "Es gibt etwas für Sie. Hier können Sie es ansehen:",
    "fr": "Il y a quelque chose pour vous. Vous pouvez le voir ici :",
    "es": "Hay algo para usted. Puede verlo aquí:",
    "it": "C'è qualcosa per Lei. Può vederlo qui:",
    "nl": "Er is iets voor u. U kunt het hier bekijken:",
    "pt": "Há algo para si. Pode ver aqui:",
}

STAFF = {
    "proposal": ("A proposal waits for you", "A proposal waits for your answer"),
    "message": ("A message waits for you", "Somebody has written to their facilitator"),
    "check_in": ("A check-in comes up", "An agreed check-in comes up within the hour"),
}


def to_person(language: str, address: str) -> tuple[str, str]:
    """Subject and text of a mail to a person; `address` is the page to open."""
    return text_in(WAITS, language, "en"), f"{text_in(LOOK, language, 'en')}\n\n{address}\n"


def to_staff(kind: str, level: int, address: str) -> tuple[str, str]:
    """Subject and text of a mail to staff. kind: alert, reminder, or one of `STAFF`; level: how often it was passed on."""
    if kind in STAFF:
        subject, text = STAFF[kind]
        return subject, f"{text}:\n\n{address}\n"
    again = "Still open: an" if kind == "reminder" else "An"
    passed = f"\nNobody has taken it on in time; it was passed on {level} times." if level else ""
    return (
        f"{again} alert needs you",
        f"{again} alert waits for a person to take it on:\n\n{address}\n{passed}",
    )


def emergency(address: str) -> tuple[str, str]:
    """Subject and text of a mail to those who look at emergency accesses."""
    return (
        "An emergency access was opened",
        f"Somebody opened a page in an emergency. Please look at it:\n\n{address}\n",
    )
