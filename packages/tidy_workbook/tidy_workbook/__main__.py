"""``python -m tidy_workbook``."""

from .commands import main

main()
