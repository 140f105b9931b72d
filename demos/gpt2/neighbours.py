"""Step 4 of the GPT-2 tab: tokens with similar embeddings, and lines with similar features."""

import gradio as gr

from core.gpt2 import explore
from demos.gpt2 import views
from demos.gpt2.views import LinesValues, NearestValues, SimilarValues, WordsValues
from demos.page.backend import ask
from demos.page.events import guard, listen
from demos.page.links import of_language
from demos.page.parts import Parts
from demos.page.values import outputs
from demos.page.words import Say


def on_nearest(say: Say, word: str, model: str) -> NearestValues:
    """The tokens with embeddings most similar to a word's, and how often such a neighbour is of the same kind."""
    with guard(say):
        found = ask(explore.nearest_tokens, word, model)
        return views.nearest(say, found, explore.kinds(model), views.read_as(say, word, model))


def on_similar(say: Say, text: str, model: str) -> SimilarValues:
    """The bundled lines most similar to a text, and how often the most similar line has the same theme."""
    with guard(say):
        found = ask(explore.similar, text, model)
        return views.similar(say, found, ask(explore.retrieval, model), views.read_as(say, text, model))


def on_words(say: Say, word: str, model: str) -> WordsValues:
    """A word that is one token of the model, the visitor's if it is, and the tokens similar to it."""
    with guard(say):
        fitting = ask(explore.fitting_word, word, model)
    return WordsValues(fitting, on_nearest(say, fitting, model))


def on_lines(say: Say, line: str, model: str) -> LinesValues:
    """A line in the language of the model, the visitor's if it is, and the bundled lines similar to it."""
    with guard(say):
        fitting = ask(explore.fitting_line, line, model)
    return LinesValues(fitting, on_similar(say, fitting, model))


def build_words(parts: Parts, model: gr.Radio) -> None:
    """Step 4: tokens with similar uses."""
    say = parts.say
    with gr.Row():
        with gr.Column(min_width=280, scale=1):
            word = gr.Textbox(explore.FIRST_WORD[say.language], label=say("gpt2.word"), elem_id="gpt2-word")
            of_language(word)
            find = gr.Button(say("gpt2.nearest_go"), elem_id="gpt2-nearest-go")
            kinds = gr.Markdown(elem_classes="quiet", elem_id="gpt2-kinds")
        with gr.Column(min_width=300, scale=2):
            bars = gr.Plot(show_label=False, elem_id="gpt2-nearest")
    shown: dict[str, gr.Component] = {"word": word, "bars": bars, "kinds": kinds}
    inputs, found = [word, model], outputs(NearestValues, shown)
    parts.ask(on_words, inputs, outputs(WordsValues, shown), show_progress="hidden")
    listen(
        say,
        [find.click, word.submit],
        on_nearest,
        inputs,
        found,
        name="gpt2_nearest",
        **parts.slot,
        show_progress="hidden",
    )


def build_lines(parts: Parts, model: gr.Radio) -> None:
    """Lines similar to the visitor's."""
    say = parts.say
    with parts.fold("lines") as fold, gr.Row():
        with gr.Column(min_width=280, scale=1):
            line = gr.Textbox(explore.QUERIES[say.language], label=say("gpt2.query"), elem_id="gpt2-query")
            of_language(line)
            search = gr.Button(say("gpt2.similar_go"), elem_id="gpt2-similar-go")
            themes = gr.Markdown(elem_classes="quiet", elem_id="gpt2-retrieval")
        with gr.Column(min_width=300, scale=2):
            table = gr.HTML(elem_id="gpt2-similar")
    shown: dict[str, gr.Component] = {"line": line, "table": table, "themes": themes}
    inputs, found = [line, model], outputs(SimilarValues, shown)
    parts.ask(on_lines, inputs, outputs(LinesValues, shown), fold=fold, show_progress="hidden")
    listen(
        say,
        [search.click, line.submit],
        on_similar,
        inputs,
        found,
        name="gpt2_similar",
        **parts.slot,
        show_progress="hidden",
    )
