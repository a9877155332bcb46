"""The addresses of the interface. Whether a key opens them stands in `microcare.web.access`."""

import logging
from importlib.metadata import version
from typing import Annotated, Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Path, Query
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from pydantic import BaseModel, Field

from microcare.care import access, clock, systems, trail, uploads
from microcare.care.access import NotTheirsError
from microcare.care.enroll import invite
from microcare.care.programs import names, programs
from microcare.care.publish import Published
from microcare.care.receive import BusyError, receive
from microcare.program.parts import text_in
from microcare.store import audit, journals
from microcare.store import systems as store
from microcare.store.entering import person_of_code
from microcare.web.api import exports, lists, shapes, stimuli
from microcare.web.api.keys import caller
from microcare.web.api.problems import Problem, answer
from microcare.web.api.repeats import once
from microcare.web.settings import URL

log = logging.getLogger(__name__)
BODY = 30_000_000
Person = Path[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]]


class Api(NinjaAPI):
    """The interface, with the stimuli's own schema in its description."""

    def get_openapi_schema(self, **given: Any) -> OpenAPISchema:
        """OpenAPI 3.1. Every route needs a key, and may answer with a problem."""
        made = super().get_openapi_schema(**given)
        parts: dict[str, Any] = made["components"]
        parts["schemas"].update(stimuli.schema()["parts"])
        parts["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer", "description": "A key of your system."}}
        made["security"] = [{"key": []}]
        said = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemShape"}}}
        for methods in made["paths"].values():
            for operation in methods.values():
                for status, words in lists.PROBLEMS.items():
                    operation["responses"].setdefault(str(status), {"description": words, "content": said})
        return made


api = Api(
    title="microcare",
    version=version("microcare"),
    description="People, stimuli, journals, programs, exports and webhooks of a microcare hub. Moments are ms since 1970 UTC.",
    docs_url=None,
    urls_namespace="api",
)


def given(shape: BaseModel, status: int = 200) -> HttpResponse:
    """An answer in its shape."""
    return HttpResponse(shape.model_dump_json(), status=status, content_type="application/json")


@api.get("/people", response=shapes.People, summary="People of the programs this key may see")
def list_people(request: HttpRequest, wanted: Query[shapes.PeoplePage]) -> HttpResponse:
    """A page of people, by their names in the journal."""
    found = lists.people_of(caller(request).programs(access.SEE), wanted.program, wanted.after, wanted.limit)
    trail.looked(caller(request).user, "listed people", "", f"after {wanted.after}" if wanted.after else "")
    return given(found)


@api.post("/people", response={201: shapes.Invited}, summary="Invite somebody")
@once
def add_person(request: HttpRequest, wanted: shapes.Invitation) -> HttpResponse:
    """Invite a person; they join with the code (once, within 14 days), by the link, or by a stimulus `enroll`."""
    code = invite(wanted.program, wanted.name, wanted.email, caller(request))
    if not code:
        raise Problem(422, "There is no such program.", [{"field": "program"}])
    person = person_of_code(code) or ""
    audit.append(clock.now(), caller(request).user, "invite", person, wanted.program)
    return given(shapes.Invited(person=person, code=code, link=f"{URL}/join#{code}"), 201)


@api.get("/people/{person}", response=shapes.PersonState, summary="Where a person stands")
def one_person(request: HttpRequest, person: Person) -> HttpResponse:
    """Their state, in short. It is entered in the audit trail."""
    trail.looked(caller(request).user, "read", person, every=trail.MINUTE)
    return given(lists.standing(person))


@api.get("/people/{person}/journal", response=shapes.Entries, summary="A person's journal")
def journal(request: HttpRequest, person: Person, wanted: Query[shapes.JournalPage]) -> HttpResponse:
    """Entries after a number, oldest first, of one kind or of all. Free text is only referred to."""
    trail.looked(caller(request).user, "read", person, "journal", every=trail.MINUTE)
    return given(lists.entries(person, wanted.after, wanted.limit, wanted.kind))


@api.post(
    "/people/{person}/stimuli",
    response=shapes.Taken,
    summary="Tell what reached a person, or what they did",
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": stimuli.schema()["schema"]}}}
    },
)
def take(request: HttpRequest, person: Person) -> HttpResponse:
    """Stimuli in their order, at most 500. Each bears a key of its own: one that was taken before is nothing new."""
    allowed, sent = caller(request), stimuli.read(request.body)
    stimuli.permit(allowed, person, sent)
    try:
        taken = receive(person, stimuli.prepared(person, sent, allowed.user, clock.now()))
    except BusyError:
        raise Problem(503, "Others write about this person; send it again.") from None
    refused = dict(taken.refused)
    return given(shapes.Taken(saved=list(taken.saved), known=list(taken.known), refused=refused, version=taken.version))


@api.get("/alerts", response=shapes.Alerts, summary="Open alerts")
def alerts(request: HttpRequest) -> HttpResponse:
    """All open alerts of the programs this key may take care of."""
    trail.looked(caller(request).user, "read alerts")
    return given(lists.alerts(caller(request).programs(access.ACKNOWLEDGE)))


@api.get("/programs", response=shapes.Programs, summary="The programs that people can join")
def list_programs(request: HttpRequest) -> HttpResponse:
    """Those in which this key has any role, each in its present version."""
    mine = caller(request).known()
    found = [c for name in names() if mine is None or name in mine if (c := programs().current(name)) is not None]
    lines = [
        shapes.ProgramLine(program=c.id, title=text_in(c.program.title, c.program.language), version=c.version, interventions=list(c.interventions))
        for c in found
    ]  # fmt: skip
    return given(shapes.Programs(programs=lines))


PROGRAM_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/yaml": {"schema": {"type": "string"}},
            "application/zip": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@api.post("/programs", response={201: shapes.Checked}, summary="Publish a program", openapi_extra=PROGRAM_BODY)
@once
def publish_program(request: HttpRequest) -> HttpResponse:
    """A YAML file, or a zipped folder with program.yaml. With errors nothing is published, and all are told (422)."""
    found, why = uploads.published(request.body, caller(request))
    if found is not None and found.version:
        audit.append(clock.now(), caller(request).user, "publish", found.program, found.version)
    return _said(found, why, 201)


@api.post("/programs/check", response=shapes.Checked, summary="Check a program", openapi_extra=PROGRAM_BODY)
def check_program(request: HttpRequest) -> HttpResponse:
    """The same, and nothing is published."""
    return _said(*uploads.checked(request.body), 200, keep=False)


def _said(found: Published | None, why: str, status: int, *, keep: bool = True) -> HttpResponse:
    if found is None:
        raise Problem(422, why)
    findings = [
        shapes.Finding(severity=str(i.severity.value), place=str(i.place).rpartition("/")[2], message=i.message, cure=i.cure)
        for i in found.issues
    ]  # fmt: skip
    if not found.version and keep:
        raise Problem(422, "It has errors, and was not published.", [f.model_dump() for f in findings])
    said = shapes.Checked(program=found.program, version=found.version, published=keep, findings=findings)
    return given(said, status)


TABLE: dict[str, Any] = {kind: {"schema": {"type": "string"}} for kind in exports.KINDS.values()}


@api.get(
    "/exports/{table}",
    summary="A table of all who agreed to it",
    openapi_extra={"responses": {200: {"description": "The table.", "content": TABLE}}},
)
def export(request: HttpRequest, table: Path[exports.Name], wanted: Query[shapes.TableForm]) -> HttpResponse:
    """One table of the data set, under the journal's names. It is entered in the audit trail."""
    audit.append(clock.now(), caller(request).user, "export", "", f"{table.value} {wanted.program}".strip())
    return exports.write(table.value, wanted.form, wanted.program)


@api.get("/webhooks", response=shapes.Hooks, summary="Where this system is told")
def list_hooks(request: HttpRequest) -> HttpResponse:
    """The webhooks of the system that asks."""
    return given(lists.hooks(_system(request)))


@api.post("/webhooks", response={201: shapes.HookMade}, summary="Be told")
@once
def add_hook(request: HttpRequest, wanted: shapes.Listening) -> HttpResponse:
    """Be told of entries of these kinds, signed; the secret is shown once."""
    try:
        name, secret = systems.listen(_system(request), wanted.url, wanted.kinds, local=settings.PUSH_LOCAL)
    except ValueError as error:
        raise Problem(422, str(error)) from None
    return given(shapes.HookMade(webhook=name, secret=secret), 201)


@api.delete("/webhooks/{webhook}", response={204: None}, summary="Be told no more")
def remove_hook(request: HttpRequest, webhook: Path[Annotated[str, Field(max_length=64)]]) -> HttpResponse:
    """One's own alone."""
    if not store.remove_hook(webhook, _system(request)):
        raise Problem(404, "There is no such webhook.")
    return HttpResponse(status=204)


def _system(request: HttpRequest) -> str:
    return caller(request).user.removeprefix(store.USER)


@api.exception_handler(Problem)
def _problem(request: HttpRequest, error: Problem) -> HttpResponse:
    return answer(error.status, error.detail, error.errors)


@api.exception_handler(NotTheirsError)
def _not_theirs(request: HttpRequest, error: NotTheirsError) -> HttpResponse:
    return answer(403, f"This key may not do that in {error}.")


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    found = [{"field": ".".join(str(p) for p in one["loc"]), "problem": one["msg"]} for one in error.errors]
    return answer(422, "Something that was sent does not fit.", found)


@api.exception_handler(HttpError)
def _refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    return answer(error.status_code, str(error))


@api.exception_handler(Http404)
@api.exception_handler(journals.UnknownPersonError)
def _missing(request: HttpRequest, error: Exception) -> HttpResponse:
    return answer(404, "There is no such thing.")


@api.exception_handler(Exception)
def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    log.exception("api %s %s", request.method, request.path)
    return answer(500, "Something failed here; it was written down.")
