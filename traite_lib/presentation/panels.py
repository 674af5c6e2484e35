"""A change between two editions, said with what it is made of."""

from __future__ import annotations

from ..table import Row
from .quantities import number
from .text import NBSP


def panel_sentence(row: Row, noun: str = "victimes accompagnées") -> str:
    """One row of `analysis.panel.decompose` in French: the change, then its three parts, which add up to it.

    Parameters
    ----------
    row : mapping or Series
        The row.
    noun : str
        Who is counted, in the plural.
    """
    change, inside, count = row["after"] - row["before"], row["inside"], row["associations"]
    moved = f"de {number(row['before'])} à {number(row['after'])}" + (f" ({number(change, sign=True)})" if change else "")
    same = "les deux années" if row["panel"] == "pair" else "à toutes les éditions comparées"
    within = f"le nombre a {'augmenté' if inside > 0 else 'diminué'} de {number(abs(inside))}" if inside else "le nombre est égal"
    them = f"au sein des {number(count)} associations qui ont" if count > 1 else "au sein de la seule association qui a"
    panel = f"{them} répondu {same}, {within}" if count else f"aucune n’a répondu {same}"
    return (
        f"De {row['before_edition']} à {row['after_edition']}, le nombre de {noun} passe {moved}. Les associations présentes "
        f"seulement en {row['after_edition']} en comptent {number(row['entries'])}{NBSP}; celles présentes seulement en "
        f"{row['before_edition']} en comptaient {number(row['exits'])}{NBSP}; {panel}."
    )
