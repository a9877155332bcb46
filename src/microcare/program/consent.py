"""Consent: what those who join are asked to agree to, purpose by purpose, in versions."""

from typing import Annotated, Literal

from pydantic import Field

from microcare.program.parts import Part, Text, described


class Purpose(Part):
    """One purpose for which data are used, or for which the person is reached."""

    title: Text = described("What they agree to, in a few words.")
    text: Text = described("What that means for them, in plain words.")
    covers: Literal["care", "contact", "research"] = described(
        "`care`: without it nobody can join, and who takes it back leaves. `contact`: mail and notifications; without it "
        "everything stays in the app. `research`: exports of data; without it the person is left out of them."
    )
    version: Annotated[int, Field(ge=1)] = described(
        "Raise it when the text changes what they agreed to: everybody is asked again.", default=1
    )
