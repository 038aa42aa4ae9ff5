"""The programme as an official paper: one set of data, set by typst as PDF and written as Word."""

from gongxue.stage3_programme.exports.as_pdf import pdf as pdf
from gongxue.stage3_programme.exports.as_word import WORD_TYPE as WORD_TYPE
from gongxue.stage3_programme.exports.as_word import word as word
from gongxue.stage3_programme.exports.content import TITLE as TITLE
from gongxue.stage3_programme.exports.content import Paper as Paper
from gongxue.stage3_programme.exports.content import draft_paper as draft_paper
from gongxue.stage3_programme.exports.content import filed_as_paper as filed_as_paper
