"""``python -m traite_lib`` is the command ``traite``."""

from .cli import main

main()
