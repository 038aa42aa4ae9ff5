"""The certificate as a document: typeset, signed, kept, printed, verified."""

from gongxue.certificates.documents.issued import document_of as document_of
from gongxue.certificates.documents.issued import signed_pdfs as signed_pdfs
from gongxue.certificates.documents.sheet import certificate_pdf as certificate_pdf
from gongxue.certificates.documents.sheet import print_run as print_run
from gongxue.certificates.documents.sheet import sheets_of as sheets_of
from gongxue.certificates.documents.verification import Finding as Finding
from gongxue.certificates.documents.verification import verify_document as verify_document
