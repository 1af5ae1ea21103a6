"""How much of a CV file is read, and why."""

MOST_BYTES = 5_000_000  # a CV with a photograph has about 2 MB
MOST_PAGES = 20  # academic CVs have up to 15; a book is a mistake
MOST_LETTERS = 40_000  # about 10,000 tokens: a CV of ten full pages
LEAST_LETTERS = 50  # a scan has none or a few of a header; the shortest CV has hundreds

# A .docx is a zip archive. 50 MB is ten times the largest file; XML shrinks to a tenth or so, and what
# shrinks to a hundredth was made to.
MOST_UNPACKED = 50_000_000  # bytes, all parts together
MOST_RATIO = 100  # unpacked to packed, of parts larger than MOST_UNCHECKED
MOST_UNCHECKED = 1_000_000  # bytes: a small part may shrink as it likes
MOST_PARTS = 2_000  # of the archive; Word writes about 15

SECONDS = 10  # a PDF of 20 full pages takes 0.1
MEMORY = 512 * 1024 * 1024  # bytes of address space; a PDF of 20 full pages takes 55 MB
AT_ONCE = 2  # processes, so that many uploads together cannot take the machine's memory
WAIT_S = 20.0  # for one of them to be free
