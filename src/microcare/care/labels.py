"""What the codes of the engine are called on pages: states, stages, results, kinds, roles."""

from django.utils.translation import gettext_lazy as lazy

LABELS = {
    # need states
    "present": lazy("present"),
    "absent": lazy("absent"),
    "unknown": lazy("unknown"),
    # how far something came
    "decided": lazy("decided"),
    "queued": lazy("queued"),
    "handed": lazy("handed over"),
    "accepted": lazy("handed over"),
    "delivered": lazy("delivered"),
    "shown": lazy("shown"),
    "opened": lazy("opened"),
    "done": lazy("done"),
    "completed": lazy("completed"),
    "snoozed": lazy("put off"),
    "dismissed": lazy("put aside"),
    "dropped": lazy("stopped midway"),
    "expired": lazy("expired"),
    "failed": lazy("failed"),
    "held": lazy("held back"),
    "missed": lazy("missed"),
    "planned": lazy("planned"),
    "pending": lazy("pending"),
    "open": lazy("open"),
    # results
    "success": lazy("success"),
    "failure": lazy("no success"),
    "disengaged": lazy("left off"),
    "ended": lazy("ended"),
    # what it is
    "assessment": lazy("Questions"),
    "offer": lazy("An offer"),
    "contact": lazy("A word to keep in contact"),
    "message": lazy("A message"),
    "check_in": lazy("A reminder of a check-in"),
    # how a check-in is held
    "call": lazy("call"),
    "video": lazy("video"),
    "visit": lazy("visit"),
    # roles
    "designer": lazy("designer"),
    "coach": lazy("coach"),
    "clinician": lazy("clinician"),
    "analyst": lazy("analyst"),
    "safety_officer": lazy("safety officer"),
    "administrator": lazy("administrator"),
    # what came of an alert
    "safe": lazy("talked with them: safe now"),
    "plan": lazy("safety plan agreed"),
    "handed_over": lazy("handed over to other care"),
    "emergency": lazy("emergency services called"),
    "not_reached": lazy("not reached, others informed"),
    "mistake": lazy("answered by mistake, confirmed with them"),
    # answers on the help page
    "danger": lazy("danger now"),
    "yes": lazy("yes"),
    "no": lazy("no"),
    "unsure": lazy("not sure"),
}
"""Each code's name. What is not here is shown as it is."""


RESOLUTIONS = ("safe", "plan", "handed_over", "emergency", "not_reached", "mistake")
"""The codes for what came of an alert."""


def label(code: str) -> str:
    """What a code is called in the language that is spoken."""
    found = LABELS.get(code)
    return code.replace("_", " ") if found is None else str(found)
