"""Which rows there are. Imports nothing of the product, so that the command can name them at once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Definition:
    """A row: what people read, the function that measures it, and whether it wants the whole country."""

    title: str
    function: str  # module.function, called with the scale
    country: bool = False  # it takes a minute to make


ROWS: dict[str, Definition] = {
    "query": Definition("公开查询证书", "bench.query.query"),
    "query-sql": Definition("公开查询证书与直接查库", "bench.query.query_sql"),
    "class-page": Definition("培训班页面", "bench.class_page.class_page", country=True),
    "roll-call": Definition("考勤点名", "bench.roll.roll_call"),
    "import-people": Definition("从 Excel 导入人员", "bench.people.import_people"),
    "import-applicants": Definition("从 Excel 导入报名教师", "bench.applicants.import_applicants"),
    "issue-certificates": Definition("核发证书", "bench.issuing.issue_certificates"),
    "upload": Definition("上传 1 GB 视频", "bench.uploading.upload"),
    "certificates-1000": Definition("一千份电子证书", "bench.certificates.certificates_1000"),
    "certificates-10000": Definition("一万份电子证书", "bench.certificates.certificates_10000"),
    "query-growth": Definition("一百万张证书中的公开查询", "bench.growth.query_growth"),
    "numbering": Definition("编号", "bench.numbering.numbering"),
    "staffing-300": Definition("全国统一推荐，300 个班次", "bench.staffing.staffing_300"),
    "staffing-2000": Definition("全国统一推荐，2000 个班次", "bench.staffing.staffing_2000"),
    "form-pdf": Definition("申请表排版", "bench.sheets.form_pdf"),
    "certificate-pdf": Definition("证书排版和签名", "bench.documents.certificate_pdf"),
}
