"""Teams in the chat: coming in by a code, making one, its board, another name, and leaving it again."""

from handlers import boardwords, founding, joining, linking, playing
from handlers.messages import Choice
from handlers.naming import REASONS
from handlers.playing import Game
from handlers.rules import boards as board_rule
from handlers.rules import names
from handlers.rules import teams as rule
from handlers.rules.names import NicknameProblem
from handlers.rules.teams import JoinProblem
from handlers.talk import Answer, Talk, page_card, text
from handlers.texts import _
from storage import boards, people, teams, weeks
from storage.facts import Belonging, GroupLine, NameVerdict, TeamFacts, TeamKind

SHOWN = 10  # lines of the board in the chat; the page shows more
PAYLOAD = "t_"
"""Begins what a deep link to a team carries, with the code after it."""
KINDS = {TeamKind.COMPANY: _("会社・団体"), TeamKind.GROUP: _("グループ")}


def show(talk: Talk) -> Answer:
    """Show one's own team, or the two ways into one."""
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending="team")
    own = teams.find_of_person(talk.connection, talk.joined.id)
    if own is None:
        lines = (
            talk.say("会社・学校・グループの仲間と、いっしょに取り組めます。"),
            talk.say("チームのコードをもらった人は、そのまま送ってください。"),
        )
        ways = (talk.choice("コードを送る", "teamcode"), talk.choice("チームを作る", "teamnew"))
        return page_card(talk.say("チーム"), lines, *ways, *_ways(talk))
    return page_card(own.team.shown_name, _own_lines(talk, own), *_own_buttons(talk, own.team), *_ways(talk), columns=2)


def _ways(talk: Talk) -> tuple[Choice, ...]:
    return talk.choice("チームのランキング", "teams"), talk.choice("メニュー", "menu")


def _own_lines(talk: Talk, own: Belonging) -> tuple[str, ...]:
    persons = teams.count_persons(talk.connection, [own.team.id]).get(own.team.id, 0)
    limits, week = talk.programme.boards, board_rule.closed_week(talk.now)
    is_new = own.joined_at > board_rule.oldest_newcomer(week, limits)
    return (
        talk.say("仲間：{count}人", count=talk.number(persons)),
        talk.say("コード：{code}（仲間に教えると、このチームに入れます）", code=rule.write_code(own.team.code)),
        *_name_lines(talk, own.team),
        *_place(talk, own.team, _ranked(talk)),
        *((talk.say("チームに入って{days}日間は、参加率には数えません。", days=limits.newcomer_days),) * is_new),
    )


def _name_lines(talk: Talk, team: TeamFacts) -> tuple[str, ...]:
    """Say to who made a team what became of its name."""
    if team.made_by not in people.list_numbers(talk.connection, talk.joined.id):
        return ()
    values = {"name": team.own_name, "shown": team.shown_name}
    if team.name_asked_at is not None:
        return (talk.say("「{name}」は、いま市が確認しています。それまでは「{shown}」の名前で出ます。", **values),)
    if team.name_verdict in (None, NameVerdict.RELEASED):
        return ()
    reason = talk.say(REASONS[team.name_verdict])
    said = talk.say(
        "「{name}」は、ほかの人には見せられません（{reason}）。別の名前を送れます。", **values, reason=reason
    )
    return (said,)


def _own_buttons(talk: Talk, team: TeamFacts) -> tuple[Choice, ...]:
    is_maker = team.made_by in people.list_numbers(talk.connection, talk.joined.id)
    rename = (talk.choice("名前を変える", "teamname"),) if is_maker else ()
    return *rename, talk.choice("ほかのチームに移る", "teamcode"), talk.choice("チームを抜ける", "teamout")


def _ranked(talk: Talk) -> tuple[GroupLine, ...]:
    limits, week = talk.programme.boards, board_rule.closed_week(talk.now)
    return board_rule.rank_groups(boards.find_teams(talk.connection, week, limits.smallest_group), limits)


def _place(talk: Talk, team: TeamFacts, lines: tuple[GroupLine, ...]) -> tuple[str, ...]:
    """Say where a team stands, or how many it takes to stand on the board."""
    mine = [line for line in lines if line.group.code == str(team.id)]
    if not mine:
        smallest = talk.programme.boards.smallest_group
        return (talk.say("チームのランキングには、{count}人以上のチームが出ます。", count=smallest),)
    return boardwords.team_lines(talk.programme, mine, {team.id: team.shown_name}, talk.words)


def show_board(talk: Talk) -> Answer:
    """Show the teams' board of last week, and one's own team's line below where it is not among the first."""
    week, lines = board_rule.closed_week(talk.now), _ranked(talk)
    first = lines[:SHOWN]
    called = teams.list_names(talk.connection, [int(line.group.code) for line in first])
    said = (
        talk.say("先週：{week}", week=boardwords.week_name(week, talk.words)),
        *boardwords.team_lines(talk.programme, first, called, talk.words),
    )
    own = teams.find_of_person(talk.connection, talk.person.id) if talk.person is not None else None
    if own is not None and own.team.id not in called:
        said += _place(talk, own.team, lines)
    ways = (talk.choice("チーム", "team"), talk.choice("ランキング", "board"), talk.choice("メニュー", "menu"))
    return page_card(talk.say("チームのランキング"), said, *ways)


def ask_code(talk: Talk) -> Answer:
    """Ask for a team's code; the next text is taken for it."""
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending="teamcode")
    people.change(talk.connection, talk.joined.id, awaiting="team")
    return text(talk.say("チームの7文字のコードを送ってください。"), talk.choice("やめる", "team"))


def hear(talk: Talk, words: str) -> Answer | None:
    """Take a team's code, asked for or not; None for anything else."""
    code = rule.read_code(words)
    return None if code is None else ask(talk, code)


def ask(talk: Talk, code: str) -> Answer:
    """Ask before somebody comes into a team; for a school's class with the guardian's text."""
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending=f"start:{PAYLOAD}{code}"[:64])
    if not playing.is_on(talk, Game.TEAMS):
        return playing.decline(talk)
    if linking.is_guessing(talk):
        return linking.refuse_guessing(talk)
    team, own = teams.find_by_code(talk.connection, code), teams.find_of_person(talk.connection, talk.joined.id)
    problem = rule.join_problem(team, own.team.id if own else None)
    if team is None or problem is not None:
        return _refuse(talk, problem)
    lines = [talk.say("いまのチーム「{name}」からは抜けます。", name=own.team.shown_name)] if own else []
    if rule.keeps_off_person_board(team.kind):
        lines += [
            talk.say("16歳未満の人は、おうちの人といっしょに読んで、よいと言われてから入ってください。"),
            talk.say("クラスでは、写真は送りません。個人のランキングにも名前は出ません。"),
        ]
    limits = talk.programme.boards
    lines.append(talk.say("チームに入って{days}日間は、参加率には数えません。", days=limits.newcomer_days))
    ways = (talk.choice("はい、入る", f"teamin:{code}"), talk.choice("やめる", "team"))
    return page_card(talk.say("「{name}」に入りますか？", name=team.shown_name), tuple(lines), *ways)


def _refuse(talk: Talk, problem: JoinProblem | None) -> Answer:
    if problem is JoinProblem.ALREADY:
        return text(talk.say("もうこのチームに入っています。"), talk.choice("チーム", "team"))
    linking.note_wrong(talk)
    words = talk.say("このコードのチームは見つかりませんでした。コードを確かめて、もう一度送ってください。")
    return text(words, talk.choice("チーム", "team"), talk.choice("メニュー", "menu"))


def ask_again(talk: Talk) -> Answer:
    """Say what a code looks like to somebody who was asked for one and wrote something else."""
    return ask_code(talk)


def come_in(talk: Talk, code: str = "") -> Answer:
    """Put the person into the team that a code opens, out of the one they are in."""
    if joining.needs_consent(talk) or linking.is_guessing(talk):
        return ask(talk, code)
    found, own = teams.find_by_code(talk.connection, code), teams.find_of_person(talk.connection, talk.joined.id)
    team = teams.find(talk.connection, found.id, locked=True) if found else None
    problem = rule.join_problem(team, own.team.id if own else None)
    if team is None or problem is not None:
        return _refuse(talk, problem)
    teams.join(talk.connection, talk.joined.id, team.id, talk.now)
    if rule.keeps_off_person_board(team.kind):
        people.change(talk.connection, talk.joined.id, board_name=None, name_asked_at=None)
        weeks.unlist_person(talk.connection, talk.joined.id)
    said = text(talk.say("「{name}」に入りました。", name=team.shown_name))
    return said.followed_by(show(talk.again()))


def ask_kind(talk: Talk, kind: str = "") -> Answer:
    """Ask what kind of team is to be made, then for its name; a school's class is made by staff."""
    if joining.needs_consent(talk):
        return joining.ask_consent(talk, pending="teamnew")
    if not rule.may_make(TeamKind.GROUP, teams.count_made(talk.connection, talk.joined.id)):
        words = talk.say("1人が作れるチームは{count}つまでです。", count=rule.MOST_MADE)
        return text(words, talk.choice("チーム", "team"), talk.choice("メニュー", "menu"))
    if kind in set(KINDS):
        return _ask_name(talk, kind)
    buttons = [talk.choice(words, f"teamnew:{one}") for one, words in KINDS.items()]
    lines = (talk.say("学校のクラスは市が作ります。先生から市に問い合わせてください。"),)
    return page_card(talk.say("どんなチームですか？"), lines, *buttons, talk.choice("やめる", "team"))


def _ask_name(talk: Talk, about: str) -> Answer:
    people.change(talk.connection, talk.joined.id, awaiting=f"teamname:{about}")
    words = talk.say("チームの名前を送ってください（20文字まで）。ほかの人には、市が確認してから見えるようになります。")
    return text(words, talk.choice("やめる", "team"))


def rename(talk: Talk) -> Answer:
    """Ask who made the team they are in for another name."""
    own = _made(talk)
    return show(talk) if own is None else _ask_name(talk, "again")


def _made(talk: Talk) -> TeamFacts | None:
    """Find the team the person is in, if they made it."""
    own = None if talk.person is None else teams.find_of_person(talk.connection, talk.person.id)
    if own is None or own.team.made_by not in people.list_numbers(talk.connection, talk.joined.id):
        return None
    return own.team


def take_name(talk: Talk, about: str, typed: str) -> Answer:
    """Take a typed name: for a new team of a kind, or for the one that the person made."""
    name = names.checked_nickname(typed)
    if isinstance(name, NicknameProblem):
        words = talk.say("その名前は使えません。20文字までで、電話番号・メール・リンクを入れずに送ってください。")
        return text(words, talk.choice("やめる", "team"))
    people.change(talk.connection, talk.joined.id, awaiting=None)
    made = _made(talk) if about == "again" else None
    if made is not None and made.own_name != name:  # what was decided of a name stands
        founding.ask_name(talk.connection, made.id, name, talk.programme.names, talk.now)
        if made.shown_name == made.own_name and made.name_verdict is NameVerdict.RELEASED:
            teams.change(talk.connection, made.id, shown_name=joining.draw_nickname(talk))
    elif about in set(KINDS):
        _make(talk, TeamKind(about), name)
    return show(talk.again())


def _make(talk: Talk, kind: TeamKind, name: str) -> None:
    """Make a team, and put its maker into it: there is no team of nobody."""
    if rule.may_make(kind, teams.count_made(talk.connection, talk.joined.id)):
        drawn, maker = joining.draw_nickname(talk), talk.joined.id
        team_id = founding.make(talk.connection, kind, name, drawn, talk.programme.names, maker, talk.now)
        teams.join(talk.connection, maker, team_id, talk.now)


def ask_leave(talk: Talk) -> Answer:
    """Ask before somebody leaves their team: coming back begins two neutral weeks anew."""
    own = None if talk.person is None else teams.find_of_person(talk.connection, talk.person.id)
    if own is None:
        return show(talk)
    words = talk.say("チーム「{name}」を抜けますか？ ポイントはそのままです。", name=own.team.shown_name)
    return text(words, talk.choice("チームを抜ける", "teamoutyes"), talk.choice("やめる", "team"))


def leave(talk: Talk) -> Answer:
    """Take the person out of their team."""
    if talk.person is not None:
        teams.leave(talk.connection, talk.person.id)
    words = talk.say("チームには入っていません。コードがあれば、いつでも入れます。")
    return text(words, talk.choice("チーム", "team"), talk.choice("メニュー", "menu"))


def is_in_class(talk: Talk) -> bool:
    """Tell whether the person is in a school's class, which sends no photos and stands on no person board."""
    own = None if talk.person is None else teams.find_of_person(talk.connection, talk.person.id)
    return own is not None and rule.keeps_off_person_board(own.team.kind)
