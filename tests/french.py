"""A linter of French sentences about victims: rules of writing, each with the reason it exists."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

NBSP, NARROW = "\u00a0", "\u202f"
ASPIRATED = r"h(?:andicap|asard|aut|ausse|ors|uit|aïti|onte|iérarchie|ollande|ongrie|uffpost|alo)"
"""Words that take no elision though they start with h."""

RULES: dict[str, str] = {
    "no test of significance is made: the survey is a voluntary census": r"\bsignificati(?:f|fs|ve|ves|vement)\b",
    "no extrapolation: levels are not the number of victims in France": r"\d[\d\u202f]* victimes (?:de (?:la )?traite )?en France\b",
    "no extrapolation by words": r"\b(?:on estime|estimation du nombre|extrapol\w+|chiffre noir|sous-estim\w+)\b",
    "no sensational word": r"\b(?:fléau|explos(?:e|ion|ent)|flambée|bondi(?:t|ssent)?|vague|fil(?:ière|ières) de prostituées|esclaves?)\b",
    "people are not their exploitation": r"\bprostituée?s?\b",
    "an article is elided before a vowel": (
        rf"\b(?:de|le|la|que|ne|se|jusque|lorsque|puisque) (?!(?:onze|oui|yaourt|un à un)\b)(?!{ASPIRATED})"
        r"(?=[aàâeéèêëiîïoôuùûœ]|h[aàeéèiîoôuy])[a-zàâéèêëîïôùûœ]{3,}"
    ),
    "nothing is elided before a consonant": r"\b(?:[dlnscj]|qu)’(?![aàâeéèêëiîïoôuùûœyhAÀÂEÉÈÊËIÎÏOÔUÙÛŒYH«\d])\w",
    "« de le » and « à le » contract": r"\b(?:de les|de le|à le|à les)\s+\w+",
    "a word is not written twice": r"\b(des des|de de|les les|la la|le le|et et|en en|par par|aux aux)\b",
    "two or more take the plural": rf"(?<![\d,])(?:[2-9]|\d{{2,}}|\d[{NARROW}]\d{{3}})[ {NBSP}](?:victime|association|point|personne|procédure|mineur|édition)\b",
    "less than two takes the singular": rf"(?<![\d,{NARROW}])(?:[01](?:,\d+)?)[ {NBSP}](?:victimes|points|associations)\b",
    "no-break space before double punctuation": r"\w [;:?!»]|« \w",
    "no-break space between a number and its sign": r"\d (?:%|points?\b|ans\b)",
    "narrow no-break space in thousands": r"(?<![\d/.,-])\d{1,3}[ \u00a0]\d{3}(?!\d)",
    "a decimal comma": r"\d\.\d+[ \u00a0\u202f]%",
    "a typographic apostrophe": r"\w'\w",
    "a label does not say its subject twice": rf"(?i:(?<=[|;.] )([a-zà-ÿœ’][a-zà-ÿœ’ ]{{4,40}}){NBSP}: \1(?= ?[|;,.]))",
    "a nationality is an adjective": rf"(?i:nationalité{NBSP}: (?:france|nigeria|roumanie|maroc|algérie|brésil|chine)\b)",
    "no working note": r"\b(?:non vue?s?|fin de (?:la )?phrase|à vérifier)\b",
    "what a victim went through is said, not what she is": r"\bsont victimes d[e’]",
    "an ellipsis or a full stop, not two": r"[^.]\.\.(?!\.)|\. \.",
}
"""Pattern of what is wrong, by the reason why."""


def faults(text: str) -> Iterator[tuple[str, str]]:
    """What is wrong in a text: the rule and the words, with some context."""
    for rule, pattern in RULES.items():
        for found in re.finditer(pattern, text, re.IGNORECASE if "sensational" in rule else 0):
            yield rule, text[max(0, found.start() - 25) : found.end() + 25]


def changes(text: str) -> list[str]:
    """Sentences that state a change between two years."""
    return re.findall(r"De \d{4} à \d{4}, [^.]*? (?:passe|reste)(?:nt)? [^.]*\.", text)


def growth(text: str, allowed: Callable[[str], bool]) -> list[str]:
    """Words of growth outside the sentences that the library makes, and sentences of change that are not allowed."""
    sentences = changes(text)
    wrong = [sentence for sentence in sentences if not allowed(sentence)]
    for sentence in sentences:
        text = text.replace(sentence, "")
    words = r"\b(?:augment(?:e|ent|ation)|progress(?:e|ent|ion)|diminu(?:e|ent|tion)|recul(?:e|ent)?|en (?:hausse|baisse))\b"
    return wrong + re.findall(words, text)
