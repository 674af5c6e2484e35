"""Answers of associations, reviewed, read, counted, up to a file of Observations; and demonstrations, which nobody answered."""
