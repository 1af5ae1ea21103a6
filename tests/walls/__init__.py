"""The walls between candidates, tried from the outside: what the catalogue of PostgreSQL says about every
table, and what plain SQL can do as somebody who should not. `python -m tests.walls` prints the counts."""
