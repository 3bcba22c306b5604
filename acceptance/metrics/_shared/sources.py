"""Sources of uncertainty that several families have, as records name them."""

TONE_SOURCE = "tone curve"
PRINT_SOURCE = "chart copy"
FLATNESS_SOURCE = "chart flatness"
MOVED_SOURCE = "moving picture"
ASPECT_SOURCE = "pixel aspect"
BIAS_SOURCE = "positive bias"  # of what is never negative, as a distance
