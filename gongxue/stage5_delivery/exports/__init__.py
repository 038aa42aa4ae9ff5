"""Papers and workbooks of stage 5."""
