"""The words of a job: which line of work and which technologies it names, however they are spelt."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise

from pydantic import BaseModel
from rapidfuzz import fuzz, process

from services.coach.bank import ANY_FIELD
from services.domain import Job

MANAGEMENT = "management"  # the field of leading people and operations, whatever the craft

# Words that mean or imply a technology, so that "k8s" finds the questions about the cloud.
_MEANS: Mapping[str, str] = {
    "python": "py, python3, django, flask, fastapi, pandas, numpy, celery, jupyter",
    "javascript": "js, ecmascript, es6, typescript, ts, node, node.js, nodejs, deno, express, nestjs, vue, "
    "vue.js, angular, svelte, next.js, nextjs, jquery, full stack, fullstack",
    "typescript": "ts",
    "react": "react.js, reactjs, next.js, nextjs, redux",
    "frontend": "front end, react, react.js, reactjs, next.js, vue, vue.js, angular, svelte, html, css, tailwind, "
    "full stack, fullstack, web developer, web designer",
    "java": "jvm, spring, spring boot, hibernate, jakarta, kotlin, maven, gradle, quarkus",
    "sql": "database, postgres, postgresql, mysql, mariadb, sqlite, oracle, sql server, mssql, t sql, pl sql, "
    "snowflake, bigquery, redshift, dbt, data analyst, data engineer, full stack, fullstack",
    "postgres": "postgresql",
    "cloud": "aws, amazon web services, azure, gcp, google cloud, kubernetes, k8s, docker, container, terraform, "
    "ansible, helm, devops, sre, site reliability, platform engineer, ci cd, jenkins, linux, serverless",
    "kubernetes": "k8s, helm, openshift",
    "aws": "amazon web services, ec2, s3, lambda",
    "gcp": "google cloud",
    "machine learning": "ml, ai, artificial intelligence, deep learning, neural network, data science, "
    "data scientist, pytorch, tensorflow, scikit learn, sklearn, keras, nlp, llm, computer vision, mlops",
    "go": "golang",
    "csharp": "c#, .net, dotnet, asp .net, entity framework, blazor",
    "dotnet": ".net",
    "testing": "qa, quality assurance, tester, test automation, sdet, selenium, playwright, cypress, junit, pytest",
    "security": "cybersecurity, cyber security, infosec, information security, owasp, penetration tester, "
    "penetration testing, pentester, siem, soc analyst",
    "mobile": "android, ios, swift, swiftui, kotlin, flutter, react native, jetpack compose, app developer",
    "backend": "back end, server side, full stack, fullstack",
    "llm": "generative ai, genai, gpt, rag",
}

# What people call themselves in each line of work; of two that fit equally well, the first one counts.
# A bare "engineer" is a weak word (see `_FIELD_HINTS`), and a "team lead" a rank (see `_RANKS`).
_FIELD_WORDS: Mapping[str, str] = {
    "software": "software, developer, programmer, coder, frontend, front end, backend, back end, full stack, "
    "fullstack, devops, sre, site reliability, data scientist, data science, data engineer, data analyst, "
    "machine learning, ml engineer, ai engineer, solution architect, solutions architect, software architect, cloud, "
    "android, ios, mobile, qa, sdet, tester, test automation, cybersecurity, security engineer, security analyst, "
    "penetration tester, sysadmin, system administrator, database administrator, dba, web developer, cto, "
    "tech lead, it manager, it operations, release manager, test manager, platform engineer, network engineer, computer science, python, javascript, java, golang, "
    "react, embedded, game developer",
    "sales": "sales, account executive, account manager, business development, business developer, salesperson, "
    "sdr, bdr",
    "retail": "retail, retailer, cashier, shopkeeper, shop assistant, shop manager, shop worker, shop supervisor, "
    "shop owner, store manager, store assistant, store associate, store supervisor, store clerk, store director, "
    "sales assistant, sales associate, checkout assistant, checkout operator, till operator, shelf stacker, "
    "stock assistant, stock clerk, supermarket, department store, grocery, grocer, boutique, merchandiser, "
    "merchandising, loss prevention",
    "care": "nurse, nursing, carer, caregiver, care assistant, healthcare, midwife, paramedic, clinical, "
    "care worker, care home, social care, medical assistant, ward, rn, physiotherapist, doctor, physician",
    "teaching": "teacher, teaching, lecturer, tutor, professor, educator, instructor, trainer, school, "
    "kindergarten, childcare, education",
    "support": "support, customer service, customer success, call centre, call center, help desk, helpdesk, "
    "service desk, receptionist, contact centre, hospitality, waiter, waitress, hotel",
    "project-management": "project manager, project management, project lead, programme manager, program manager, "
    "scrum master, delivery manager, pmo, agile coach, project coordinator",
    "marketing": "marketing, marketer, seo, social media, brand manager, content, copywriter, communications, "
    "public relations, pr manager, growth, campaign, journalist",
    "accounting": "accountant, accounting, bookkeeper, bookkeeping, finance, financial, controller, auditor, audit, "
    "payroll, tax, treasurer, cfo, banker",
    "product": "product manager, product owner, head of product, product designer, ux, ui designer, designer, user research, "
    "user researcher, business analyst",
    "people": "hr, human resources, recruiter, recruiting, recruitment, talent acquisition, people partner, "
    "talent, headhunter",
    # Lines of work that the bank has no questions for: named so that they are not taken for software,
    # or, where it is money, cases or visitors that they manage, for leading people.
    "engineering": "civil engineer, mechanical engineer, electrical engineer, chemical engineer, "
    "structural engineer, process engineer, industrial engineer, biomedical engineer, sound engineer, "
    "civil engineering, mechanical engineering, electrical engineering, chemical engineering",
    "portfolio": "portfolio manager, fund manager, wealth manager, asset manager, case manager, "
    "community manager",
}
_FIELD_HINTS: Mapping[str, str] = {
    "engineer": "software",
    "engineering manager": "software",
    "head of engineering": "software",
    "it": "software",
    "programming": "software",
    "sales assistant": "retail",  # sells as well, but in a shop
    "sales associate": "retail",
    "manager": MANAGEMENT,
    "head of": MANAGEMENT,
    "supervisor": MANAGEMENT,
}

# Ranks that say whom one leads, not in what: any word of a line of work in the position outweighs them.
_RANKS = (
    "team lead, team leader, teamlead, team manager, people manager, line manager, operations manager, "
    "operations director, operations lead, head of operations, director of operations, coo, "
    "chief operating officer, head of department, department head, department manager, general manager, "
    "deputy manager, assistant manager, management trainee, managing director, chief executive, ceo, "
    "production manager, plant manager, factory manager, warehouse manager, office manager, shift leader, "
    "shift manager"
)

# Ordinary words that are also names. In a description they count only with a capital ("Go, React").
_AMBIGUOUS = frozenset(
    (
        *("go", "react", "swift", "spring", "express", "node", "lambda", "container", "it"),
        *("care", "support", "content", "growth", "ward", "school", "campaign", "talent"),
    )
)

_TOKEN = re.compile(r"\.net\b|[^\W_]+(?:\.js\b|\+\+|#)?", re.IGNORECASE)
_SPELLING_CUTOFF = 88.0  # of 100: "sofware" is mended, "trainee" is not taken for "trainer"
_SPELLING_MIN = 7  # letters; shorter words have too many real neighbours


class JobWords(BaseModel, frozen=True):
    """What a job names. `stacks` are technologies asked for; topics are every known spelling found."""

    field: str
    stacks: frozenset[str]
    stack_topics: frozenset[str]
    position_topics: frozenset[str]
    description_topics: frozenset[str]


def read(job: Job, known_stacks: frozenset[str]) -> JobWords:
    """The words of a job. `known_stacks` are the technologies that the bank has questions for.

    Technologies come from the tech stack and the position; the description, which also lists what is
    merely nice to have, is asked only when those two name none.
    """
    stack = frozenset[str]().union(*(_topics(tag, correct=True) for tag in job.tech_stack))
    position = _topics(job.position, correct=True)
    description = _topics(job.description, prose=True)
    return JobWords(
        field=_field(position, job.tech_stack, stack & known_stacks, description),
        stacks=((stack | position) & known_stacks) or (description & known_stacks),
        stack_topics=stack,
        position_topics=position,
        description_topics=description,
    )


@cache
def topic(tag: str) -> str:
    """A tag in the spelling that topics have: lower case, singular, words divided by one space."""
    return " ".join(_spell(tag))


def _field(
    position: frozenset[str],
    tags: tuple[str, ...],
    stacks: frozenset[str],
    description: frozenset[str],
) -> str:
    """The line of work with the most points, or `any` where nothing is recognised.

    A word in the position gives 4 points, a weak one 1; known technologies in the tech stack 2 each
    (at most 6) for software; words of the description 1 each, at most 3, so that a description which
    names other departments never outweighs the position. A rank in the position gives 2.5 points for
    management, and 3.5 with the weak word "manager": less than 4, so that a sales operations manager
    stays in sales. Ranks in the description are those of others ("you report to the team lead").
    """
    points = {
        field: 4.0 * len(words & position) + min(3, len(words & description))
        for field, words in _field_words().items()
    }
    points[MANAGEMENT] = 2.5 * bool(_ranks() & position)
    for hint, field in _FIELD_HINTS.items():
        points[field] += topic(hint) in position
    points["software"] += min(6, 2 * min(len(stacks), len(tags)))
    best = max(points, key=lambda field: points[field])
    return best if points[best] else ANY_FIELD


def _topics(text: str, *, prose: bool = False, correct: bool = False) -> frozenset[str]:
    """Every word, pair and triple of words in a text, with the technologies that they imply.

    `prose` leaves out ambiguous words without a capital; `correct` also tries to mend misspelt words.
    """
    words = _spell(text, prose=prose)
    found = {*words}
    found.update(f"{a} {b}" for a, b in pairwise(words))
    found.update(f"{a} {b} {c}" for a, b, c in zip(words, words[1:], words[2:], strict=False))
    if correct:
        found.update(_corrected(words))
    implied = _implied()
    found.update(*(implied[name] for name in found & implied.keys()))
    return frozenset(found)


def _spell(text: str, *, prose: bool = False) -> list[str]:
    """Tokens in lower case and singular ("Nurses" -> "nurse"); equal treatment matters, not grammar."""
    tokens = _TOKEN.findall(unicodedata.normalize("NFKC", text))
    if prose:
        tokens = [t for t in tokens if t not in _AMBIGUOUS]
    lowered = [t.casefold() for t in tokens]
    return [t[:-1] if len(t) > 3 and t[-1] == "s" and t[-2] != "s" else t for t in lowered]


def _corrected(words: Iterable[str]) -> set[str]:
    known = _known_words()
    odd = {w for w in words if len(w) >= _SPELLING_MIN and w not in known}
    mended = (
        process.extractOne(w, known, scorer=fuzz.ratio, score_cutoff=_SPELLING_CUTOFF) for w in odd
    )
    return {hit[0] for hit in mended if hit}


@cache
def _implied() -> Mapping[str, frozenset[str]]:
    """Spelling -> the technologies it means."""
    table: dict[str, set[str]] = {}
    for meaning, spellings in _MEANS.items():
        for spelling in spellings.split(","):
            table.setdefault(topic(spelling), set()).add(topic(meaning))
    return {spelling: frozenset(meanings) for spelling, meanings in table.items()}


@cache
def _field_words() -> Mapping[str, frozenset[str]]:
    return {
        field: frozenset(topic(word) for word in words.split(","))
        for field, words in _FIELD_WORDS.items()
    }


@cache
def _ranks() -> frozenset[str]:
    return frozenset(topic(rank) for rank in _RANKS.split(","))


@cache
def _known_words() -> tuple[str, ...]:
    """Every single word we know, long enough to be mended; sorted so that ties fall the same way."""
    phrases = [*_implied(), *map(topic, _MEANS), *(w for ws in _field_words().values() for w in ws)]
    return tuple(
        sorted({w for phrase in phrases for w in phrase.split() if len(w) >= _SPELLING_MIN})
    )
