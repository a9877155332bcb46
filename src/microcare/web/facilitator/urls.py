"""The addresses of the facilitators' pages."""

from django.urls import path

from microcare.web.facilitator import (
    account,
    emergency,
    monitor_pages,
    offering,
    pages,
    safety,
    signing_in,
    staff,
    watching,
)

urlpatterns = [
    path("desk/", pages.people),
    path("desk/login", signing_in.sign_in),
    path("desk/login/second", signing_in.second),
    path("desk/login/passkey", signing_in.passkey_question),
    path("desk/logout", signing_in.sign_out),
    path("desk/setup/<str:token>", signing_in.set_up),
    path("desk/confirm", signing_in.confirm),
    path("desk/alive", signing_in.alive),
    path("desk/away", signing_in.away),
    path("desk/account", account.account),
    path("desk/account/do", account.do),
    path("desk/account/second", account.second),
    path("desk/account/passkey", account.passkey),
    path("desk/now", watching.now),
    path("desk/alerts", watching.all_alerts),
    path("desk/staff", staff.staff),
    path("desk/staff/do", staff.do),
    path("desk/trail", staff.trail),
    path("desk/emergency", emergency.emergency),
    path("desk/emergencies", emergency.listed),
    path("desk/invite", offering.invitation),
    path("desk/programs", offering.publishing),
    path("desk/source", pages.source),
    path("desk/safety", safety.page),
    path("desk/safety/do", safety.do),
    path("desk/safety/adverse-events.csv", safety.adverse_csv),
    path("desk/people/<str:person>", pages.one_person),
    path("desk/people/<str:person>/do", pages.do),
    path("desk/people/<str:person>/deliveries", monitor_pages.of_person),
    path("desk/monitor", monitor_pages.whole_study),
    path("desk/monitor/numbers.csv", monitor_pages.numbers),
]
