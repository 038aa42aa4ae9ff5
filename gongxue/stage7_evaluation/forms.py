"""Input shapes of stage 7. Form 2 itself is read by foundation.official_forms.rendering."""

from __future__ import annotations

from django import forms


class ClosingForm(forms.Form):
    """Closing the class."""

    ceremony_on = forms.DateField(
        label="结业式日期", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
