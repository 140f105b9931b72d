"""Language modelling: guess the next token of a text (GPT-2, Radford et al. 2019)."""
