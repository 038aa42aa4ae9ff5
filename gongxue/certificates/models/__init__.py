"""Rows of the certificates: the registers (MG 16-18) and what is asked, counted and reported about them."""

from gongxue.certificates.models.cases import CertificateCase, MisuseReport, PrinterOffset, Reconciliation
from gongxue.certificates.models.checking import CheckedWorkbook, QueryKey, QueryKeyUse
from gongxue.certificates.models.log import LogCheckpoint, LogLeaf
from gongxue.certificates.models.register import (
    Certificate,
    IssuedDocument,
    LedgerEntry,
    NumberCounter,
    SerialNumberRow,
)

__all__ = [
    "Certificate",
    "CertificateCase",
    "CheckedWorkbook",
    "IssuedDocument",
    "LedgerEntry",
    "LogCheckpoint",
    "LogLeaf",
    "MisuseReport",
    "NumberCounter",
    "PrinterOffset",
    "QueryKey",
    "QueryKeyUse",
    "Reconciliation",
    "SerialNumberRow",
]
