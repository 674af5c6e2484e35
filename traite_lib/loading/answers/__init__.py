"""Answers of associations, through their mapping, to two tables: what associations counted, and the victims they described."""
