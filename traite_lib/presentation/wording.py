"""French wording: populations and sentences, from the words kept in the nomenclatures. Quantities and text are given here too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from ..analysis.compare import Unfit
from ..analysis.shares import is_residual
from ..catalogue import Break, is_synthetic, spelt
from ..nomenclature import ALL, Nomenclatures, terms
from ..table import CALCULATED, SUB_POPULATION, WITHHELD, Row, is_cell, is_change, last_year, records
from .quantities import SMALL_BASE, UNKNOWN_BASE, base_cell, base_of, bounded, mark, marked, number, quantity, quantity_of
from .text import NBSP, PUBLICATION, citation, typographic

EACH_LINE = "indiquée pour chaque ligne"
MASKED = "Masqué (secret statistique)"

_MASCULINE = ("hommes", "garçons", "mineurs", "mis")
_AGREED = [(re.compile(rf"(?<!\w){word}(?!\w)"), other) for word, other in {
    r"(?!ann|donn)(\w+é)es": r"\1s", "contraintes": "contraints", "mineures": "mineurs", "majeures": "majeurs",
    "sorties": "sortis", "mises": "mis",
}.items()]  # fmt: skip


def agreed(text: str, noun: str) -> str:
    """Words that describe victims (feminine), made to agree with another noun: « hommes accompagnés »."""
    for pattern, masculine in _AGREED if noun.partition(" ")[0] in _MASCULINE else ():
        text = pattern.sub(masculine, text)
    return text


def _described(row: Row, words: Nomenclatures) -> tuple[str, str, str]:
    """Who an observation describes: noun (« victimes », « femmes », « mineurs non accompagnés »), what follows it, offence.

    A modality without a complement in its nomenclature is a noun by itself (« femmes »).
    """
    year = year_of(row)
    noun = words.populations[row["population"]].noun_fr
    parts: list[str] = []
    for column in ("age", "sex", "origin"):
        if row[column] == ALL:
            continue
        item = words.item(column, row[column], year, row["age"] if column == "sex" else ALL)
        if item.complement_fr:
            parts.append(item.complement_fr)
        elif noun == "victimes":
            noun = lower_first(item.label_fr)
            if item.variable == "sex:minor":  # « filles » says it
                parts = [part for part in parts if part != "mineures"]
        else:
            parts.append(lower_first(item.label_fr))
    crimes = [words.item(column, row[column], year).complement_fr for column in ("form", "offence") if row[column] != ALL]
    return noun, agreed(" ".join(parts), noun), agreed(" ".join(crimes), noun)


def _with_crime(noun: str, crime: str) -> str:
    """A form or an offence after a noun that is not « victimes »: « victimes d’exploitation sexuelle », « pour proxénétisme »."""
    if not re.match(r"d(e |’)", crime):
        return crime
    victims = noun in ("femmes", "hommes", "filles", "garçons", "personnes trans") or noun.startswith("mineurs")
    return f"victimes {crime}" if victims else re.sub(r"^d(e |’)", "pour ", crime)


def part_of(row: Row, words: Nomenclatures) -> str:
    """The part of a population that an observation describes: « victimes mineures d’exploitation sexuelle »."""
    if row["territory"] != ALL:
        place = words.item("territory", row["territory"]).complement_fr
        return f"{part_of({**row, 'territory': ALL}, words)} {place}"
    noun, adjectives, crime = _described(row, words)
    if crime and noun != "victimes":
        crime = _with_crime(noun, crime)
    ordered = (noun, crime, adjectives) if adjectives.startswith(("de ", "originaires")) else (noun, adjectives, crime)
    return " ".join(filter(None, ordered))


def population_of(row: Row, words: Nomenclatures) -> str:
    """Who an observation describes: « femmes accompagnées, victimes d’exploitation sexuelle »."""
    if row["territory"] != ALL:
        place = words.item("territory", row["territory"]).complement_fr
        return f"{population_of({**row, 'territory': ALL}, words)} {place}"
    population = words.populations[row["population"]]
    noun, adjectives, crime = _described(row, words)
    qualifier = agreed(population.qualifier_fr, noun)
    if population.universe == "associations":
        accompanying = part_of({**row, "population": "accompanied"}, words).removeprefix("victimes").strip()
        return f"{noun} {qualifier}" + (f" ayant accompagné des victimes {accompanying}" if accompanying else "")
    if "accompagné" in noun:  # « mineurs non accompagnés accompagnés » would be read as a contradiction
        qualifier = qualifier.replace("accompagnés", "suivis par les associations", 1)
    described = " ".join(filter(None, (noun, adjectives, qualifier)))
    if crime.startswith("contraint"):  # « accompagnées et contraintes à… », « accompagnées, exploitées… et contraintes à… »
        return f"{described.replace(' et ', ', ', 1)} et {crime}"
    if crime and noun != "victimes":
        joint = " " if (crime := _with_crime(noun, crime)).startswith("pour") else ", "
        return f"{described}{joint}{crime}"
    return " ".join(filter(None, (part_of(row, words), qualifier)))


def subtitle(row: Row, words: Nomenclatures) -> str:
    """Population line of a table or chart, with a capital letter."""
    everyone = all(row[column] == ALL for column in SUB_POPULATION)
    return words.populations[row["population"]].label_fr if everyone else upper_first(population_of(row, words))


def inline(row: Row, words: Nomenclatures) -> str:
    """Label of a category inside a sentence: lower case, but for proper nouns."""
    if row["category"] == ALL:
        return lower_first(words.populations[row["population"]].label_fr)
    label = label_of(row, words)
    name = words.label(row["variable"], row["category"], year_of(row), row["age"])
    return label if words.variable(row["variable"]).proper and label == name else lower_first(label)


def label_of(row: Row, words: Nomenclatures) -> str:
    """Label of a category: a nationality is an adjective (« Nigériane »), not the name of the country."""
    item = words.item(row["variable"], row["category"], year_of(row), row["age"])
    nationality = item.complement_fr.removeprefix("de nationalité ")
    if row["variable"] == "nationality" and nationality != item.complement_fr:
        return upper_first(nationality)
    return item.label_fr


def lower_first(text: str) -> str:
    """Text with a lower-case first letter, acronyms excepted."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def upper_first(text: str) -> str:
    """Text with a capital first letter."""
    return text[:1].upper() + text[1:]


def listed(items: Iterable[str]) -> str:
    """« a, b et c »."""
    words = list(items)
    return " et ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def of(text: str) -> str:
    """« de » or « d’ » before a word."""
    return f"d’{text}" if re.match(r"(?i)[aeiouyéèêàâîïôœ]|h(?=[aeiouéèêô])", text) else f"de {text}"


def period_of(row: Row) -> str:
    """« En 2022 », « De 2016 à 2021 », « En 2015 (de janvier à mai) », « Dans l’édition de démonstration 2022 »."""
    if found := re.fullmatch(r"(\d{4})-(\d{4})", period := str(row["period"])):
        return f"De {found[1]} à {found[2]}"
    months = re.sub(r"\((\S+)-(\S+)\)", r"(de \1 à \2)", period).replace("janv.", "janvier")
    return f"Dans l’édition de démonstration {year_of(row)}" if is_synthetic(period) else f"En {spelt(months)}"


def year_of(row: Row) -> int:
    """The year whose labels an observation is read with: the last of its period."""
    return last_year(row["period"])


def _changed(row: Row, words: Nomenclatures) -> str:
    """A change that a source gives: « de 2021 à 2022, le nombre de victimes mineures accompagnées a augmenté de 97 % »."""
    who = population_of(row, words)
    what = words.variable(row["variable"]).changed_fr.format(who=who, of_who=of(who))
    if row["unit"] == "ratio" and row["variable"] == "change_french":  # a number that is multiplied, not a share
        french = f"le nombre de victimes de nationalité française parmi les {who}"
        what = f"le nombre {of(who)}" if row["origin"] != ALL else french
    agreement = "e" if what.startswith("la ") else ""
    if row["unit"] == "ratio":
        how = f"a été multiplié{agreement} par {bounded(row['bound'])}{number(row['value'])}"
    elif row["value"] == 0:
        how = "n’a pas changé"
    else:
        size = quantity(abs(row["value"]), row["unit"], row["bound"])
        how = f"a {'augmenté' if row['value'] > 0 else 'diminué'} {of(size)}"
    return f"{inline(row, words)}, {what} {how}, selon la source"


def sentence(row: Row, words: Nomenclatures, publisher: str, *, after: Row | None = None) -> str:
    """One observation with a value as a sentence, with its population, base, source, mark and reservation.

    `after` is what the sentence before was about: the same victims are then « ces victimes ».
    """
    notes = [mark(row["status"]), base_of(row), f"source : {publisher}"]
    return f"{claim(row, words, after)} ({' ; '.join(filter(None, notes))}). {reservation(row)}".rstrip()


def claim(row: Row, words: Nomenclatures, after: Row | None = None) -> str:
    """What a `sentence` claims, without what must stand beside it."""
    value, when = quantity_of(row), f"{period_of(row)}, "
    population, who = words.populations[row["population"]], population_of(row, words)
    noun, _, _ = _described(row, words)
    pause = "," if ", victimes" in who else ""  # closes what the first comma opened
    same = after is not None and (after["period"], population_of(after, words)) == (row["period"], who)
    if row["variable"] == "total":
        alone = all(row[column] == ALL for column in SUB_POPULATION)
        known = alone and population.total_fr
        text = population.total_fr.format(value=value) if known else f"on compte {value} {who}"
    elif row["variable"] == "countries":
        text = f"{f'ces {noun}' if same else f'les {who}{pause}'} viennent de {value} pays"
    elif row["variable"] == "average_age":
        text = f"l’âge moyen {f'de ces {noun}' if same else f'des {who}{pause}'} est de {value}"
    elif is_change(row["variable"]):
        text, when = upper_first(_changed(row, words)), ""
    elif row["category"] == ALL:
        text = f"{lower_first(words.variable(row['variable']).label_fr)} ({who}) : {value}"
    else:
        item = words.item(row["variable"], row["category"], year_of(row), row["age"])
        predicate = agreed(item.predicate_fr, noun)
        text = f"{value} de ces {noun} {predicate}" if same else f"{value} des {who}{pause} {predicate}"
        if row["unit"] == "count":
            text = f"{value} {who}{pause} {predicate}"
            if row["value"] < 2:  # « 1 condamnations » is no French, and the words have no singular
                text = f"{who}, {inline(row, words)} : {value}"
        if not predicate:  # a rate by territory: no share of anybody
            subject = lower_first(words.variable(row["variable"]).label_fr)
            text = f"{subject}, {inline(row, words)} ({who}) : {value}"
    return f"{when}{text}"


def share_of(row: Row, words: Nomenclatures, who: str = "") -> str:
    """« part des victimes accompagnées qui sont des femmes »; nothing where no predicate says it, as of a rate by territory."""
    if row["category"] == ALL:
        return ""
    predicate = words.item(row["variable"], row["category"], year_of(row), row["age"]).predicate_fr
    who, (noun, _, _) = who or population_of(row, words), _described(row, words)
    return f"part des {who}{',' * (', victimes' in who)} qui {agreed(predicate, noun)}" if predicate else ""


def message(rows: Sequence[Row], words: Nomenclatures) -> str:
    """The finding that may be the title of a chart of a distribution: its largest share, when that one is sure and alone."""
    shares = [row for row in rows if row["unit"] == "percent" and pd.notna(row["value"])]
    largest = [row for row in shares if row["value"] == max(other["value"] for other in shares)]
    if len(shares) < 2 or len(largest) > 1 or any(row["status"] == WITHHELD for row in rows):  # it may be larger
        return ""
    row = largest[0]
    sure = row["status"] == "A" and not row["note"] and not row["bound"] and not is_residual(row["category"])
    whole = quantity_of(row) == quantity(row["value"], "percent")
    return claim(row, words) if sure and whole and share_of(row, words) else ""


def reservation(row: Row) -> str:
    """What a reader must know of a value, wherever it stands; empty for most. A calculated value says its formula."""
    return f"Réserve : {lower_first(row['note'])}" if row["note"] and row["status"] != CALCULATED else str(row["note"])


def obstacle(entry: Break | Unfit, before: Row, after: Row, words: Nomenclatures, respondents: Mapping[str, int]) -> str:
    """Why a change is refused, or what to keep in mind of it; `respondents` are the associations of each edition."""
    if isinstance(entry, Unfit):
        period, note = spelt(entry.row["period"]), entry.row["note"]
        return terms("refusals")[entry.code].label_fr.format(period=period, note=note).strip()
    periods = (before["period"], after["period"])
    values: list[object] = [spelt(period) for period in periods]
    if entry.every_pair:
        values = [respondents.get(period) for period in periods]
    elif entry.populations_differ:
        values = [words.populations[row["population"]].scope_fr for row in (before, after)]
    elif entry.publications_differ:
        values = [row["publication"] for row in (before, after)]
    sentence = entry.share if entry.share and after["unit"] == "percent" else entry.sentence
    if entry.every_pair and None in values:
        sentence = entry.unknown
    elif entry.unchanged and values[0] == values[1]:
        sentence = entry.unchanged
    return sentence.format(before=values[0], after=values[1], year_before=spelt(periods[0]), year_after=spelt(periods[1]))


def statistic(row: Row) -> str:
    """What a row that has its French words measures: its variable and its modality, said once where they are the same."""
    once = row["category"] == ALL or row["label"] == row["variable_label"]
    return str(row["variable_label"]) if once else f"{row['variable_label']} : {row['inline']}"


def finding(rows: pd.DataFrame) -> str:
    """What a chart shows, for its alternative text: the largest value first, then the others, then what is hidden."""
    if (hidden := rows["status"] == WITHHELD).any():  # what is hidden may be the largest
        told = finding(rows[~hidden]).replace("la plus élevée", "publiée la plus élevée") if not hidden.all() else ""
        return f"{told} {MASKED} : {listed(dict.fromkeys(rows['inline'][hidden]))}.".lstrip()
    known = records(rows[rows["value"].notna()].sort_values("value", ascending=False, kind="stable"))
    pairs = [f"{row['inline']}, {marked(row)}" for row in known]
    if len(pairs) < 2:  # one of several groups
        return f"{pairs[0]}." if pairs else "Aucune valeur relevée."
    return f"Valeur la plus élevée : {pairs[0]}. Puis : {' ; '.join(pairs[1:])}."


def masked(rows: pd.DataFrame) -> tuple[str, ...]:
    """What a drawing of several groups leaves blank because it is hidden."""
    names = [f"{row['inline']} ({lower_first(row['group'])})" for row in records(rows[rows["status"] == WITHHELD])]
    return (f"{MASKED}, laissé en blanc : {' ; '.join(names)}.",) if names else ()


def notes_of(rows: pd.DataFrame) -> list[str]:
    """Notes of the rows shown, each once, with the modality it is about when it is not about all of them."""
    notes: dict[str, list[str]] = {}
    shown = rows[_told_apart_by(rows)].map(spelt).to_numpy().tolist()
    for label, note in zip(shown, rows["note"].to_numpy().tolist(), strict=True):
        if note:
            notes.setdefault(note, []).append(label)
    return [
        note if len(set(labels)) == len(set(shown)) else f"{upper_first(listed(dict.fromkeys(labels)))} : {lower_first(note)}"
        for note, labels in notes.items()
    ]


def bases_of(rows: pd.DataFrame) -> list[str]:
    """What shares are computed on, where it was published: « Base : 4 363. », « Bases : 2019, 6 457 ; 2020, 3 489. »."""
    name = "group" if "group" in rows and rows["group"].nunique() > 1 else _told_apart_by(rows)
    shares = [row for row in records(rows) if base_of(row)]
    known = [row for row in shares if base_of(row) != UNKNOWN_BASE]
    if len(known) > len(shares) / 2 and len({row["base"] for row in known}) == 1:
        others = listed(dict.fromkeys(lower_first(spelt(row[name])) for row in shares if base_of(row) == UNKNOWN_BASE))
        return [f"Base : {base_cell(known[0])}{f' (non publiée : {others})' * bool(others)}."]
    told = dict.fromkeys(f"{lower_first(spelt(row[name]))}, {base_cell(row)}" for row in known)
    return [f"Base{'s' if len(told) > 1 else ''} : {' ; '.join(told)}."] if told else []


def _told_apart_by(rows: pd.DataFrame) -> str:
    """Column that names rows: the modality, or the year of rows of one modality, whatever it was called then."""
    one = rows["category"].nunique() == rows["variable"].nunique() == 1
    return "period" if one and rows["period"].nunique() == len(rows) > 1 else "inline"


def cell_of(locator: str) -> str:
    """The cell of a workbook; the address of a page is a link, not words."""
    return locator if is_cell(locator) else ""


def source_line(publishers: Sequence[str]) -> str:
    """« Source : … » or « Sources : … »."""
    names = list(dict.fromkeys(filter(None, publishers)))
    return f"Source{'s' if len(names) > 1 else ''} : {' ; '.join(names)}."
