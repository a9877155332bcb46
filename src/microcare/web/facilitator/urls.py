"""The addresses of the facilitators' pages."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from microcare.web.facilitator import monitor_pages, offering, pages, safety

urlpatterns = [
    path("desk/", pages.people),
    path("desk/login", LoginView.as_view(template_name="facilitator/login.html")),
    path("desk/logout", LogoutView.as_view()),
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
