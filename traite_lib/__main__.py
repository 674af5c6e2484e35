"""``python -m traite_lib`` was the command ``traite`` until it had a package of its own; kept for one version."""

import runpy

runpy.run_module("traite_annexes", run_name="__main__", alter_sys=True)
