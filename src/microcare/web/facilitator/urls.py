"""The addresses of the facilitators' pages."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from microcare.web.facilitator import pages

urlpatterns = [
    path("desk/", pages.caseload),
    path("desk/login", LoginView.as_view(template_name="facilitator/login.html")),
    path("desk/logout", LogoutView.as_view()),
    path("desk/people/<str:person>", pages.one_person),
    path("desk/people/<str:person>/do", pages.do),
]
