"""Teams in the chat: in by a code, on a board that hides small ones, another team without registering again, out."""

import re
from datetime import datetime, timedelta

import pytest

from handlers import founding, uniting, weekly
from storage import boards, people, teams
from storage.clock import TOKYO
from storage.facts import NameVerdict, TeamFacts, TeamKind
from tests.handlers.occasions import person_of
from tests.handlers.test_ranking import MONDAY, WEEK
from tests.town import Citizen, Town

_CODE = re.compile(r"コード：([0-9A-Z]{3}-[0-9A-Z]{4})")


def made(town: Town, kind: TeamKind = TeamKind.COMPANY, name: str = "みどり製作所") -> TeamFacts:
    """A team that staff made."""
    number = town.database.write(lambda c: founding.make_by_staff(c, kind, name, "kita", town.now)).result()
    return find(town, number)


def find(town: Town, number: int) -> TeamFacts:
    found = town.database.read(lambda c: teams.find(c, number)).result()
    assert found is not None
    return found


def own(town: Town, citizen: Citizen) -> TeamFacts | None:
    person = person_of(town, citizen)
    found = town.database.read(lambda c: teams.find_of_person(c, person)).result()
    return found.team if found else None


def fellow(town: Town, team: TeamFacts, *days: int, since: int = 30) -> Citizen:
    """Somebody who came into a team some days ago, and acts on some days of the week (Monday is 0)."""
    citizen = town.citizen()
    number, at = person_of(town, citizen), datetime(2022, 1, 24, tzinfo=TOKYO) - timedelta(days=since)
    town.database.write(lambda c: teams.join(c, number, team.id, at)).result()
    for day in days:
        town.now = datetime(2022, 1, 17 + day, 12, tzinfo=TOKYO)
        citizen.press(f"r:my_bottle:{town.now.date()}:1")
    return citizen


def close(town: Town) -> None:
    town.now = MONDAY
    sums = town.database.read(lambda c: weekly.sum_teams(c, town.programme, WEEK)).result()
    town.database.write(lambda c: boards.close_teams(c, WEEK, sums)).result()


def test_a_code_that_is_typed_anywhere_leads_into_a_team_after_one_question(town: Town) -> None:
    team, citizen = made(town), town.citizen()
    citizen.text(team.code.lower())
    assert "「みどり製作所」に入りますか？" in citizen.words()
    assert own(town, citizen) is None
    citizen.tap("はい")
    assert "仲間：1人" in citizen.words()
    assert own(town, citizen) == team


def test_a_stranger_with_a_code_is_asked_for_consent_first_and_then_led_on(town: Town) -> None:
    team, friend = made(town), town.citizen(joined=False)
    friend.press("lang:ja")
    friend.text(team.code)
    friend.tap("同意してはじめる")
    friend.tap("はい、入る")
    assert own(town, friend) == team


def test_another_team_takes_one_code_and_no_new_registration(town: Town) -> None:
    first, second, citizen = made(town), made(town, name="はるかぜ商店"), town.citizen()
    citizen.text(first.code)
    citizen.tap("はい")
    citizen.tap("ほかのチームに移る")
    citizen.text(second.code)
    assert "いまのチーム「みどり製作所」からは抜けます。" in citizen.words()
    citizen.tap("はい")
    assert own(town, citizen) == second
    citizen.text(second.code)
    assert "もうこのチームに入っています" in citizen.words()


def test_who_leaves_a_team_is_asked_once_and_keeps_the_points(town: Town) -> None:
    team, citizen = made(town), town.citizen()
    citizen.text(team.code)
    citizen.tap("はい")
    citizen.tap("チームを抜ける")
    assert own(town, citizen) == team
    citizen.tap("チームを抜ける")
    assert own(town, citizen) is None


def test_five_wrong_codes_within_an_hour_are_enough(town: Town) -> None:
    team, citizen = made(town), town.citizen()
    for _ in range(5):
        citizen.text("3ACDEFG")
    assert "見つかりませんでした" in citizen.words()
    citizen.text(team.code)
    assert "1時間ほどあけて" in citizen.words()


def test_a_team_that_a_person_makes_is_seen_under_a_generated_name_until_staff_release_its_own(town: Town) -> None:
    maker, other = town.citizen(), town.citizen()
    maker.text("チーム")
    maker.tap("チームを作る")
    maker.tap("グループ")
    maker.text("川の番人")
    assert "「川の番人」は、いま市が確認しています" in maker.words()
    code = _CODE.search(maker.words())
    assert code
    other.text(code[1])
    assert "川の番人" not in other.words()
    team = own(town, maker)
    assert team is not None
    assert town.database.write(lambda c: founding.release(c, team.id, "川の番人", "kita", town.now)).result()
    other.text(code[1])
    assert "「川の番人」に入りますか？" in other.words()


def test_a_refused_name_is_told_to_its_maker_with_the_reason_and_a_released_one_that_changes_waits_again(
    town: Town,
) -> None:
    maker = town.citizen()
    maker.press("teamnew:group")
    maker.text("やまだ家")
    team = own(town, maker)
    assert team is not None
    town.database.write(
        lambda c: founding.refuse(c, team.id, "やまだ家", NameVerdict.REAL_NAME, "k", town.now)
    ).result()
    maker.press("team")
    assert "本名や連絡先が分かりそうです" in maker.words()
    maker.tap("名前を変える")
    maker.text("海の番人")
    town.database.write(lambda c: founding.release(c, team.id, "海の番人", "kita", town.now)).result()
    maker.press("teamname")
    maker.text("空の番人")
    assert find(town, team.id).shown_name not in ("海の番人", "空の番人")
    assert not town.database.write(lambda c: founding.release(c, team.id, "海の番人", "kita", town.now)).result()


def test_a_name_with_a_word_of_the_list_is_refused_by_itself(town: Town) -> None:
    maker = town.citizen()
    maker.press("teamnew:company")
    maker.text(f"{town.programme.names.refused[0]}同盟")
    assert "使えない言葉が入っています" in maker.words()


def test_a_person_makes_three_teams_at_most(town: Town) -> None:
    maker = town.citizen()
    for number in range(3):
        maker.press("teamnew:group")
        maker.text(f"班{number}")
    maker.press("teamnew:group")
    assert "1人が作れるチームは3つまでです" in maker.words()


def test_a_school_class_shows_the_guardians_text_and_takes_its_persons_off_the_person_board(town: Town) -> None:
    team, pupil = made(town, TeamKind.SCHOOL, "3年2組"), town.citizen()
    pupil.press("enlist")
    pupil.text(team.code)
    assert "16歳未満の人は、おうちの人といっしょに読んで" in pupil.words()
    pupil.tap("はい")
    number = person_of(town, pupil)
    found = town.database.read(lambda c: people.find(c, number)).result()
    assert found is not None
    assert found.board_name is None
    pupil.press("enlist")
    assert "学校のクラスに入っている間は" in pupil.words()


def test_who_is_in_a_school_class_is_not_offered_to_send_a_photo(town: Town) -> None:
    team, pupil, other = made(town, TeamKind.SCHOOL, "3年2組"), town.citizen(), town.citizen()
    pupil.text(team.code)
    pupil.tap("はい")
    for citizen in (pupil, other):
        citizen.press("r:cleanup:2022-01-20:1")
    assert "写真で確かめてもらう" not in [choice.label for choice in pupil.buttons()]
    assert "写真で確かめてもらう" in [choice.label for choice in other.buttons()]


def test_the_board_goes_by_participation_hides_small_teams_and_leaves_newcomers_out(town: Town) -> None:
    big, small = made(town), made(town, name="ふたり組")
    fellows = [fellow(town, big, *((0, 1) if number < 2 else (0,))) for number in range(5)]
    fellow(town, big, since=3)  # a beginner costs nothing
    for _ in range(2):
        fellow(town, small, 0, 1, 2)
    close(town)
    fellows[0].press("teams")
    assert "1位 みどり製作所：参加率 40%" in fellows[0].words()
    assert "ふたり組" not in fellows[0].words()
    fellows[0].press("team")
    assert "1位 みどり製作所：参加率 40%" in fellows[0].words()


def test_who_leaves_the_bot_leaves_the_team_and_an_unreleased_name_goes_with_its_maker(town: Town) -> None:
    maker = town.citizen()
    maker.press("teamnew:group")
    maker.text("はなこの会")
    team = own(town, maker)
    assert team is not None
    maker.press("leave")
    maker.tap("退会して消す")
    left = find(town, team.id)
    assert (left.own_name, left.made_by, left.name_asked_at) == (team.shown_name, None, None)
    assert town.database.read(lambda c: teams.count_persons(c, [team.id])).result() == {}


def test_who_stays_after_a_merge_takes_the_others_team_over_and_parting_gives_it_back(town: Town) -> None:
    team, kept = made(town), town.citizen()
    town.pass_minutes(1)
    joined = town.citizen()
    joined.text(team.code)
    joined.tap("はい")
    one, other = person_of(town, kept), person_of(town, joined)
    merged = town.database.write(lambda c: uniting.merge(c, town.programme, one, other, "kita", town.now)).result()
    assert isinstance(merged, uniting.Merged)
    assert own(town, kept) == team
    assert town.database.read(lambda c: teams.count_persons(c, [team.id])).result() == {team.id: 1}
    reason = uniting.UndoReason.MISTAKE
    town.database.write(lambda c: uniting.unmerge(c, town.programme, merged.merge_id, reason, "k", town.now)).result()
    assert own(town, joined) == team


@pytest.mark.parametrize("language", ["ja", "ja-easy", "en", "zh-Hans", "ko", "vi", "id"])
def test_a_team_is_shown_in_every_language(town: Town, language: str) -> None:
    team, citizen = made(town), town.citizen(language)
    citizen.text(team.code)
    citizen.press(f"teamin:{team.code}")
    assert f"{team.code[:3]}-{team.code[3:]}" in citizen.words()
