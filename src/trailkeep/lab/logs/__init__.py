"""Large archives of CloudTrail logs made up from a seed, and what can be done to them: `lab logs`, `lab tamper`."""
