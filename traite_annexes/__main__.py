"""``python -m traite_annexes`` is the command ``traite``."""

from .cli import main

main()
