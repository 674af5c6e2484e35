"""papermill on kernels forked from a warm process: each notebook has a kernel of its own, and none waits for its imports.

``papermill.execute_notebook(source, result, parameters, engine_name="warm", preload=["pandas", "seaborn"])`` is all that most
programs need. `Setup` says what the warm process holds; `engine.execute` runs a notebook that is in memory.
"""

from __future__ import annotations

from .server import Setup, can_fork

__all__ = ["Setup", "can_fork"]
