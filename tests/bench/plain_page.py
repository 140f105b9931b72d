"""The page to compare with: one button, and the same libraries imported. Served like `app.py`, by HOST and PORT."""

import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
import accelerate  # noqa: F401
import gradio as gr
import plotly.graph_objects  # noqa: F401
import safetensors.torch  # noqa: F401
import skimage  # noqa: F401
import sklearn.linear_model  # noqa: F401
import soundfile  # noqa: F401
import torchaudio  # noqa: F401
import torchvision  # noqa: F401
import transformers  # noqa: F401


def main() -> None:
    """Serve it."""
    with gr.Blocks() as page:
        button, text = gr.Button("go", elem_id="go"), gr.Textbox(elem_id="answer")
        button.click(lambda: "answered", None, text)
    page.launch(server_name=os.environ["HOST"], server_port=int(os.environ["PORT"]), ssr_mode=False)


if __name__ == "__main__":
    main()
