"""Addresses of the editor of the catalogue (事项编写)."""

from django.urls import path

from yichuang.web.authoring import editor, effects, listing, previews, reviews

app_name = "authoring"
urlpatterns = [
    path("", listing.home, name="home"),
    path("new/", listing.begin, name="begin"),
    path("<str:kind>/<slug:key>/", listing.subject, name="subject"),
    path("<str:kind>/<slug:key>/begin/", listing.begin_version, name="begin_version"),
    path("<str:kind>/<slug:key>/open/", effects.of_version, name="effects"),
    path("<str:kind>/<slug:key>/withdraw/", listing.withdraw, name="withdraw"),
    path("proposals/<int:proposal_id>/edit/", editor.edit, name="edit"),
    path("proposals/<int:proposal_id>/keep/", editor.keep, name="keep"),
    path("proposals/<int:proposal_id>/review/", reviews.review, name="review"),
    path("proposals/<int:proposal_id>/effects/", effects.of_proposal, name="proposal_effects"),
    path("proposals/<int:proposal_id>/comment/", reviews.comment, name="comment"),
    path("proposals/<int:proposal_id>/recall/", reviews.recall, name="recall"),
    path("proposals/<int:proposal_id>/return/", reviews.give_back, name="return"),
    path("proposals/<int:proposal_id>/approve/", reviews.approve, name="approve"),
    path("proposals/<int:proposal_id>/discard/", reviews.discard, name="discard"),
    path("proposals/<int:proposal_id>/guide/", previews.guide, name="guide"),
    path("proposals/<int:proposal_id>/counter/", previews.counter, name="counter"),
    path("proposals/<int:proposal_id>/plan/", previews.plan, name="plan"),
    path("proposals/<int:proposal_id>/rehearsal/", previews.rehearsal, name="rehearsal"),
]
