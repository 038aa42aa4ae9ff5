"""Measurements: `gongxue bench`. Not part of the installed package."""
