"""Messages of the certificates."""

from __future__ import annotations

from datetime import datetime

from gongxue.certificates.models import Certificate
from gongxue.exchange.notices import send_each
from gongxue.parties.queries import roles_of_people
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass


def issued(training_class: TrainingClass, certificates: list[Certificate], now: datetime) -> None:
    """To each holder: the certificate is there, form 2 first."""
    roles = roles_of_people((certificate.person for certificate in certificates), Duty.TRAINEE)
    send_each(
        (
            (roles[certificate.person_id], f"您的证书已核发：{certificate.number}")
            for certificate in certificates
            if certificate.person_id in roles
        ),
        body="请先填写《培训结束评估表》，然后下载电子证书。",
        kind="certificates.issue",
        link="/my/certificates/",
        now=now,
    )
