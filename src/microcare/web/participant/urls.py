"""The addresses of the person's pages."""

from django.urls import path

from microcare.web.participant import devices, doing, files, join, own, pages, push, settings

urlpatterns = [
    path("", pages.today),
    path("join", join.enter),
    path("join/about", join.about),
    path("join/<str:code>", join.enter),
    path("leave", join.leave),
    path("need", pages.need),
    path("journey", pages.journey),
    path("help", pages.help_page),
    path("help/country", pages.country),
    path("help/seen", pages.seen),
    path("help/plan", pages.plan),
    path("messages", pages.talk),
    path("settings", settings.settings),
    path("settings/consent", own.consent),
    path("settings/data", own.data),
    path("settings/who", own.who),
    path("settings/leave", own.leave),
    path("settings/devices", devices.devices),
    path("settings/my-data.<str:form>", own.export),
    path("push/on", push.on),
    path("push/off", push.off),
    path("do", doing.form),
    path("stimuli", doing.batch),
    path("photo", doing.photo),
    path("photo/<str:reference>", doing.show_photo),
    path("version", doing.version),
    path("media/<str:program>/<str:version>", files.media),
    path("manifest.webmanifest", files.manifest),
    path("sw.js", files.worker),
    path("demo", pages.demo),
]
