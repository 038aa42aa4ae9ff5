"""Real names (MG 4.7 全实名): one way of writing each, so that one person does not become two."""

from __future__ import annotations

DOT = "·"
# As keyboards and other systems write the dot, and the blanks that slip in. Other control characters stay and are refused.
_REGULAR = str.maketrans(dict.fromkeys("•‧・･．.∙⋅", DOT) | dict.fromkeys(" \u3000\u00a0", ""))


def _is_ideograph(ch: str) -> bool:
    return "\u3400" <= ch <= "\u9fff" or "\uf900" <= ch <= "\ufaff" or ch >= "\U00020000"


def regular_name(text: str) -> str:
    """A name as it is kept and compared: no outer blanks; in a Chinese name no inner ones, and one kind of dot.

    阿卜杜•买买提, 阿卜杜．买买提 and 阿卜杜 · 买买提 are 阿卜杜·买买提; a name in Latin letters keeps its dots and blanks.
    """
    kept = text.strip()
    if not any(map(_is_ideograph, kept)):
        return kept
    return kept.translate(_REGULAR)
