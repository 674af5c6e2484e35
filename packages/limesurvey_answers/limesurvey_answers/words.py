"""Words that the server itself writes into headings and answers, in the languages that were verified on real exports.

Another language is not guessed: an export of full texts in it is refused where these words are needed.
"""

SYSTEM_TEXTS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "id": ("Response ID",),
        "submitdate": ("Date submitted",),
        "lastpage": ("Last page",),
        "startlanguage": ("Start language",),
        "seed": ("Seed",),
        "token": ("Access code", "Token"),
        "startdate": ("Date started",),
        "datestamp": ("Date last action",),
        "ipaddr": ("IP address",),
        "refurl": ("Referrer URL",),
        "firstname": ("First name",),
        "lastname": ("Last name",),
        "email": ("Email address", "Email"),
    },
    "fr": {
        "id": ("ID de la réponse",),
        "submitdate": ("Date de soumission",),
        "lastpage": ("Dernière page",),
        "startlanguage": ("Langue de départ",),
        "seed": ("Tête de série",),
        "token": ("Code d'accès", "Code"),
        "startdate": ("Date de lancement",),
        "datestamp": ("Date de la dernière action",),
        "ipaddr": ("Adresse IP",),
        "refurl": ("URL référente", "URL de référence"),
        "firstname": ("Prénom",),
        "lastname": ("Nom",),
        "email": ("Adresse de courriel",),
    },
}
"""Full-text headings of the columns that every survey has; the first spelling is the current one, the others older."""

HEADING_WORDS: dict[str, dict[str, str]] = {
    "en": {"other": "Other", "comment": "Comment", "othercomment": "Other comment", "scale": "Scale {}", "rank": "Rank {}"},
    "fr": {
        "other": "Autre",
        "comment": "Commentaire",
        "othercomment": "Commentaire pour autre",
        "scale": "Échelle {}",
        "rank": "Classement {}",
    },
}

TIMING_STARTS = {
    "en": ("Total time", "Group time:", "Question time:"),
    "fr": ("Temps total", "Durée pour le groupe", "Durée pour la question"),
}
"""How the headings of timing columns start (the spaces before their colon vary)."""

NOT_AVAILABLE = "N/A"
"""Written for NULL in place of a label; the same in French and English."""

ANSWER_LABELS: dict[str, dict[str, dict[str, str]]] = {
    "en": {
        "Y": {"Y": "Yes", "N": "No"},
        "G": {"F": "Female", "M": "Male"},
        "C": {"Y": "Yes", "N": "No", "U": "Uncertain"},
        "E": {"I": "Increase", "S": "Same", "D": "Decrease"},
        "M": {"Y": "Yes", "": "No"},
        "-oth-": {"-oth-": "Other"},
    },
    "fr": {
        "Y": {"Y": "Oui", "N": "Non"},
        "G": {"F": "Féminin", "M": "Masculin"},
        "C": {"Y": "Oui", "N": "Non", "U": "Incertain"},
        "E": {"I": "Augmenter", "S": "Sans changement", "D": "Diminuer"},
        "M": {"Y": "Oui", "": "Non"},
        "-oth-": {"-oth-": "Autre"},
    },
}
"""Labels of codes that no structure lists, by question type."""
