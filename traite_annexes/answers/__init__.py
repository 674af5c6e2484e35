"""What a person needs before answers can be used: a mapping to review, findings to decide on, a codebook."""
