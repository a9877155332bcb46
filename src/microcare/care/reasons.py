"""Why this: how what is with a person was chosen, told to the person in two sentences at most."""

from django.utils.translation import gettext as _

from microcare.care.spoken import within
from microcare.care.telling import Voice, inner
from microcare.hub import entry as e


def reason(stated: e.Decided | e.Started | e.Recommended, voice: Voice) -> str:
    """Why it came, in the language that is spoken to the person."""
    if isinstance(stated, e.Decided):
        if stated.outcome == "randomized":
            return _(
                "This came now by chance: the program tries things at different moments to learn what helps. "
                "You can leave it whenever you like."
            )
        return _("This came now because of what you did before, or because its time had come.")
    goal = _goal(stated.need, voice)
    if isinstance(stated, e.Started) and stated.by.startswith("assigned"):
        if goal:
            return within(_("Somebody who accompanies you chose this for you. It belongs to: %(goal)s."), goal=goal)
        return _("Somebody who accompanies you chose this for you. It is part of this program.")
    if goal:
        return within(_("This was chosen from what you told us. It belongs to: %(goal)s."), goal=goal)
    return _("This was chosen from what you told us. It is part of this program.")


def _goal(need: str, voice: Voice) -> str:
    level = voice.program.program.needs.get(need)
    return inner(voice.plain(level[0].needs[need].goal or level[0].goal)) if level is not None else ""
