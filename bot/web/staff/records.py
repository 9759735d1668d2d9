"""Shows the audit trail, the newest first, a page at a time from its index. Changes nothing; nobody can."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web.numbers import read_number
from bot.web.staff.desk import Desk
from bot.web.staff.gate import guarded
from bot.web.staff.present import Present
from handlers.rules.roles import Right
from storage import audit

PAGE = 50  # acts
ACT_WORDS = {
    "staff.invite": "職員を招いた",
    "staff.link": "新しいリンクを作った",
    "staff.join": "リンクで入り、パスワードを決めた",
    "staff.sign_in": "サインインした",
    "staff.sign_in_failed": "サインインに失敗した",
    "staff.sign_out": "出た",
    "staff.sign_out_all": "端末から出した",
    "staff.prove": "パスワードをもう一度確かめた",
    "staff.role": "役割を変えた",
    "staff.hand_over": "後任に引き継いだ",
    "staff.end": "アカウントを終わりにした",
    "staff.password": "パスワードを変えた",
    "staff.codes": "一時コードを作りなおした",
    "staff.passkey": "パスキーを加えた・外した",
    "staff.directory": "市のディレクトリとのつながりを変えた",
    "staff.app": "認証アプリを変えた",
    "link.refused": "使えないリンクが開かれた",
    "access.refused": "役割にない操作を断った",
    "form.refused": "よそから送られた操作を断った",
    "event.draft": "イベントの下書きを作った",
    "event.rewrite": "イベントの下書きを書きなおした",
    "event.change": "イベントの内容を直した",
    "event.publish": "イベントを公開した",
    "event.close": "申し込みを締め切った",
    "event.cancel": "イベントを中止した",
    "attendance.import": "出席の名簿を取り込んだ",
    "meeting.import": "会議のリストと合わせた",
    "event.export": "申し込み・出席の表を取り出した",
    "part.move": "日時を変えた",
    "part.cancel": "回を中止した",
    "part.word": "合言葉を出した",
    "registration.telephone": "電話の申し込みを受けた",
    "registration.cancel": "申し込みを取り消した",
    "person.look": "参加者のページを見た",
    "person.correct": "ポイントを訂正した",
    "person.erase": "参加者を消した",
    "person.pause": "お知らせを休みにした",
    "name.release": "名前を出してよいと決めた",
    "team.make": "チームを作った",
    "team.close": "チームを閉じた",
    "team.release": "チームの名前を出してよいと決めた",
    "team.refuse": "チームの名前を断った",
    "name.refuse": "名前を断った",
    "rules.change": "次の版の下書きを変えた",
    "rules.discard": "次の版の下書きを捨てた",
    "rules.sign": "次の版を始める日を決めた",
    "rules.unsign": "次の版を始める日を取り消した",
    "rules.begin": "新しい版を始めた",
    "rules.missed": "決めた日に新しい版を始められなかった",
    "heat.on": "熱中症に注意する日を加えた",
    "heat.off": "熱中症に注意する日を外した",
    "disaster.on": "災害時に切りかえた",
    "disaster.off": "災害時の切りかえを終えた",
    "month.close": "月を締めた",
    "portal.enter": "ポータルサイトの訪問者数を入力した",
    "kpi.add": "指標を加えた",
    "kpi.change": "指標を書きなおした",
    "kpi.value": "指標の値を入力した",
    "answer.add": "答えを表に足した",
    "answer.change": "答えを直した",
    "answer.remove": "答えを表から外した",
    "evidence.look": "確認の写真を見た",
    "evidence.accepted": "写真で確かめた",
    "evidence.again": "写真では確かめられないと伝えた",
    "evidence.refused": "写真を断り、報告を取り消した",
    "draw.add": "抽選を作った",
    "draw.freeze": "抽選のくじを固めた",
    "draw.draw": "抽選した",
    "draw.export": "当たった人の表を取り出した",
    "draw.withdraw": "抽選を取り下げた",
    "inquiry.look": "質問を見た",
    "inquiry.claim": "質問を引き受けた",
    "inquiry.answer": "質問に答えた",
    "inquiry.close": "質問を終わりにした",
    "event.retry": "できなかったものを、もう一度やらせた",
    "puzzle.remove": "分からなかった言葉を片づけた",
    "person.walk_in": "当日来た人を受け付けた",
    "broadcast.draft": "一斉配信を書いた",
    "broadcast.edit": "一斉配信を直した",
    "broadcast.rehearse": "一斉配信を職場の端末でためした",
    "broadcast.submit": "一斉配信を申請した",
    "broadcast.approve": "一斉配信を承認した",
    "broadcast.return": "一斉配信を書いた人に返した",
    "broadcast.arm": "一斉配信を配信待ちにした",
    "broadcast.rearm": "一斉配信をもう一度配信待ちにした",
    "broadcast.pause": "一斉配信を一時停止した",
    "broadcast.resume": "一斉配信を再開した",
    "broadcast.stop": "一斉配信を中止した",
    "broadcast.hold": "一斉配信を止めた（イベントの変更や災害）",
    "broadcast.expire": "一斉配信が期限切れになった",
    "order.propose": "月曜日の配信の指示を申請した",
    "order.approve": "月曜日の配信の指示を承認した",
    "order.end": "月曜日の配信の指示を終わりにした",
    "approver.put": "承認者を決めた",
    "approver.end": "承認者を終わりにした",
    "device.put": "職場の端末を登録した",
}
"""What acts are called; one that has no words here is shown as it is stored."""


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``GET /staff/records``; ``?before=`` goes on from an act's number."""

    async def show(request: Request, who: Present) -> Response:
        before = read_number(request.query_params.get("before", ""))
        rows = await desk.read(lambda connection: audit.list_newest(connection, PAGE + 1, before=before))
        more = rows[PAGE - 1].id if len(rows) > PAGE else None
        return desk.render("records.html", who=who, rows=rows[:PAGE], more=more, act_words=ACT_WORDS, before=before)

    return [guarded(desk, "/staff/records", show, Right.RECORDS)]
