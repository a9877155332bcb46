"""What an event shows or does: one kind of content per class. To add a kind, add its class and its cases."""

from typing import Annotated, Literal

from pydantic import Discriminator, Tag

from microcare.program.parts import Identifier, Part, SpanField, Text, described


class Say(Part):
    """A short text."""

    say: Text = described("The text.")


class Read(Part):
    """A Markdown file of the program."""

    read: str = described("Path of the file; `why.de.md` beside `why.md` is its German text.")


class Markdown(Part):
    """A longer text, in Markdown, written in place."""

    markdown: Text = described("The text, with Markdown's headings, lists and emphasis.")


class Image(Part):
    """A picture."""

    image: str = described("Path of the file.")
    alt: Text = described("What it shows, for those who cannot see it.")


class Audio(Part):
    """A sound to listen to."""

    audio: str = described("Path of the file.")
    transcript: Text = described("What is said, for those who cannot hear it.")


class Video(Part):
    """A film to watch."""

    video: str = described("Path of the file.")
    captions: str | None = described("Path of a WebVTT file.", default=None)
    transcript: Text = described("What is shown and said.")


class Link(Part):
    """A page to open."""

    link: str = described("Address, https.")
    label: Text = described("What the person taps.")


class ExternalApp(Part):
    """Another app that does this event; it counts as done by its own report, or the person's word."""

    app: str = described("Address that opens the app.")
    label: Text = described("What the person taps.")
    name: str | None = described("The app's name.", default=None)


class Peer(Part):
    """Contact with a peer or a community."""

    peer: str = described("Address of the community, or of its moderator (https or mailto).")
    label: Text = described("What the person taps.")


class Human(Part):
    """Something a human does: a coach's call, a clinician's word. Their report completes it.

    Where the app facilitates, an intervention with such an event is recommended only if the program has `rosters`, the
    people who do it; otherwise it is left out for the reason `no facilitator for it`. The person is not prompted, and
    what a facilitator leaves undone never counts as the person's silence: it begins no `quiet for`, no
    `disengaged_after`, and does not lower `engagement.share`.
    """

    human: Text = described("What they do, as the facilitator reads it.")
    by: Literal["coach", "clinician", "peer"] = described("Who does it.", default="coach")


class Exercise(Part):
    """Something to do for a while, with a timer."""

    exercise: SpanField = described("How long, like 2m.")
    steps: tuple[Text, ...] = described("What to do, one step after the other, each for an equal part.", default=())


class Form(Part):
    """A form to fill in; a measure holds its questions and answers."""

    form: Identifier = described("The measure.")


class Photo(Part):
    """A photo instead of an account: it lightens a task."""

    photo: Text = described("What to photograph.")


KINDS: dict[str, type[Part]] = {
    "say": Say,
    "read": Read,
    "markdown": Markdown,
    "image": Image,
    "audio": Audio,
    "video": Video,
    "link": Link,
    "app": ExternalApp,
    "peer": Peer,
    "human": Human,
    "exercise": Exercise,
    "form": Form,
    "photo": Photo,
}


def kind_of(value: object) -> str | None:
    """The kind of a content block: the first of its keys that names one."""
    if isinstance(value, dict):
        return next((kind for kind in KINDS if kind in value), None)
    return next((kind for kind, cls in KINDS.items() if isinstance(value, cls)), None)


Block = Annotated[
    Annotated[Say, Tag("say")]
    | Annotated[Read, Tag("read")]
    | Annotated[Markdown, Tag("markdown")]
    | Annotated[Image, Tag("image")]
    | Annotated[Audio, Tag("audio")]
    | Annotated[Video, Tag("video")]
    | Annotated[Link, Tag("link")]
    | Annotated[ExternalApp, Tag("app")]
    | Annotated[Peer, Tag("peer")]
    | Annotated[Human, Tag("human")]
    | Annotated[Exercise, Tag("exercise")]
    | Annotated[Form, Tag("form")]
    | Annotated[Photo, Tag("photo")],
    Discriminator(
        kind_of,
        custom_error_type="content_kind",
        custom_error_message="this content is of no known kind",
    ),
]
"""One piece of an event's content."""
