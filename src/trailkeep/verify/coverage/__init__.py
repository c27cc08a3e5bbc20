"""Are the logs complete: account × Region × hour, what is expected against what was seen."""
