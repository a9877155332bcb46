"""A risk answer reaches somebody: its rule has help to show, people to tell, and a question that is asked."""

from collections.abc import Iterator

from microcare.base.issues import Issue
from microcare.program.checks.common import Checked, Path
from microcare.program.checks.languages import CODE
from microcare.program.checks.outcomes import asked_measures
from microcare.program.parts import Text, written_in
from microcare.program.safety import SafetyRule

ROSTER = 'Add `rosters: {%s: {people: [name@example.org], hours: "weekdays 9 to 17"}}`.'


def check(c: Checked) -> Iterator[Issue]:
    """Safety rules without responders, hours, or help; risk items that are never asked."""
    p = c.program
    asked = asked_measures(c)
    for index, rule in enumerate(p.safety):
        path = ("safety", index)
        measure = rule.on.split(".")[0]
        if measure in p.measures and measure not in asked:
            yield c.warning((*path, "on"), "risk_never_asked", f"`{measure}` is never asked, so this can never be seen",
                            "Ask it in an evaluation, or delete the rule.", key=False)  # fmt: skip
        if rule.show is None and rule.say is None:
            yield c.error(
                path,
                "no_help",
                "a risk answer shows the person nothing",
                "Add `show: safety/crisis.md`, or `say:`.",
            )
        yield from _languages(c, path, rule.show, rule.say)
        yield from _lists(c, path, rule)
        if rule.alert is None:
            yield c.error(path, "no_alert", "nobody is told of this risk answer",
                          "Add `alert: {roster: on_duty, acknowledge_within: 15m}`.")  # fmt: skip
            continue
        if rule.alert.then is not None and rule.alert.then == rule.alert.roster:
            yield c.warning((*path, "alert", "then"), "same_roster", f"`{rule.alert.then}` is told first, and then again",
                            "Name others who are told when nobody takes the alert on.")  # fmt: skip
        for word in ("roster", "then"):
            name = getattr(rule.alert, word)
            if name is not None and name not in p.rosters:
                found = c.unknown((*path, "alert", word), "no_roster", "roster", name, p.rosters)
                cure = found.cure if "Did you mean" in found.cure else ROSTER % name
                yield c.error((*path, "alert", word), "no_roster", found.message, cure)
    if p.help is not None:
        yield from _languages(c, ("help",), p.help.show, p.help.say)
    elif p.safety:
        yield c.warning(("safety",), "no_help_page", "“Help now” has no numbers of this program to show",
                        'Add `help: {numbers: [{title: Crisis line, call: "988", where: [US]}]}`.')  # fmt: skip
    for name, roster in p.rosters.items():
        if not roster.people:
            yield c.error(
                ("rosters", name),
                "empty_roster",
                f"nobody is on the roster `{name}`",
                "Add `people: [...]`.",
                True,
            )
        alerted = {n for r in p.safety if r.alert is not None for n in (r.alert.roster, r.alert.then)}
        if not roster.hours:
            say = c.error if name in alerted else c.warning
            yield say(("rosters", name), "no_hours", f"the roster `{name}` does not say when somebody is there",
                      'Add `hours: "weekdays 9 to 17"`; participants are told.')  # fmt: skip
        if roster.otherwise == name:
            yield c.error(("rosters", name, "otherwise"), "same_roster", f"`{name}` is its own fallback",
                          "Name another roster, or delete the line.")  # fmt: skip
        elif roster.otherwise is not None and roster.otherwise not in p.rosters:
            yield c.unknown(("rosters", name, "otherwise"), "no_roster", "roster", roster.otherwise, p.rosters)


def _lists(c: Checked, path: Path, rule: SafetyRule) -> Iterator[Issue]:
    """Words that are listened for: in every language of the program, none so short that it stands everywhere."""
    if rule.words is None:
        return
    for language in dict.fromkeys((c.program.language, *c.program.languages)):
        if CODE.fullmatch(language) and not {language, language.split("-")[0]} & set(rule.words):
            yield c.error((*path, "words"), "words_language", f"no words are listened for in `{language}`",
                          f"Add `{language}: [...]`: who writes in it is not heard.")  # fmt: skip
    for language, phrases in rule.words.items():
        if not CODE.fullmatch(language):
            yield c.error((*path, "words", language), "words_language", f"`{language[:40]}` is no code of a language",
                          "Write its code, like `en` or `de`.", True)  # fmt: skip
        for index, phrase in enumerate(phrases):
            if len(phrase.strip("*")) < 4 and phrase.isascii():
                yield c.warning((*path, "words", language, index), "short_word",
                                f"`{phrase}` is so short that it stands in many texts, in other languages too",
                                "Write more of it: `want to die` instead of `die`.", key=False)  # fmt: skip


def _languages(c: Checked, path: Path, show: str | None, say: Text | None) -> Iterator[Issue]:
    """What is shown to a person in need is there in every language that a person can choose."""
    own = c.program.language
    for language in (code for code in c.program.languages if code != own and CODE.fullmatch(code)):
        short = language.split("-")[0]
        if show is not None and show.endswith(".md"):
            stem = show.removesuffix(".md")
            if not {f"{stem}.{language}.md", f"{stem}.{short}.md"} & c.source.filled:
                yield c.error((*path, "show"), "help_language", f"the help page `{show}` is missing in `{language}`",
                              f"Write `{stem}.{language}.md` beside it.")  # fmt: skip
        elif say is not None and (isinstance(say, str) or not {language, short} & set(written_in(say, own))):
            yield c.error((*path, "say"), "help_language", f"what is said to a person in need is missing in `{language}`",
                          f"Write `{{{own}: ..., {language}: ...}}`.")  # fmt: skip
