"""Answers of any LimeSurvey survey, with what is known of each of them, and their codebook."""
