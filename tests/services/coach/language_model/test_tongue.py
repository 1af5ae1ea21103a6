"""Which language a text is in."""

from __future__ import annotations

import pytest

from services.coach import bank
from services.coach.language_model.tongue import KNOWN, name_of, other_than, tongue_of

SENTENCES = {
    "en": (
        "Tell me about a time you had to work with a difficult colleague.",
        "What is a deadlock, and how would you avoid it?",
        "so basically we had this outage and I was on call and um we rolled it back",
        "She asked for the Kubernetes cluster, so we gave her the kubeconfig for it.",
        "The piñata company in São Paulo, where my friend José works, is our oldest client.",
        "I can die on the hill of tests, but this is not what the team was asked to do.",
        "In Germany we say Feierabend when the work of the day is done.",
    ),
    "es": (
        "Cuénteme una ocasión en la que tuvo que trabajar con un compañero difícil.",
        "¿Qué es un deadlock y cómo lo evitaría en un sistema distribuido?",
        "bueno pues teníamos una caída en producción y yo estaba de guardia y volvimos a la versión anterior",
        "Usamos Kubernetes, Docker y Helm para hacer el deployment de los microservices en AWS.",
        "no me gusta cuando el cliente no sabe lo que quiere pero hay que escuchar",
        "El equipo de ventas tiene que hablar con el gerente antes de que termine el mes.",
        "Para mí la calidad es más importante que la velocidad, aunque los dos cuentan.",
    ),
    "pt": (
        "Conte-me uma ocasião em que você teve de trabalhar com um colega difícil.",
        "O que é um deadlock e como você o evitaria em um sistema distribuído?",
        "bom a gente tinha uma queda em produção e eu estava de plantão e voltamos para a versão anterior",
        "Usamos Kubernetes, Docker e Helm para fazer o deployment dos microservices na AWS.",
        "eu nao gosto quando o cliente nao sabe o que quer mas tem que escutar",
        "A equipe de vendas precisa falar com o gerente antes que termine o mês.",
        "Para mim a qualidade é mais importante do que a velocidade, embora as duas contem.",
    ),
    "fr": (
        "Parlez-moi d'une fois où vous avez dû travailler avec un collègue difficile.",
        "Qu'est-ce qu'un deadlock et comment l'éviteriez-vous dans un système distribué ?",
        "alors on avait une panne en production et j'étais d'astreinte et on est revenus à la version d'avant",
        "Nous utilisons Kubernetes, Docker et Helm pour le deployment des microservices sur AWS.",
        "je n'aime pas quand le client ne sait pas ce qu'il veut mais il faut écouter",
        "L'équipe de vente doit parler avec le directeur avant la fin du mois.",
        "Pour moi la qualité est plus importante que la vitesse, même si les deux comptent.",
    ),
    "de": (
        "Erzählen Sie von einer Situation, in der Sie mit einem schwierigen Kollegen arbeiten mussten.",
        "Was ist ein Deadlock, und wie würden Sie ihn in einem verteilten System vermeiden?",
        "also wir hatten einen Ausfall und ich hatte Bereitschaft und wir sind auf die alte Version zurück",
        "Wir haben das Deployment der Microservices mit Kubernetes, Docker und Helm auf AWS automatisiert.",
        "ich mag es nicht wenn der Kunde nicht weiss was er will aber man muss zuhoeren",
        "Das Team muss vor dem Ende des Monats mit der Leitung sprechen.",
        "Für mich ist die Qualität wichtiger als das Tempo, auch wenn beides zählt.",
    ),
    "hi": (
        "मुझे ऐसे समय के बारे में बताइए जब आपको किसी मुश्किल सहकर्मी के साथ काम करना पड़ा।",
        "Deadlock क्या होता है और आप distributed system में इसे कैसे रोकेंगे?",
        "हमारे production में outage हुआ था और मैं on call था तो हमने rollback किया",
        "हम Kubernetes, Docker और Helm से AWS पर microservices का deployment करते हैं।",
        "React में useEffect hook क्या है?",
        "मेरे लिए गुणवत्ता गति से ज़्यादा महत्वपूर्ण है।",
        "maine apne project mein ek naya feature banaya jo users ko bahut pasand aaya",
    ),
    "zh": (
        "请讲述一次你不得不与难相处的同事合作的经历。",
        "什么是死锁,你会如何在分布式系统中避免它?",
        "我们当时线上出了故障然后我在值班所以我们就回滚了",
        "我们使用 Kubernetes、Docker 和 Helm 在 AWS 上部署 microservices。",
        "用 React hooks 如 useState, useEffect, useMemo 和 useCallback 管理 state。",
        "对我来说质量比速度更重要。",
        "請談談您如何處理客戶的投訴。",
    ),
    "it": ("Mi racconti di una volta in cui ha dovuto lavorare con un collega difficile.",),
    "nl": ("Vertel over een keer dat je met een lastige collega moest werken en wat je deed.",),
    "ja": ("難しい同僚と一緒に働かなければならなかった時のことを教えてください。",),
    "ko": ("어려운 동료와 함께 일해야 했던 경험에 대해 말씀해 주세요.",),
    "ru": ("Расскажите о случае, когда вам пришлось работать с трудным коллегой.",),  # noqa: RUF001
    "uk": ("Розкажіть про випадок, коли вам довелося працювати з важким колегою, і її.",),  # noqa: RUF001
    "ar": ("أخبرني عن موقف اضطررت فيه للعمل مع زميل صعب.",),
}


@pytest.mark.parametrize(
    ("language", "sentence"),
    [(language, sentence) for language, listed in SENTENCES.items() for sentence in listed],
)
def test_a_sentence_is_known_by_its_language(language: str, sentence: str) -> None:
    assert tongue_of(sentence) == language


def test_everything_english_in_the_question_bank_is_english_or_too_short_to_say() -> None:
    for question in bank.load():
        assert tongue_of(question.text) in ("en", ""), question.text
        assert tongue_of(question.model_answer) == "en"
        assert {tongue_of(text) for text in (*question.key_points, *question.levels)} <= {"en", ""}


@pytest.mark.parametrize(
    "text",
    [
        *("", "   ", "...", "42", "🎉🎉", "Redis", "yes", "no", "Kubernetes Docker Helm Terraform"),
        "fjdk alsk woeiru qpz mnxv bbbq lakdj fowi zzxm qpwoe ksjdh",
        "B-tree, sorted, rows, full scan, insert, update, disk, EXPLAIN",
    ],
)
def test_nothing_is_said_about_a_text_that_does_not_show_its_language(text: str) -> None:
    assert tongue_of(text) == ""
    assert not other_than(text, "es")


def test_a_word_in_another_script_does_not_make_a_text_foreign() -> None:
    assert tongue_of("The word 你好 means hello in Chinese, and we used it as a test.") == "en"


def test_of_a_mixed_text_the_language_of_most_of_it_counts() -> None:
    spanish, english = SENTENCES["es"][0], SENTENCES["en"][0]
    assert tongue_of(f"{spanish} {spanish} {spanish} {english}") == "es"
    assert tongue_of(f"{english} {english} {english} {spanish}") == "en"


def test_a_long_text_is_told_as_quickly_as_a_short_one() -> None:
    assert tongue_of(SENTENCES["de"][0] * 5_000) == "de"


@pytest.mark.parametrize("asked", ["en", "es", "fr", "de", "pt", "hi", "zh"])
@pytest.mark.parametrize("written", ["en", "es", "fr", "de", "pt", "hi", "zh"])
def test_each_of_our_languages_is_told_from_every_other(asked: str, written: str) -> None:
    for sentence in SENTENCES[written]:
        assert other_than(sentence, asked) == (asked != written)


def test_a_language_that_we_hardly_know_is_only_told_from_english() -> None:
    catalan = (
        "Explica'm una vegada que vas haver de treballar amb un company que era difícil per a tu."
    )
    assert "ca" not in KNOWN
    assert not other_than(catalan, "ca")
    assert other_than(SENTENCES["en"][0], "ca")


def test_every_language_has_a_name_for_the_prompt() -> None:
    assert name_of("pt").startswith("Portuguese")
    assert "sv" in name_of("sv")
