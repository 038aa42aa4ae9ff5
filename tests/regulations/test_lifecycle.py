from __future__ import annotations

import pytest

from gongxue.regulations.lifecycle import (
    CLOSED_STAGE,
    MOVES,
    STAGES,
    THINGS,
    TITLES,
    Move,
    State,
    Thing,
    move_of,
    moves_from,
)
from gongxue.regulations.roles import Duty, OrganisationKind, Permission, holders

# thing · act · from (|) · to · article · r: a reason, s: the version seen
TABLE = """
round          planning.publish            open|published            published      TR 7     -   # B06
planned_class  planning.submit             draft|returned            submitted      TR 7     -   # B05 B12
planned_class  planning.approve            submitted                 approved       TR 7     s   # B05
planned_class  planning.return             submitted|approved        returned       TR 7     rs
planned_class  planning.report             approved                  reported       TR 7     -   # B05
planned_class  planning.send_back          reported                  submitted      TR 7     rs  # AMB-13
planned_class  planning.publish            reported                  published      TR 7     -   # B06
planned_class  planning.approve_change     published                 cancelled      TR 7     -   # B09
plan_change    planning.amend_change       returned                  applied        TR 7     s   # B09
plan_change    planning.take_back_change   applied|returned          withdrawn      TR 7     -   # B09
plan_change    planning.approve_change     applied                   approved       TR 7     s   # B10 C08 C09
plan_change    planning.return_change      applied                   returned       TR 7     rs  # B10
plan_change    planning.refuse_change      applied                   refused        TR 7     rs  # B10
plan_change    planning.question_change    approved                  questioned     TR 7     rs  # AMB-13
plan_change    planning.record_change      approved|questioned       recorded       TR 7     s   # AMB-13
opening        staffing.recommend          filed|recommended         recommended    TR 8     -   # C05
opening        staffing.nominate           filed|recommended         recommended    MG 6     -   # AMB-70
opening        staffing.accept             recommended               staffed        TR 8     -   # C06
opening        staffing.withdraw           staffed                   recommended    TR 8     -   # C07
opening        planning.approve_change     filed|recommended|staffed cancelled      TR 7     -   # B09
opening        staffing.approve_team       staffed                   recommended    TR 8     -   # C11
team_change    staffing.approve_team       requested                 approved       TR 8     s   # C11
team_change    staffing.refuse_team        requested                 refused        TR 8     rs  # C11
invitation     staffing.confirm_expert     nominated                 sent           MG 6     -   # AMB-70
invitation     staffing.accept             sent                      accepted       TR 8     -   # C06
invitation     staffing.decline            sent                      declined       TR 8     r   # C07
invitation     staffing.expire             sent                      expired        TR 8     -
invitation     staffing.withdraw           nominated|sent|accepted   withdrawn      TR 8     r   # C07 C10
programme      programme.submit            draft|returned|changing   submitted      TR 9     s   # D03
programme      programme.return            submitted                 returned       TR 9     rs
programme      programme.file              submitted                 filed          TR 9     s   # D04, AMB-13
programme      programme.change            filed                     changing       TR 9     rs  # ours
programme      programme.file_change       changing|returned         filed          TR 9     s   # ours
programme      programme.drop_change       changing|returned         filed          TR 9     s   # ours
enrolment      enrolment.publish           draft                     published      TR 10    -   # E01
enrolment      enrolment.close             published                 closed         TR 10    -   # AMB-61
application    enrolment.submit            draft                     submitted      TR 10    -   # E03
application    enrolment.admit             submitted|waiting         admitted       TR 11.3  -   # E04 F06
application    enrolment.wait              submitted                 waiting        TR 11.3  -   # AMB-63
application    enrolment.offer_seat        waiting                   offered        TR 11.3  -   # AMB-63
application    enrolment.accept_seat       offered                   admitted       TR 11.3  -   # AMB-63
application    enrolment.decline_seat      offered                   withdrawn      TR 11.3  -   # AMB-63
application    enrolment.lapse_seat        offered                   waiting        TR 11.3  -   # AMB-63
application    enrolment.reject            submitted|waiting         rejected       TR 10    r   # E04
application    enrolment.withdraw  draft|submitted|waiting|offered|admitted  withdrawn      TR 10    -
substitution   enrolment.admit             named                     done           TR 11.3  -   # ours
substitution   enrolment.take_back_colleague  named                  ended          TR 11.3  -   # ours
substitution   enrolment.lapse_colleague   named                     ended          TR 11.3  -   # ours
substitution   enrolment.reject            named                     ended          TR 11.3  -   # ours
substitution   enrolment.wait              named                     ended          TR 11.3  -   # ours
substitution   enrolment.withdraw          named                     ended          TR 11.3  -   # ours
substitution   enrolment.accept_seat       named                     ended          TR 11.3  -   # ours
delivery       delivery.start              preparing                 running        TR 11    -
delivery       delivery.finish             running                   finished       TR 11    -
roll_window    delivery.close_window       open                      closed         TR 12    -   # G02
roll_window    delivery.call_roll          open                      closed         TR 12    -   # G02
roll_window    delivery.open_window        open                      closed         TR 12    -   # its time was over
leave          delivery.approve_leave      requested                 approved       TR 12    s   # G03
leave          delivery.refuse_leave       requested                 refused        TR 12    rs  # G03
leave          delivery.withdraw_leave     requested|approved        withdrawn      TR 12    -
mark_correction  delivery.confirm_mark     proposed                  confirmed      TR 12    s   # G03
mark_correction  delivery.decline_mark     proposed                  declined       TR 12    rs  # G03
assignment     delivery.withdraw_assignment  set                     withdrawn      TR 12.1  r   # G05
retake         assessment.allow_retake     applied                   allowed        TR 12.2  -   # G14, AMB-09
results        assessment.confirm          open                      confirmed      TR 13.1  -   # H11
correction     assessment.countersign      requested                 countersigned  MG 13    s   # G19
correction     assessment.refuse_correction  requested               refused        MG 13    rs  # G19
appeal         assessment.keep_mark        applied                   kept           MG 13    rs  # AMB-80
appeal         assessment.uphold_appeal    applied                   upheld         MG 13    rs  # AMB-80
appeal         assessment.object           kept                      objected       MG 13    r   # AMB-80
appeal         assessment.dismiss_objection  objected                dismissed      MG 13    rs  # AMB-80
appeal         assessment.sustain_objection  objected                upheld         MG 13    rs  # AMB-80
closing        evaluation.close            open                      closed         TR 13    -   # H03
certificate_case  certificates.replace     applied                   done           MG 18.1  s   # Q23, AMB-71
certificate_case  certificates.correct     applied                   done           MG 18.2  s   # Q23, AMB-71
certificate_case  certificates.void        applied                   done           MG 18.2  s   # Q23, AMB-71
certificate_case  certificates.revoke      applied                   done           MG 18.1  s   # Q24, AMB-71
certificate_case  certificates.refuse_case  applied                  refused        MG 18.2  rs  # Q25, AMB-71
certificate_case  certificates.keep        applied                   refused        MG 18.1  rs  # Q24, AMB-71
certificate_case  certificates.withdraw_case  applied                withdrawn      MG 18.2  -   # ours
misuse         certificates.hand_over_misuse  reported               handed_over    MG 18.2  rs  # Q31
misuse         certificates.close_misuse   reported|handed_over      closed         MG 18.2  rs  # Q31
form_draft     forms.publish               draft                     published      TR 13    s   # note 7
form_draft     forms.drop                  draft                     withdrawn      TR 13    -   # note 7
rubric_draft   rubrics.publish             draft                     published      TR 12.1  s   # G10
rubric_draft   rubrics.drop                draft                     withdrawn      TR 12.1  -   # G10
"""


def row(move: Move) -> list[str]:
    flags = ("r" if move.reason else "") + ("s" if move.seen else "") or "-"
    sources = "|".join(state.value for state in move.sources)
    return [move.thing, move.permission.value, sources, move.target.value, *move.article.split(), flags]


def test_the_moves_are_those_of_the_table() -> None:
    assert [row(move) for move in MOVES] == [
        line.partition("#")[0].split() for line in TABLE.strip().splitlines()
    ]


@pytest.mark.parametrize("thing", list(THINGS.values()), ids=str)
def test_every_state_is_reached_from_the_first(thing: Thing) -> None:
    reached = {next(iter(thing.states)).value}
    for _ in thing.states:
        reached |= {
            move.target.value
            for move in MOVES
            if move.thing == thing.name and reached & {state.value for state in move.sources}
        }
    assert reached == {state.value for state in thing.states}


@pytest.mark.parametrize("move", MOVES, ids=lambda move: f"{move.thing}-{move.permission}")
def test_a_move_stays_inside_its_thing(move: Move) -> None:
    states = THINGS[move.thing].states
    assert {type(state) for state in (*move.sources, move.target)} == {states}


@pytest.mark.parametrize("move", MOVES, ids=lambda move: f"{move.thing}-{move.permission}")
def test_a_move_is_found_by_thing_and_act(move: Move) -> None:
    assert move_of(move.thing, move.permission) is move


def test_an_act_that_is_not_in_the_table_is_an_error() -> None:
    with pytest.raises(KeyError):
        move_of("round", Permission.ADMIT)


def test_a_state_offers_exactly_its_own_moves() -> None:
    offered = {(move.thing, move.permission.value) for move in moves_from("programme", "submitted")}
    assert offered == {("programme", "programme.return"), ("programme", "programme.file")}
    assert moves_from("application", "rejected") == ()


FINAL = {
    "round": set(),  # lines added later are published too
    "planned_class": {"cancelled"},
    "plan_change": {"withdrawn", "refused", "recorded"},
    "opening": {"cancelled"},
    "invitation": {"declined", "expired", "withdrawn"},
    "team_change": {"approved", "refused"},
    "programme": set(),  # what is filed may be changed
    "enrolment": {"closed"},
    "application": {"rejected", "withdrawn"},
    "delivery": {"finished"},
    "roll_window": {"closed"},
    "leave": {"refused", "withdrawn"},
    "mark_correction": {"confirmed", "declined"},
    "retake": {"allowed"},
    "results": {"confirmed"},
    "correction": {"countersigned", "refused"},
    "appeal": {"dismissed", "upheld"},
    "closing": {"closed"},
    "substitution": {"done", "ended"},
    "assignment": {"withdrawn"},
    "certificate_case": {"done", "refused", "withdrawn"},
    "misuse": {"closed"},
    "form_draft": {"published", "withdrawn"},
    "rubric_draft": {"published", "withdrawn"},
}


@pytest.mark.parametrize("name", list(THINGS))
def test_what_is_final_stays_final(name: str) -> None:
    final = {state.value for state in THINGS[name].states if not moves_from(name, state.value)}
    assert final == FINAL[name]


# where the regulation sees each act (MG 25 and the article of the move)
CENTRE, PROVINCE = {OrganisationKind.CENTRE}, {OrganisationKind.PROVINCE}
TRAINING = {OrganisationKind.DEVELOPMENT_CENTRE, OrganisationKind.TRAINING_BASE}
EMPLOYERS = TRAINING | {OrganisationKind.SCHOOL}
STANDS_AT = {
    "planning.publish": CENTRE,
    "planning.submit": TRAINING,
    "planning.approve": PROVINCE,
    "planning.return": PROVINCE,
    "planning.report": PROVINCE,
    "planning.send_back": CENTRE,
    "planning.amend_change": TRAINING,
    "planning.take_back_change": TRAINING,
    "planning.approve_change": PROVINCE,
    "planning.return_change": PROVINCE,
    "planning.refuse_change": PROVINCE,
    "planning.question_change": CENTRE,
    "planning.record_change": CENTRE,
    "staffing.recommend": CENTRE | TRAINING,
    "staffing.nominate": TRAINING,
    "staffing.confirm_expert": CENTRE,
    "staffing.accept": EMPLOYERS,
    "staffing.decline": EMPLOYERS,
    "staffing.expire": set(),
    "staffing.withdraw": TRAINING,
    "staffing.approve_team": PROVINCE,
    "staffing.refuse_team": PROVINCE,
    "programme.submit": TRAINING,
    "programme.return": PROVINCE,
    "programme.file": PROVINCE,
    "programme.change": EMPLOYERS,
    "programme.file_change": TRAINING,
    "programme.drop_change": TRAINING,
    "enrolment.publish": TRAINING,
    "enrolment.close": TRAINING,
    "enrolment.submit": EMPLOYERS,
    "enrolment.admit": TRAINING,
    "enrolment.wait": TRAINING,
    "enrolment.offer_seat": set(),
    "enrolment.accept_seat": EMPLOYERS,
    "enrolment.decline_seat": EMPLOYERS,
    "enrolment.lapse_seat": set(),
    "enrolment.take_back_colleague": EMPLOYERS,
    "enrolment.lapse_colleague": set(),
    "enrolment.reject": TRAINING,
    "enrolment.withdraw": EMPLOYERS,
    "delivery.start": TRAINING,
    "delivery.finish": TRAINING,
    "delivery.close_window": TRAINING,
    "delivery.call_roll": TRAINING,
    "delivery.open_window": TRAINING,
    "delivery.approve_leave": TRAINING,
    "delivery.refuse_leave": TRAINING,
    "delivery.withdraw_leave": EMPLOYERS,
    "delivery.confirm_mark": TRAINING,
    "delivery.decline_mark": TRAINING,
    "delivery.withdraw_assignment": EMPLOYERS,
    "assessment.allow_retake": TRAINING,
    "assessment.confirm": TRAINING,
    "assessment.keep_mark": TRAINING,
    "assessment.uphold_appeal": TRAINING,
    "assessment.object": EMPLOYERS,
    "assessment.dismiss_objection": PROVINCE,
    "assessment.sustain_objection": PROVINCE,
    "assessment.countersign": PROVINCE,
    "assessment.refuse_correction": PROVINCE,
    "evaluation.close": TRAINING,
    "certificates.replace": TRAINING,
    "certificates.correct": TRAINING,
    "certificates.void": TRAINING,
    "certificates.revoke": PROVINCE,
    "certificates.refuse_case": TRAINING,
    "certificates.keep": PROVINCE,
    "certificates.withdraw_case": EMPLOYERS,
    "certificates.hand_over_misuse": PROVINCE,
    "certificates.close_misuse": PROVINCE,
    "forms.publish": CENTRE,
    "forms.drop": CENTRE,
    "rubrics.publish": CENTRE,
    "rubrics.drop": CENTRE,
}
BY_THE_DAILY_RUN = {
    "staffing.recommend",
    "staffing.expire",
    "enrolment.close",
    "enrolment.offer_seat",
    "enrolment.lapse_seat",
    "enrolment.lapse_colleague",
}


@pytest.mark.parametrize("permission", sorted({move.permission for move in MOVES}))
def test_an_act_is_done_by_people_who_stand_where_the_regulation_sees_it(permission: Permission) -> None:
    people = [duty for duty in holders(permission) if duty != Duty.SYSTEM]
    places = {kind for duty in people for kind in duty.spec.held_in}
    assert places == STANDS_AT[permission]
    assert (Duty.SYSTEM in holders(permission)) is (permission in BY_THE_DAILY_RUN)


def test_every_state_has_a_title_of_its_own_within_its_thing() -> None:
    for thing in THINGS.values():
        titles = [state.title for state in thing.states]
        assert all(titles)
        assert len(set(titles)) == len(titles)


SAME_WORD = [
    ("round", "open", "报送中"),
    ("results", "open", "考核中"),
    ("closing", "open", "未结班"),
    ("planned_class", "draft", "草稿"),
    ("programme", "draft", "编写中"),
    ("enrolment", "draft", "未发布"),
    ("application", "draft", "填写中"),
    ("planned_class", "submitted", "待省级审核"),
    ("application", "submitted", "待审核"),
    ("round", "published", "已发布"),
    ("enrolment", "published", "报名中"),
    ("invitation", "withdrawn", "已撤回"),
    ("application", "withdrawn", "已退出"),
]


@pytest.mark.parametrize(("thing", "value", "title"), SAME_WORD)
def test_the_same_stored_word_has_another_title_in_another_thing(thing: str, value: str, title: str) -> None:
    """As strings these states are equal: a dict of titles would keep only the last one."""
    state: State = THINGS[thing].states(value)
    assert TITLES[state] == state.title == title


def test_the_titles_know_every_state() -> None:
    assert len(TITLES) == len(list(TITLES)) == sum(len(thing.states) for thing in THINGS.values())


def test_a_thing_is_known_by_its_name() -> None:
    assert all(name == thing.name and thing.title for name, thing in THINGS.items())


def test_there_are_seven_links_and_then_the_class_is_closed() -> None:  # B01: TR 6
    assert STAGES == (
        "培训信息报送",
        "骨干教师选择",
        "培训方案报备",
        "培训需求分析",
        "培训组织实施",
        "培训考核实施",
        "培训监督评估",
    )
    assert len(STAGES) == 7
    assert CLOSED_STAGE == 8
