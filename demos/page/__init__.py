"""What all tabs share: layout, events, inputs, figures, words, and what the server adds to Gradio."""
