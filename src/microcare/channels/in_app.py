"""In the app: what is in the database is accepted; the person's page polls for it. The only channel repeated freely."""

from microcare.channels.channel import Message, Outcome, Result


class InApp:
    """The person's own pages."""

    name = "in_app"

    def send(self, message: Message) -> Outcome:
        """It is there already: the same commit that decided it wrote it."""
        return Outcome(Result.ACCEPTED)

    def rests(self, to: str) -> float:
        """Never."""
        return 0.0
