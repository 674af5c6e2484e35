"""Standard aggregations of the Observations table: frames in, frames out; no file is read here."""
