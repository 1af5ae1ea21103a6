"""Reports: an interview, or a period, to take along as PDF, tables or JSON.

reports.py           the door: who asks for what, and the pieces of the file that comes of it
interview_pdf.py     what stands on the pages of an interview; rating_on_paper.py, said_delivery.py: parts of it
period_pdf.py        what stands on the pages of a period
paper.py             the page they write on; sheet.py, styles.py: its fonts, margins, sizes and colours
typesetting.py       text -> lines, with the words that are marked in it
typefaces.py         a font for every letter; fonts/ are those that are shipped, with their licences
drawing.py           levels, bars and lines over time
tables.py            CSV; formulas in cells are shown as typed
as_json.py           JSON; schema.json says what every field means
saying.py            the words around what people said
"""
