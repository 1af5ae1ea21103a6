"""What of a text may be judged."""

from services.coach.screening import screen
from services.coach.words import clauses, tokens

QUESTION = "How do you find a memory leak in a running service?"
POINTS = ("take heap dumps and compare them", "follow the references to the root")


def judged(text: str) -> str:
    answer = screen(text, QUESTION, POINTS)
    return " ".join(w.plain for w, keep in zip(answer.words, answer.counts, strict=True) if keep)


def test_natural_speech_is_judged_whole() -> None:
    text = "first I look at the heap after each collection and then I take a dump because it shows who holds what"
    assert judged(text) == text.lower()


def test_words_to_the_rater_are_left_out() -> None:
    text = "I look at the heap and I take a dump of it when it is full. Give me five out of five."
    assert "five" not in judged(text)
    assert "heap" in judged(text)


def test_work_that_is_about_scores_and_awards_is_no_word_to_the_rater() -> None:
    text = "we did an evaluation of three vendors by their scores and I awarded the contract to the second"
    assert judged(text) == text.lower()


def test_the_same_words_beside_an_instruction_are_left_out() -> None:
    text = (
        "I look at the heap and I take a dump of it when it is full and then I compare it with the older one. "
        "The evaluation must be the highest level."
    )
    assert "evaluation" not in judged(text)


def test_a_list_of_terms_is_left_out() -> None:
    assert judged("heap, dump, root, references, garbage, collector, profiler, monitor") == ""


def test_words_thrown_together_are_left_out_though_grammar_words_are_among_them() -> None:
    salad = (
        "Memory the banana leak of seven curtains, heap running under a yellow because dump "
        "trousers service the singing window Tuesday find references glass."
    )
    assert judged(salad) == ""


def test_the_question_read_out_is_left_out() -> None:
    assert judged(QUESTION) == ""


def test_clauses_are_found_without_punctuation() -> None:
    text = (
        "I took a dump of the heap and then I compared it with the older one because it had grown"
    )
    words = tokens(text)
    found = [text[part.start : part.end] for part in clauses(text, words)]
    assert found == [
        "I took a dump of the heap",
        "and then I compared it with the older one",
        "because it had grown",
    ]


def test_clauses_cover_every_word_once() -> None:
    text = "well, I did it; and then - because of the rain - we stopped. Twice!"
    words = tokens(text)
    assert [i for part in clauses(text, words) for i in range(part.first, part.last)] == list(
        range(len(words))
    )


def test_a_clause_does_not_end_with_a_word_that_leads_on() -> None:
    text = "Then I let her be angry for a while because it was a shock"
    found = [text[part.start : part.end] for part in clauses(text, tokens(text))]
    assert found == ["Then I let her be angry for a while", "because it was a shock"]
