"""Measurements: `gongxue bench`. Not part of the installed package. What each row means: README.md."""
