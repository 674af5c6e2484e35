"""What a reader sees: French words, tables and charts. Nothing is computed here but rounding, once, at the end."""
