"""``traite synth``: a demonstration edition, in LimeSurvey's own formats, with its mapping; nobody gave these answers."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import tomlkit

import limesurvey_answers as ls
from limesurvey_answers import writing
from traite_lib.catalogue import Catalogue, read_toml
from traite_lib.errors import available
from traite_lib.loading.selection import load
from traite_lib.nomenclature import UNKNOWN, Nomenclatures
from traite_lib.table import records

from ..errors import AnswersError
from .people import Assumptions, People, Target, drawn, published, target
from .tables import SYNTHETIC

CORE, VICTIM = "C", "V"
"""Answers to « what do you fill? »: one response counts, each of the others describes a victim."""

HELD = {"form": "form", "sex": "sex", "age": "age", "nationality": "nationality", "region": "nationality",
        "unaccompanied": "unaccompanied", "complaint": "complaint"}  # fmt: skip
"""Attribute that holds a published variable."""

ITEMS = {"form": "FORME", "sex": "SEXE", "age": "AGE", "nationality": "NAT", "unaccompanied": "MNA", "complaint": "PLAINTE"}
COUNTED = ("form", "sex", "age")
FORMS = ("sexual", "labour", "criminality", "begging", "other")


@dataclass(frozen=True)
class _Asked:
    """A question on a victim: its codes, what they mean, and the victims that it is asked of, by what was said of them before."""

    variable: str
    item: str
    codes: dict[str, str]
    multiple: bool
    of: dict[str, str]


class Demonstration:
    """One demonstration edition, as it is made.

    Parameters
    ----------
    key : str
        ``demo2022``.
    catalogue : Catalogue
        Where the published figures are.
    seed : int, optional
        By default that of the assumptions; the same seed gives the same bytes.

    Raises
    ------
    AnswersError
        There is no such edition, or some published figures cannot hold together: the message names them.
    """

    def __init__(self, key: str, catalogue: Catalogue, seed: int | None = None) -> None:
        self.said = read_toml(catalogue.data / "demonstration.toml", Assumptions)
        if key not in (known := [edition.key for edition in self.said.edition]):
            raise AnswersError(f"There is no demonstration edition {key!r}. {available(key, known)}")
        self.words, self.seed = Nomenclatures(catalogue.data), self.said.seed if seed is None else seed
        self.edition = next(edition for edition in self.said.edition if edition.key == key)
        self.random = np.random.default_rng([self.seed, self.edition.year])
        self.observations = load(catalogue.root)[2]
        self.figures = cache(self._figures)
        self.population = "accompanied_in_france" if self.edition.in_france_only else "accompanied"
        self.associations = self._associations()
        self.asked = self._asked()
        self.victims = self._victims()

    def _figures(self, year: int) -> list[dict[str, Any]]:
        """Published figures of a year that are sure."""
        return records(published(self.observations, str(year)))

    def total(self, population: str, year: int | None = None, variable: str = "total", category: str = "_T") -> int:
        """A published count of a whole population; 0 when there is none."""
        key = {"population": population, "variable": variable, "category": category, "unit": "count", "form": "_T", "age": "_T"}
        found = (row for row in self.figures(year or self.edition.year) if all(row[name] == code for name, code in key.items()))
        return int(next((row["value"] for row in found), 0))

    def _associations(self) -> list[int]:
        """Those that answer this year: of those that answered the year before, and new ones."""
        random, present, last = np.random.default_rng([self.seed, 0]), list[int](), 0
        for edition in self.said.edition:
            wanted = self.total("associations", edition.year)
            stayed = [number for number in present if random.random() < self.said.associations.stay][:wanted]
            present = [*stayed, *range(last + 1, last + 1 + wanted - len(stayed))]
            last = max(last, *present)
            if edition is self.edition:
                break
        return present

    def name(self, number: int) -> str:
        """Name of an association, which is not always written the same way."""
        other = np.random.default_rng([self.seed, self.edition.year, number]).random() < self.said.associations.aliases
        return f"Assoc. n° {number:03} (démonstration)" if other else f"Association de démonstration n° {number:03}"

    def _asked(self) -> list[_Asked]:
        found = []
        several = {question.variable for question in self.said.question if question.multiple}
        for variable, said in (self.said.start | {question.variable: question for question in self.said.question}).items():
            codes = {f"A{n}": code for n, code in enumerate((code for code in said.shares if code), 1)}
            item = ITEMS.get(variable, variable.upper().replace("_", ""))
            found.append(_Asked(variable, item, codes, variable in several, said.asked))
        return found

    def _targets(self) -> list[Target]:
        domains = {name: list(start.shares) for name, start in self.said.start.items()}
        found = []
        for row in self.figures(self.edition.year):
            if row["statement_id"] in self.edition.not_used:
                continue
            if row["variable"] in HELD and row["population"] == self.population:
                held = HELD[row["variable"]]
                found.append(target(row, held, self.words, domains, described=held not in COUNTED))
            elif row["variable"] == "accompanied" and row["form"] != "_T" and (whole := self._identified().get(row["form"])):
                made = target(row | {"category": row["form"], "form": "_T"}, "form", self.words, domains, described=False)
                low, high = made.bounds(whole)
                found.append(Target(made.statement, "form", made.codes, (), "count", low, high, False))
        for code, whole in self._identified().items():  # nobody is accompanied without having been identified
            forms = frozenset(form for form in domains["form"] if self.words.within("form", form, code))
            found.append(Target(f"identified, {code}", "form", forms, (), "count", 0, whole, False))
        return found

    def _identified(self) -> dict[str, int]:
        """Identified victims by form, where enough was published."""
        known = {code: self.total("identified", variable="form", category=code) for code in FORMS}
        return {code: known[code] or self.edition.identified.get(code, 0) for code in FORMS} if any(known.values()) else {}

    def _victims(self) -> pd.DataFrame:
        """Accompanied victims: associations by size and speciality, attributes by assumption, then by published figures."""
        number, random = self.total(self.population), self.random
        traits = [np.random.default_rng([self.seed, 1, each]) for each in self.associations]
        size = np.array([trait.lognormal(0, self.said.associations.spread) for trait in traits])
        forms = self.said.start["form"].shares
        own = [drawn(forms, 1, trait)[0] if trait.random() < self.said.associations.specialised else "" for trait in traits]
        who = np.concatenate([np.arange(len(size)), random.choice(len(size), number - len(size), p=size / size.sum())])
        described = random.random(number) < self.edition.described
        attributes = {name: drawn(start.shares, number, random) for name, start in self.said.start.items()}
        special = np.array(own, object)[who]
        attributes["form"] = np.where((special != "") & (random.random(number) < 0.8), special, attributes["form"]).astype(object)
        unknown = {name: random.random(number) < self.edition.unknown.get(name, 0) for name in attributes}
        for name, rows in unknown.items():
            attributes[name] = np.where(rows, UNKNOWN, attributes[name]).astype(object)
        shares = {name: start.shares for name, start in self.said.start.items()}
        people = People(attributes, unknown, shares, described, self._targets(), random)
        if wrong := people.settle():
            place = f"data/demonstration.toml, {self.edition.key}"
            raise AnswersError(f"{place}: {', '.join(wrong)} do not hold together: say why in not_used.")
        frame = pd.DataFrame(people.codes())
        for asked in self.said.question:
            rows = random.random(number) < asked.unknown
            if asked.multiple:
                boxes = {code: random.random(number) < share for code, share in asked.shares.items()}
                frame[asked.variable] = [
                    UNKNOWN if none else tuple(code for code in boxes if boxes[code][n]) for n, none in enumerate(rows)
                ]
            else:
                rest = {"": max(0.0, 1 - sum(asked.shares.values()))}
                frame[asked.variable] = np.where(rows, UNKNOWN, drawn(asked.shares | rest, number, random))
        return frame.assign(association=who, described=described)

    # --- the questionnaire, its answers and its mapping ----------------------------------------------------------------------

    def survey(self) -> ls.Survey:
        """The questionnaire, in French."""
        label = self.words.label
        year = self.edition.year

        def rows(name: str, codes: Iterable[str]) -> dict[str, str]:
            return {f"A{n}": label(name, code, year) for n, code in enumerate(codes, 1)}

        core: list[dict[str, Any]] = [
            {"code": "NBREP", "type": "N", "text": "Combien de victimes avez-vous repérées ?"},
            {"code": "NBACC", "type": "N", "text": "Combien de victimes avez-vous accompagnées ?"},
        ]
        text = "Victimes repérées, par forme d’exploitation"
        core.append({"code": "NBREPF", "type": "K", "text": text, "rows": rows("form", FORMS)})
        if self.edition.in_france_only:
            core.append({"code": "NBFR", "type": "N", "text": "Dont exploitées au moins en partie en France"})
            core.append({"code": "NBETR", "type": "N", "text": "Dont exploitées uniquement à l’étranger"})
        domains = self._domains()
        for name, code in zip(COUNTED, ("NBFORME", "NBSEXE", "NBAGE"), strict=True):
            text = f"Victimes accompagnées : {self.words.variable(name).label_fr.lower()}"
            core.append({"code": code, "type": "K", "text": text, "rows": rows(name, domains[name])})
        cells = {code: " – ".join([label("sex", sex, year), "âge inconnu" if age == UNKNOWN else label("age", age, year)])
                 for code, (sex, age) in self._cells().items()}  # fmt: skip
        text = "Victimes accompagnées : forme d’exploitation, sexe et âge"
        core.append({"code": "EFF", "type": ":", "text": text, "rows": rows("form", domains["form"]), "columns": cells})
        victim: list[dict[str, Any]] = []
        for asked in self.asked:
            offered = {code: label(asked.variable, modality, year) for code, modality in asked.codes.items()}
            text = self.words.variable(asked.variable).label_fr
            question: dict[str, Any] = {"code": asked.item, "type": "M" if asked.multiple else "L", "text": text}
            none = {"NON": "Rien de cela"}
            victim.append(question | {"rows" if asked.multiple else "options": offered | none | {"NSP": "Ne sait pas"}})
            if asked.of:
                known = {other.variable: other.item for other in self.asked}
                conditions = [f'{known[name]}.NAOK == "{self._code(name, code)}"' for name, code in asked.of.items()]
                victim[-1]["relevance"] = " and ".join(conditions)
        filled = {CORE: "Le tronc commun", VICTIM: "Une victime"}
        first: list[dict[str, Any]] = [
            {"code": SYNTHETIC, "type": "Y", "text": self.said.title, "mandatory": "Y"},
            {"code": "ASSO", "type": "S", "text": "Nom de votre association"},
            {"code": "FICHE", "type": "L", "text": "Que remplissez-vous ?", "options": filled},
        ]
        pages: list[dict[str, Any]] = [
            {"name": "Votre association", "questions": first},
            {"name": "Tronc commun", "relevance": f'FICHE.NAOK == "{CORE}"', "questions": core},
            {"name": "Description d’une victime", "relevance": f'FICHE.NAOK == "{VICTIM}"', "questions": victim},
        ]
        return writing.build_survey(900000 + year, f"{self.said.title}, {year}", pages, language="fr")

    def _domains(self) -> dict[str, list[str]]:
        return {name: list(self.said.start[name].shares) for name in COUNTED}

    def _code(self, variable: str, modality: str) -> str:
        asked = next(asked for asked in self.asked if asked.variable == variable)
        return next((code for code, meaning in asked.codes.items() if meaning == modality), "NON")

    def _cells(self) -> dict[str, tuple[str, str]]:
        """Columns of the table of the core."""
        domains = self._domains()
        return {f"C{n}": cell for n, cell in enumerate(product(domains["sex"], [*domains["age"], UNKNOWN]), 1)}

    def responses(self) -> list[dict[str, str | None]]:
        """What the associations answered: one response for the core, one for each victim that is described."""
        found: list[dict[str, str | None]] = []

        def add(answers: dict[str, str | None], *, left: bool = False) -> None:
            system = {"id": str(len(found) + 1), "submitdate": None if left else f"{self.edition.year + 1}-03-15 10:00:00",
                      "lastpage": None if left else "3", "startlanguage": "fr", "seed": "1"}  # fmt: skip
            found.append(system | ({} if left else {SYNTHETIC: "Y"}) | answers)

        counts = list(self._core())
        for place, number in enumerate(self.associations):
            add({"ASSO": self.name(number), "FICHE": CORE, **counts[place]})
        add({}, left=True)  # opened, and left
        add({"ASSO": "Essai de l’équipe", "FICHE": CORE, **counts[0]})
        again = counts[0] | {"NBREP": str(int(counts[0]["NBREP"] or 0) + 1)}  # answered twice, and not quite the same
        add({"ASSO": self.name(self.associations[0]), "FICHE": CORE, **again})
        for line in records(self.victims[self.victims["described"]]):
            add({"ASSO": self.name(self.associations[line["association"]]), "FICHE": VICTIM, **self._described(line)})
        return found

    def _described(self, line: dict[str, Any]) -> dict[str, str | None]:
        answers: dict[str, str | None] = {}
        for asked in self.asked:
            said = line[asked.variable]
            if any(line[name] != code for name, code in asked.of.items()):
                continue  # not shown
            if asked.multiple:
                ticked = set() if said == UNKNOWN else {self._code(asked.variable, code) for code in said} or {"NON"}
                boxes = (*asked.codes, "NON", "NSP")
                answers |= {f"{asked.item}[{box}]": "Y" if box in ticked else "" for box in boxes}
            else:  # some of those who do not know say so, the others leave the question
                unsaid = "NSP" if line["association"] % 2 else ""
                answers[asked.item] = unsaid if said == UNKNOWN else self._code(asked.variable, said)
        return answers

    def _core(self) -> Iterator[dict[str, str | None]]:
        """Counts of each association."""
        size = np.bincount(self.victims["association"], minlength=len(self.associations))
        total, accompanied = self.total("identified"), self.total("accompanied")
        abroad = self.random.multinomial(self.total("accompanied_abroad_only"), size / size.sum())
        domains, by_form = self._domains(), self._identified()
        parents = {code: [form for form in domains["form"] if self.words.within("form", form, code)] for code in FORMS}
        own = {code: np.bincount(self.victims["association"][self.victims["form"].isin(parts)], minlength=len(size))
               for code, parts in parents.items()}  # fmt: skip
        if not by_form:  # not published that year: those who were identified only are as those who were accompanied
            known = np.array([own[code].sum() for code in FORMS])
            others = self.random.multinomial(total - accompanied, known / known.sum())
            by_form = dict(zip(FORMS, (known + others).tolist(), strict=True))
        more = {code: self.random.multinomial(by_form[code] - own[code].sum(), size / size.sum()) for code in FORMS}
        who = self.victims["association"].tolist()
        held = {name: self.victims[name].tolist() for name in COUNTED}
        alone = {name: Counter(zip(who, codes, strict=True)) for name, codes in held.items()}
        crossed = Counter(zip(who, *held.values(), strict=True))
        for place in range(len(size)):
            identified = size[place] + abroad[place] + sum(extra[place] for extra in more.values())
            found: dict[str, int] = {"NBREP": identified, "NBACC": size[place] + abroad[place]}
            found |= {f"NBREPF[A{n}]": own[code][place] + more[code][place] for n, code in enumerate(FORMS, 1)}
            if self.edition.in_france_only:
                found |= {"NBFR": size[place], "NBETR": abroad[place]}
            for name, code in zip(COUNTED, ("NBFORME", "NBSEXE", "NBAGE"), strict=True):
                found |= {f"{code}[A{n}]": alone[name][place, each] for n, each in enumerate(domains[name], 1)}
            for (n, form), (column, cell) in product(enumerate(domains["form"], 1), self._cells().items()):
                found[f"EFF[A{n}_{column}]"] = crossed[place, form, *cell]
            yield {name: str(count) for name, count in found.items()}

    def mapping(self, survey: ls.Survey, file: str) -> str:
        """The mapping, with the decisions about the answers that are not good."""
        domains = self._domains()

        def axis(name: str, codes: Iterable[str]) -> dict[str, Any]:
            return {"dims": [name], "codes": {f"A{n}": [code] for n, code in enumerate(codes, 1)}}

        counts: list[dict[str, Any]] = [
            {"population": "identified", "question": "NBREP"}, {"population": "accompanied", "question": "NBACC"},
        ]  # fmt: skip
        counts.append({"population": "identified", "question": "NBREPF", "rows": axis("form", FORMS)})
        if self.edition.in_france_only:
            counts.append({"population": "accompanied_in_france", "question": "NBFR"})
            counts.append({"population": "accompanied_abroad_only", "question": "NBETR"})
        for name, code in zip(COUNTED, ("NBFORME", "NBSEXE", "NBAGE"), strict=True):
            counts.append({"population": self.population, "question": code, "rows": axis(name, domains[name])})
        cells = {"dims": ["sex", "age"], "codes": {code: list(cell) for code, cell in self._cells().items()}}
        counts.append({"population": self.population, "question": "EFF", "rows": axis("form", domains["form"]), "columns": cells})
        variables = [
            {"name": a.variable, "item": a.item, "codes": a.codes, "multiple": a.multiple, "none": ["NON"], "unknown": ["NSP"]}
            for a in self.asked
        ]
        trial = len(self.associations) + 2
        decisions = [
            {"finding": "test", "action": "exclude", "responses": [trial], "reason": "Essai de l’équipe."},
            {
                "finding": "duplicate",
                "action": "exclude",
                "responses": [trial + 1],
                "reason": "Première réponse, gardée plus haut.",
            },
        ]
        said = {
            "edition": {"year": self.edition.year, "survey": survey.sid, "fingerprint": ls.fingerprint(survey)},
            "export": {"file": file}, "associations": {"key": ["ASSO"], "aliases": "aliases.csv", "core": ["NBREP", "NBACC"]},
            "count": counts, "victims": {"layout": "one_response", "population": self.population}, "variable": variables,
            "decision": decisions,
        }  # fmt: skip
        return f"# {self.said.title}\n\n{tomlkit.dumps(said)}"

    def write(self, folder: Path) -> Path:
        """Write the edition in a folder of its own, that nobody else can open; the path of its mapping is returned."""
        place, survey, responses = folder / self.edition.key, self.survey(), self.responses()
        name = f"donnees_synthetiques_{self.edition.key}"
        table = io.StringIO()
        lines = csv.writer(table, lineterminator="\n")
        lines.writerow(["spelling", "name"])
        lines.writerows(
            [f"Assoc. n° {n:03} (démonstration)", f"Association de démonstration n° {n:03}"] for n in self.associations
        )
        files = {
            f"{name}.lsa": writing.to_lsa(survey, responses), f"{name}.csv": writing.to_csv(survey, responses),
            f"{name}.lss": writing.to_lss(survey).encode(), "aliases.csv": table.getvalue().encode(),
            "mapping.toml": self.mapping(survey, f"{name}.lsa").encode(),
        }  # fmt: skip
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file, content in files.items():
            (place / file).touch(0o600)
            (place / file).write_bytes(content)
        return place / "mapping.toml"
