"""Acts of the certificates (MG 16-18)."""

from gongxue.certificates.actions.cases import (
    apply_correction,
    apply_replacement,
    apply_revocation,
    apply_void,
    keep_certificate,
    refuse_case,
    withdraw_case,
)
from gongxue.certificates.actions.checking import check_list, issue_key, revoke_key
from gongxue.certificates.actions.deciding import (
    correct_certificate,
    replace_certificate,
    revoke_certificate,
    void_certificate,
)
from gongxue.certificates.actions.handing import align_printer, hand_out, reprint_certificate
from gongxue.certificates.actions.issuing import collect_certificate, issue_certificates
from gongxue.certificates.actions.stock import RECEIPT_LIMIT, receive_stock, spoil_stock
from gongxue.certificates.actions.supervising import (
    close_misuse,
    hand_over_misuse,
    reconcile_month,
    report_misuse,
)

__all__ = [
    "RECEIPT_LIMIT",
    "align_printer",
    "apply_correction",
    "apply_replacement",
    "apply_revocation",
    "apply_void",
    "check_list",
    "close_misuse",
    "collect_certificate",
    "correct_certificate",
    "hand_out",
    "hand_over_misuse",
    "issue_certificates",
    "issue_key",
    "keep_certificate",
    "receive_stock",
    "reconcile_month",
    "refuse_case",
    "replace_certificate",
    "report_misuse",
    "reprint_certificate",
    "revoke_certificate",
    "revoke_key",
    "spoil_stock",
    "void_certificate",
    "withdraw_case",
]
