"""Stage 7: who answers form 2, when results show, when a class may be closed (TR 12.3, TR 13)."""

from __future__ import annotations

from .breaches import Breach
from .editions import Edition


def answer_breaches(took_final: bool, answered: bool) -> list[Breach]:
    """TR 12.3: after the final assessment, once per trainee."""
    if answered:
        return [
            Breach(
                "evaluation.twice", "TR 13", "您已填写本班结束评估表。", "评估表匿名保存，无法查回或修改。"
            )
        ]
    if not took_final:
        return [
            Breach(
                "evaluation.early",
                "TR 12.3",
                "终结性考核结束后方可填写结束评估表。",
                "请在考核完成后再来填写。",
            )
        ]
    return []


def results_shown(answers: int, edition: Edition) -> bool:
    """Results appear from five answers on, so that nobody can be singled out.  # reading: AMB-19"""
    return answers >= edition.shown_from


def download_breaches(answered: bool, edition: Edition) -> list[Breach]:
    """Form 2 comes before the certificate is handed out.  # reading: AMB-17"""
    if answered or not edition.evaluation_gates_download:
        return []
    return [
        Breach(
            "certificate.form2_first",
            "TR 12.3",
            "下载证书前请先填写《工学一体化教师培训结束评估表》。",
            "约需 3 分钟，匿名保存；填写后即可下载。",
        )
    ]


def closing_breaches(confirmed: bool, certificates_due: int) -> list[Breach]:
    """A class is closed when its results are confirmed and every certificate is issued."""
    breaches = []
    if not confirmed:
        breaches.append(Breach("closing.unconfirmed", "TR 13", "成绩尚未确认。", "请先确认并报送成绩单。"))
    if certificates_due:
        breaches.append(
            Breach(
                "closing.certificates",
                "TR 12.3",
                f"还有 {certificates_due} 人未发证。",
                "请证书管理员完成发证。",
            )
        )
    return breaches
