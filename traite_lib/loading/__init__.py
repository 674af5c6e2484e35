"""Sources, read faithfully and then brought to the Observations table."""
