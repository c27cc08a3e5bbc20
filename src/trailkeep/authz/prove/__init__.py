"""Can any request do it? Policies become formulas, and a formula without a model is a proof."""
