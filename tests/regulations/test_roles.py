from __future__ import annotations

import re

import pytest

from gongxue.regulations.roles import (
    ANY_SIGNED_IN,
    DUTIES,
    EMPLOYERS,
    INSTITUTIONS,
    Duty,
    OrganisationKind,
    Permission,
    holders,
)

PUBLIC = {"accounts.sign_up"}  # AMB-29

# Who may do what (MG 25 and the articles beside each row): duties, permissions.
# A permission stands here exactly once; a new one needs a row, and so somebody who has thought about it.
MATRIX = """
centre oversight province institution coordinator certificate_officer backbone trainee: classes.see
centre oversight province institution: pool.see                              # O15
centre oversight province institution certificate_officer: ledger.see        # Q24 Q29
centre province institution: trail.see
centre oversight province institution: deadlines.see                         # AMB-01: late is marked and counted
institution certificate_officer: people.reveal                               # S13
centre: accounts.see accounts.create accounts.import accounts.reset          # S09: MG 25.1
centre: accounts.suspend accounts.give_role accounts.end_role
centre: registers.approve registers.add_school pool.register                 # A15 O14: MG 9.1
centre: planning.open_round planning.send_back planning.publish              # B02 B06: TR 7
centre: planning.change_round planning.send_back_lines planning.accept_lines # B02 B06: TR 7
institution: planning.add_line planning.edit_line planning.remove_line       # B03: TR 7
institution: planning.submit planning.save_lines                             # B04 B05 B12: TR 7
province: planning.approve planning.return planning.report                   # B05 S11: TR 7, MG 25.2
province: planning.approve_lines planning.return_lines                       # B05 S11: TR 7, MG 25.2
centre province: planning.grant_exception                                    # AMB-01
institution: planning.apply_addition planning.apply_change planning.apply_cancel   # B09: TR 7
institution: planning.amend_change planning.take_back_change                 # B09: TR 7
province: planning.attach_change_scan planning.approve_change                # B10 C08 C09: TR 7, 脚注④
province: planning.return_change planning.refuse_change                      # B10: TR 7
centre: planning.question_change planning.record_change                      # B10, AMB-13
institution: staffing.open staffing.invite staffing.withdraw                 # C03 C06: TR 8
institution: staffing.nominate                                               # AMB-70
centre: staffing.confirm_expert                                              # AMB-70
centre oversight province: runs.see                                          # C05: TR 8
centre system: staffing.run                                                  # C05: TR 8
centre institution system: staffing.recommend                                # C05: TR 8
backbone: staffing.accept staffing.decline                                   # C06 C07: TR 8
backbone: pool.mark_away pool.clear_away pool.set_willing pool.introduce     # O15: the teacher's own page
institution: staffing.rescue staffing.lift staffing.revoke_lift               # TR 8 note 5
institution: staffing.request_team                                           # C11, AMB-12: TR 8
province: staffing.approve_team staffing.refuse_team                         # C11, AMB-12: TR 8
institution: staffing.chain                                                   # C07: TR 8
system: staffing.expire staffing.substitute platform.daily platform.restore
system: enrolment.lapse_colleague                                            # ours
province institution school: enrolment.report                                # E03: TR 10
school: enrolment.name_colleague enrolment.take_back_colleague               # ours
trainee: people.consent                                                      # MG 25.4
system: enrolment.offer_seat enrolment.lapse_seat                            # AMB-63
institution backbone: programme.edit                                         # D01: TR 9
backbone: programme.confirm                                                  # D01: TR 9
province: programme.review                                                   # D03: TR 9
institution backbone: programme.mend                                         # ours
province institution backbone: programme.comment programme.answer programme.resolve  # ours
institution backbone: programme.change programme.copy                        # ours
centre institution: programme.save_template programme.close_template         # ours
centre: forms.see forms.begin forms.edit forms.publish forms.drop             # TR 13 note 7, A28
centre: rubrics.begin rubrics.edit rubrics.publish rubrics.drop              # G10: TR 12.1
centre: programme.set_hours                                                  # 2.3: the standard's minimum hours
institution: programme.add_room programme.close_room                         # D02: 场地设备
institution: programme.file_change programme.drop_change                     # ours
institution: programme.submit                                                # D03: TR 9
province: programme.return programme.file                                    # D03 D04: TR 9
institution: enrolment.edit_notice enrolment.publish                         # E01: TR 10
institution system: enrolment.close                                          # AMB-61
trainee: enrolment.save enrolment.submit enrolment.withdraw                  # E03: TR 10
trainee: enrolment.accept_seat enrolment.decline_seat                        # AMB-63
school: enrolment.endorse                                                    # I52, AMB-30
trainee: enrolment.attach_photo                                              # I08: TR 附件1
institution trainee: enrolment.attach_endorsement                            # I53, AMB-62
backbone: enrolment.give_opinion                                             # E07: MG 4.4
institution: enrolment.admit enrolment.wait enrolment.reject                 # E04 S13: TR 10
institution coordinator: delivery.start delivery.check_in delivery.group     # F08 F09: TR 11.4
institution coordinator: delivery.undo_arrival delivery.no_show delivery.name_groups  # F09: TR 11.4
institution coordinator: delivery.add_material delivery.remove_material delivery.hand_out  # F09: 教材教具准备
institution coordinator: delivery.send_notice delivery.plan_ceremony delivery.record_ceremony  # F10, K07 K08
institution coordinator: delivery.add_photo delivery.remove_photo            # ours
institution coordinator: delivery.lodge delivery.unlodge delivery.note_night  # P05 P06: MG 12
institution coordinator system: delivery.remind                              # P01: MG 10
backbone trainee: delivery.pledge                                            # P01: MG 10
trainee: delivery.share_contact                                              # ours
institution coordinator backbone trainee: delivery.see_phone                 # ours
institution coordinator: delivery.call_roll delivery.finish                  # G02: TR 12
institution coordinator: delivery.open_window delivery.close_window          # G02: TR 12
institution coordinator: delivery.enter_rolls delivery.propose_marks         # G02: TR 12
institution coordinator: delivery.confirm_mark delivery.decline_mark         # G03: two people
institution coordinator: delivery.approve_leave delivery.refuse_leave        # G03: TR 12
institution coordinator: delivery.set_online delivery.clear_online           # IP 8
trainee: delivery.scan delivery.join_online                                  # G02: TR 12
trainee: delivery.ask_leave delivery.withdraw_leave                          # G03: TR 12
institution backbone: delivery.assign delivery.change_assignment delivery.withdraw_assignment  # G05: TR 12.1
trainee: delivery.new_version                                                # G05: TR 12.1
backbone trainee: delivery.comment                                           # ours
centre province institution coordinator backbone trainee: delivery.pack      # ours
trainee: delivery.hand_in                                                    # G05: TR 12.1
backbone: assessment.save assessment.score_process assessment.score_final    # G06 G12: TR 12
institution coordinator: assessment.plan_presentations assessment.draw_order assessment.move_on  # G11: TR 12.2, AMB-78
institution coordinator: assessment.add_recording assessment.remove_recording  # ours
backbone: assessment.note_presentation                                       # ours
backbone: assessment.second_look                                             # AMB-75
trainee: assessment.apply_retake                                             # G14: TR 12.2
institution: assessment.set_second_dates                                     # G14, AMB-79
institution: assessment.allow_retake                                         # G14, AMB-09
centre province: assessment.receive_transcript                               # H11: TR 13
centre oversight province: severity.see                                      # ours: MG 13
centre province: assessment.look_at_pattern                                  # ours: MG 13
trainee: assessment.appeal assessment.object                                 # AMB-80
institution: assessment.keep_mark assessment.uphold_appeal                   # AMB-80
province: assessment.dismiss_objection assessment.sustain_objection          # AMB-80
institution: assessment.confirm assessment.request_correction                # H11: TR 13
province: assessment.countersign assessment.refuse_correction                # G19: MG 13
trainee: evaluation.answer                                                   # H08: TR 13
institution: evaluation.close                                                # H03: TR 13
certificate_officer: certificates.receive certificates.issue                 # Q25 Q26: MG 18.2
trainee: certificates.download                                               # Q28: MG 18.2
certificate_officer: certificates.reprint certificates.hand_out              # Q29: MG 18.2
certificate_officer: certificates.spoil certificates.align certificates.reconcile  # Q29 Q30: MG 18.2
certificate_officer trainee: certificates.apply_replacement certificates.apply_correction  # Q23, AMB-71
certificate_officer trainee: certificates.withdraw_case                      # ours
certificate_officer: certificates.apply_void certificates.apply_revocation   # Q23, AMB-71
institution: certificates.replace certificates.correct certificates.void     # Q25, AMB-71
institution: certificates.refuse_case                                        # Q25, AMB-71
province: certificates.revoke certificates.keep                              # Q24, AMB-71
institution certificate_officer: certificates.report_misuse                  # Q31: MG 18.2
province: certificates.hand_over_misuse certificates.close_misuse            # Q24 Q31: MG 18.2
centre province institution certificate_officer school: certificates.check_list  # Q23, AMB-76
centre province: certificates.issue_key certificates.revoke_key              # Q23, AMB-77
: accounts.sign_up                                                           # AMB-29: the public
: accounts.change_password                                                   # everybody signed in
: accounts.set_mail accounts.confirm_mail accounts.remove_mail               # everybody signed in
: accounts.switch_mail                                                       # everybody signed in
centre: mail.see                                                             # ours
"""
ROWS = [line.partition("#")[0].partition(":") for line in MATRIX.strip().splitlines()]
EXPECTED = [(permission, tuple(duties.split())) for duties, _, names in ROWS for permission in names.split()]


def test_every_permission_stands_in_the_matrix_once() -> None:
    assert sorted(permission for permission, _ in EXPECTED) == sorted(Permission)


@pytest.mark.parametrize(("permission", "duties"), EXPECTED)
def test_a_permission_is_held_by_the_duties_of_the_regulation(
    permission: str, duties: tuple[str, ...]
) -> None:
    assert holders(Permission(permission)) == duties


def test_a_permission_without_a_holder_is_everybodys_or_the_publics() -> None:
    without = {permission for permission in Permission if not holders(permission)}
    mail = {f"accounts.{act}_mail" for act in ("set", "confirm", "remove", "switch")}
    assert without == {"accounts.change_password", *mail, *PUBLIC}
    assert set(ANY_SIGNED_IN) == without - PUBLIC


def test_values_and_titles_of_permissions_are_unique() -> None:
    assert len(Permission.__members__) == len(set(Permission)) == len({p.title for p in Permission})


def test_a_permission_is_written_as_a_url_name() -> None:
    assert all(re.fullmatch(r"[a-z]+\.[a-z0-9_]+", permission) for permission in Permission)


# Whoever asks does not decide.
SEPARATE = [
    ("planning.submit", "planning.approve"),
    ("planning.submit", "planning.return"),
    ("planning.report", "planning.publish"),
    ("planning.report", "planning.send_back"),
    ("planning.apply_change", "planning.approve_change"),
    ("planning.apply_addition", "planning.attach_change_scan"),
    ("planning.approve_change", "planning.record_change"),
    ("staffing.open", "planning.grant_exception"),
    ("staffing.invite", "staffing.accept"),
    ("staffing.nominate", "staffing.confirm_expert"),
    ("programme.submit", "programme.file"),
    ("programme.submit", "programme.return"),
    ("programme.submit", "programme.confirm"),
    ("enrolment.submit", "enrolment.endorse"),
    ("enrolment.submit", "enrolment.give_opinion"),
    ("enrolment.submit", "enrolment.admit"),
    ("enrolment.give_opinion", "enrolment.admit"),
    ("delivery.hand_in", "assessment.score_process"),
    ("assessment.score_process", "assessment.confirm"),
    ("assessment.score_final", "assessment.confirm"),
    ("assessment.apply_retake", "assessment.allow_retake"),
    ("assessment.appeal", "assessment.keep_mark"),
    ("assessment.keep_mark", "assessment.sustain_objection"),
    ("assessment.object", "assessment.dismiss_objection"),
    ("assessment.request_correction", "assessment.countersign"),
    ("assessment.request_correction", "assessment.refuse_correction"),
    ("assessment.confirm", "certificates.issue"),
    ("evaluation.answer", "evaluation.close"),
    ("certificates.apply_replacement", "certificates.replace"),
    ("certificates.apply_correction", "certificates.correct"),
    ("certificates.apply_void", "certificates.void"),
    ("certificates.apply_revocation", "certificates.revoke"),
    ("certificates.report_misuse", "certificates.close_misuse"),
    ("staffing.request_team", "staffing.approve_team"),
]


@pytest.mark.parametrize(("asks", "decides"), SEPARATE)
def test_nobody_decides_on_what_the_same_duty_asks_for(asks: str, decides: str) -> None:
    assert not set(holders(Permission(asks))) & set(holders(Permission(decides)))


def test_oversight_reads_and_acts_nowhere() -> None:  # A08: TR 3
    assert all(permission.endswith(".see") for permission in DUTIES[Duty.OVERSIGHT].permissions)


def test_the_daily_run_decides_nothing_that_a_person_should() -> None:
    assert DUTIES[Duty.SYSTEM].permissions == {
        "platform.daily",
        "platform.restore",
        "staffing.recommend",
        "staffing.run",
        "staffing.expire",
        "staffing.substitute",
        "enrolment.close",
        "enrolment.offer_seat",
        "enrolment.lapse_seat",
        "enrolment.lapse_colleague",  # the day that stood in the naming is over
        "delivery.remind",  # MG 10: what every class must be told, in words that stand in the regulation
    }


# A01 S07: TR 2.4, MG 24
PLACES = {
    "centre": {"centre"},
    "oversight": {"centre"},
    "province": {"province"},
    "institution": {"development_centre", "training_base"},
    "coordinator": {"development_centre", "training_base"},
    "certificate_officer": {"development_centre", "training_base"},
    "backbone": {"development_centre", "training_base", "school"},
    "trainee": {"development_centre", "training_base", "school"},
    "school": {"development_centre", "training_base", "school"},
    "system": {"centre"},
}


@pytest.mark.parametrize("duty", list(Duty))
def test_a_duty_is_held_in_its_kinds_of_organisations(duty: Duty) -> None:
    assert duty.spec.held_in == PLACES[duty]


def test_every_duty_has_a_name_and_a_sentence() -> None:
    assert len({duty.title for duty in Duty}) == len(Duty) == len(DUTIES)
    assert all(duty.spec.says.endswith("。") for duty in Duty)


@pytest.mark.parametrize("duty", list(Duty))
def test_only_the_centre_oversight_and_the_daily_run_see_the_whole_nation(duty: Duty) -> None:
    assert duty.reads_all is (duty.value in ("centre", "oversight", "system"))


@pytest.mark.parametrize("kind", list(OrganisationKind))
def test_two_kinds_of_organisations_train(kind: OrganisationKind) -> None:  # A11: TR 4
    assert kind.trains is (kind.value in ("development_centre", "training_base"))
    assert kind.trains is (kind in INSTITUTIONS)


def test_employers_are_schools_and_institutions() -> None:
    assert {kind.title for kind in EMPLOYERS} == {"师资研修中心", "教师培训基地", "技工院校"}


def test_organisations_have_the_names_of_the_text() -> None:  # S07: MG 24
    titles = [kind.title for kind in OrganisationKind]
    assert titles == ["部指导中心", "省级管理部门", "师资研修中心", "教师培训基地", "技工院校"]
