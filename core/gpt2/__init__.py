"""Language modelling: predict the next token of a text (GPT-2, Radford et al. 2019)."""
