"""States, entries, effects and stimuli as JSON text, and back."""

import msgspec

from microcare.hub import effect, entry, stimulus
from microcare.hub.state import State

_encoder = msgspec.json.Encoder()
_entry: msgspec.json.Decoder[entry.Any] = msgspec.json.Decoder(entry.Any)
_effect: msgspec.json.Decoder[effect.Any] = msgspec.json.Decoder(effect.Any)
_stimulus: msgspec.json.Decoder[stimulus.Any] = msgspec.json.Decoder(stimulus.Any)
_state = msgspec.json.Decoder(State)


def encode(value: entry.Any | effect.Any | stimulus.Any | State) -> bytes:
    """JSON in UTF-8, without spaces; the same value always gives the same bytes."""
    return _encoder.encode(value)


def decode_entry(data: bytes | str | msgspec.Raw) -> entry.Any:
    """An entry of this or any earlier format."""
    return _entry.decode(data)


def decode_effect(data: bytes | str) -> effect.Any:
    """An effect."""
    return _effect.decode(data)


def decode_stimulus(data: bytes | str) -> stimulus.Any:
    """A stimulus; raises `msgspec.ValidationError` naming the field that is wrong."""
    return _stimulus.decode(data)


def decode_state(data: bytes | str) -> State:
    """A snapshot."""
    return _state.decode(data)
