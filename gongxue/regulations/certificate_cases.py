"""What may happen to a certificate after its issue: reprint, replacement, correction, void, revocation (MG 18).

reading: AMB-71 whoever asks does not decide; the institution decides, only the province revokes
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from .breaches import Breach

REASON_LIMIT = 500  # characters; ours


class CaseKind(StrEnum):
    """What is asked for a certificate."""

    REPLACEMENT = "replacement"
    CORRECTION = "correction"
    VOID = "void"
    REVOCATION = "revocation"

    @property
    def title(self) -> str:  # type: ignore[override]
        """The word of MG 18.1 and of the ledger."""
        return {"replacement": "补发", "correction": "更正", "void": "作废", "revocation": "撤销"}[self.value]


class Standing(StrEnum):
    """What the ledger says of a certificate now."""

    VALID = "valid"
    VOID = "void"
    REVOKED = "revoked"
    CORRECTED = "corrected"

    @property
    def title(self) -> str:  # type: ignore[override]
        """有效, 已作废 …"""
        return {"valid": "有效", "void": "已作废", "revoked": "已撤销", "corrected": "已更正换发"}[self.value]


class Misuse(StrEnum):
    """The six kinds of misuse that MG 18.2 names."""

    ALTERED = "altered"
    TRANSFERRED = "transferred"
    CLAIMED = "claimed"
    COPIED = "copied"
    FORGED = "forged"
    SOLD = "sold"

    @property
    def title(self) -> str:  # type: ignore[override]
        """The word of MG 18.2."""
        return {
            "altered": "涂改", "transferred": "转让", "claimed": "冒领", "copied": "翻印", "forged": "伪造",
            "sold": "贩卖",
        }[self.value]  # fmt: skip


def month_after(month: date) -> date:
    """The first day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def month_said(month: date) -> str:
    """2023年6月."""
    return f"{month.year}年{month.month}月"


def reason_breaches(reason: str, what: str) -> list[Breach]:
    """Every entry after the issue says why."""
    if len(reason) > REASON_LIMIT:
        return [Breach("case.reason_long", "MG 18.2", f"理由超过 {REASON_LIMIT} 字。", "请写得简短一些。")]
    if reason.strip():
        return []
    return [Breach("case.reason", "MG 18.2", f"{what}须写明理由。", "请填写理由后再提交。")]


def case_breaches(kind: CaseKind, standing: Standing, collected: bool, waiting: bool) -> list[Breach]:
    """Whether something may be asked for a certificate.

    `collected`: whether its present sheet or file has been handed out; `waiting`: whether something is asked already.
    Ours: what never left the house is reprinted or made void there; what was handed out is replaced or revoked.
    """
    breaches = []
    if standing != Standing.VALID:
        says = f"该证书{standing.title}，不能再申请{kind.title}。"
        breaches.append(Breach("case.ended", "MG 18.2", says, "如有疑问，请查看证书台账。"))
    if waiting:
        breaches.append(
            Breach("case.open", "MG 18.2", "该证书已有申请待办理。", "请等待办理，或先撤回原申请。")
        )
    if kind == CaseKind.REPLACEMENT and not collected:
        breaches.append(
            Breach(
                "case.not_collected",
                "MG 18.1",
                "该证书尚未领取，不需要补发。",
                "打印损坏的，由证书管理员补打。",
            )
        )
    if kind == CaseKind.VOID and collected:
        breaches.append(
            Breach(
                "case.collected",
                "MG 18.2",
                "该证书已经领取，培训机构不能自行作废。",
                "请提请省级管理部门撤销。",
            )
        )
    if kind == CaseKind.REVOCATION and not collected:
        breaches.append(
            Breach("case.revoke_early", "MG 18.2", "该证书尚未领取，不需要撤销。", "请在本机构申请作废。")
        )
    return breaches


def correction_breaches(differs: bool, holder: str, periods: int) -> list[Breach]:
    """A correction changes something, and what it says can stand on a certificate (MG 17.1)."""
    breaches = []
    if not differs:
        breaches.append(
            Breach("correction.same", "MG 18.2", "更正后的内容与原证书相同。", "请填写需要更正的内容。")
        )
    if not holder or len(holder) > 40 or not holder.isprintable():
        breaches.append(
            Breach("correction.name", "MG 17.1", "姓名应为 1 至 40 个字。", "请按身份证填写姓名。")
        )
    if not 1 <= periods <= 999:
        breaches.append(
            Breach("correction.periods", "MG 17.1", "培训课时应在 1 至 999 之间。", "请检查培训课时。")
        )
    return breaches


def reprint_breaches(standing: Standing, collected: bool) -> list[Breach]:
    """A spoiled print is printed again on another sheet while the certificate is still in the house."""
    breaches = []
    if standing != Standing.VALID:
        says = f"该证书{standing.title}，不能补打。"
        breaches.append(Breach("reprint.ended", "MG 18.2", says, "如有疑问，请查看证书台账。"))
    if collected:
        breaches.append(
            Breach(
                "reprint.collected",
                "MG 18.1",
                "该证书已经领取，不能补打。",
                "领取后损坏、遗失的，请办理补发。",
            )
        )
    return breaches


def hand_out_breaches(
    standing: Standing, again: bool, answered: bool, own: bool, collector: str, authority: str
) -> list[Breach]:
    """The paper goes to its holder, or to somebody whom the holder has authorised in writing (MG 18.2: 冒领).

    `again`: this sheet was handed out before; `answered`: form 2 is in (AMB-17); `own`: the holder came in person.
    """
    breaches = []
    if standing != Standing.VALID:
        says = f"该证书{standing.title}，不能领取。"
        breaches.append(Breach("hand_out.ended", "MG 18.2", says, "如有疑问，请查看证书台账。"))
    if again:
        breaches.append(
            Breach("hand_out.twice", "MG 18.2", "这张证书已登记领取。", "遗失或损坏的，请办理补发。")
        )
    if not answered:
        breaches.append(
            Breach(
                "hand_out.form2",
                "TR 12.3",
                "持证人尚未填写培训结束评估表。",
                "请持证人先填写附件 2，再领取证书。",
            )
        )
    if not collector.strip():
        breaches.append(Breach("hand_out.collector", "MG 18.2", "没有写明领取人。", "请填写领取人姓名。"))
    elif not own and not authority.strip():
        breaches.append(
            Breach(
                "hand_out.authority",
                "MG 18.2",
                "代领证书须凭委托书。",
                "请填写委托书日期和代领人证件种类、后四位。",
            )
        )
    return breaches


def spoil_breaches(quantity: int, in_stock: int, reason: str, witness: str, own: bool) -> list[Breach]:
    """Blank sheets leave the stock with a reason and before a second person."""
    breaches = reason_breaches(reason, "核销空白证书")
    if quantity < 1:
        breaches.append(
            Breach("spoil.range", "MG 18.2", "截止序列号应不小于起始序列号。", "请核对两个序列号。")
        )
    elif in_stock != quantity:
        says = f"所填 {quantity} 个序列号中有 {quantity - in_stock} 个不在库。"
        breaches.append(
            Breach("spoil.not_there", "MG 18.2", says, "只能核销在库的空白证书；请查看台账后分段填写。")
        )
    if not witness.strip():
        breaches.append(Breach("spoil.witness", "MG 18.2", "没有写明监销人。", "请填写在场监销人员的姓名。"))
    elif own:
        breaches.append(
            Breach("spoil.own_witness", "MG 18.2", "监销人不能是经办人本人。", "请由另一名工作人员监销。")
        )
    return breaches


def early_breaches(month: date, today: date) -> list[Breach]:
    """Only a month that is over is signed. month: its first day."""
    if month < today.replace(day=1):
        return []
    says = f"{month_said(month)}还没有结束。"
    return [Breach("reconcile.early", "MG 18.2", says, "请在次月办理该月对账。")]


def reconcile_breaches(
    month: date, done: bool, differences: list[str], closing: int, counted: int
) -> list[Breach]:
    """A month is signed once, when nothing differs in the books and the counted sheets are those of the books."""
    breaches = []
    if done:
        breaches.append(
            Breach("reconcile.twice", "MG 18.2", f"{month_said(month)}已经对账。", "请查看已有的对账记录。")
        )
    breaches += [
        Breach("reconcile.books", "MG 18.2", f"账账不符：{says}。", "请停止发证，联系部指导中心核查。")
        for says in differences
    ]
    if counted != closing:
        way = "请逐张核对在库序列号；损毁、缺失的先核销，再对账。"
        less = "少" if counted < closing else "多"
        says = f"账实不符：台账月末结存 {closing} 张，实盘 {counted} 张，{less} {abs(closing - counted)} 张。"
        breaches.append(Breach("reconcile.count", "MG 18.2", says, way))
    return breaches
