"""What a visitor sees: one tab a method, on Gradio, without a word of torch."""
