"""What people decide about their own data: agree to be recorded, take everything along, or leave.

`consent.py` keeps what they agreed to, `export.py` writes all that is stored of them into one zip
(`sheets.py` its tables, `packing.py` the zip), `leaving.py` deletes them and counts what is left.
"""
