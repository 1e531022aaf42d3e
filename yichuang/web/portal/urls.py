"""The public pages: guides, following one's application, results, rating, verification."""

from django.urls import path

from yichuang.web.portal import (
    answer,
    copying,
    correct,
    courier,
    guide,
    hearing,
    rating,
    results,
    track,
    verify,
    withdraw,
)

urlpatterns = [
    path("guide/", guide.guide, name="guide"),
    path("guide/files/<str:name>", guide.guide_file, name="guide_file"),
    path("guide/<slug:key>/form.pdf", guide.guide_form, name="guide_form"),
    path("guide/<slug:key>/", guide.guide_page, name="guide_page"),
    path("guide/<slug:key>/guide.pdf", guide.guide_pdf, name="guide_pdf"),
    path("guide/<slug:key>/card/", guide.guide_card, name="guide_card"),
    path("find/", guide.find, name="find"),
    path("find/<slug:key>/", guide.find, name="find_topic"),
    path("my/", track.my, name="my"),
    path("track/", track.track, name="track"),
    path("track/close/", track.close, name="track_close"),
    path("track/<slug:number>/", track.application, name="track_application"),
    path("track/<slug:number>/notices/<int:notice_id>/", results.notice, name="track_notice"),
    path("track/<slug:number>/licences/<slug:case_number>/", results.licence, name="track_licence"),
    path("track/<slug:number>/licences/<slug:case_number>/copy/", copying.copy, name="track_copy"),
    path("track/<slug:number>/results/", results.results, name="track_results"),
    path("track/<slug:number>/results.zip", results.archive, name="track_archive"),
    path("track/<slug:number>/rate/", rating.rate, name="track_rate"),
    path("track/<slug:number>/correct/<slug:case_number>/", correct.correct, name="track_correct"),
    path("track/<slug:number>/hearing/<slug:case_number>/", hearing.hearing, name="track_hearing"),
    path("track/<slug:number>/courier/", courier.courier, name="track_courier"),
    path("track/<slug:number>/answer/", answer.answer, name="track_answer"),
    path("track/<slug:number>/withdraw/", withdraw.withdraw, name="track_withdraw"),
    path("verify/", verify.verify, name="verify"),
    path("verify/<str:code>/", verify.by_code, name="verify_code"),
    path("verify/<str:code>", verify.by_code),  # as the QR code on every paper has it
]
