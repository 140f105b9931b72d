"""What a visitor gets: gaps filled in two ways, training examples, comparisons, senses; InputError for bad input."""

import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import WordPiece
from transformers import BertConfig, BertForMaskedLM

from core import checkpoints
from core.bert import comparison, explore, models
from core.checkpoints import HubModel
from core.device import generator
from core.errors import HubUnavailable, InputError

ENTRIES = (
    "[PAD] [UNK] [CLS] [SEP] [MASK] the cap ##tain stood on deck and look ##ed out over grey water bear i cannot to "
    "see you ! . , ' 春 花 开 了"
)
TEXT = "The captain, stood on the deck!"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small random bert in the Hub's format, uncased WordPiece, as bert-base-uncased is."""
    folder = tmp_path_factory.mktemp("hub")
    entries = ENTRIES.split()
    tokenizer = Tokenizer(WordPiece({entry: i for i, entry in enumerate(entries)}, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = (
        normalizers.BertNormalizer(lowercase=True),
        pre_tokenizers.BertPreTokenizer(),
    )
    tokenizer.add_special_tokens(entries[:5])
    tokenizer.save(str(folder / "tokenizer.json"))
    with torch.random.fork_rng():
        torch.random.set_rng_state(generator(5).get_state())
        size = {"vocab_size": len(entries), "max_position_embeddings": 80, "hidden_size": 16, "num_hidden_layers": 2}
        config = BertConfig(**size, num_attention_heads=2, intermediate_size=32, initializer_range=0.4)
        BertForMaskedLM(config).save_pretrained(folder)
    return str(folder)


@pytest.fixture(autouse=True)
def _offered(tiny: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(checkpoints.HUB_MODELS, "bert", HubModel(tiny, 1))


def test_words_cover_the_text(tiny: str) -> None:
    assert explore.words(TEXT, tiny) == ("The", "captain", ",", "stood", "on", "the", "deck", "!")
    assert explore.words(TEXT) == ("The", "captain", ",", "stood", "on", "the", "deck", "!")
    assert explore.words("春花 [MASK] [SEP]", tiny) == ("春", "花", "[MASK]", "[", "SEP", "]"), "other marks are text"
    read = models.sentence(TEXT, models.open_model(tiny))
    assert [word.positions for word in read.words][:3] == [(1,), (2, 3), (4,)]
    assert len(read.tokens) == 11


@pytest.mark.parametrize("model", ["tiny", "bundled"])
def test_gaps_hold_what_transformers_gives(tiny: str, model: str) -> None:
    name = tiny if model == "tiny" else explore.NOVELS
    loaded = models.open_model(name)
    read = models.sentence(TEXT, loaded)
    hidden = torch.tensor([read.tokens])
    positions = [position for number in (1, 4) for position in read.words[number].positions]
    hidden[0, positions] = loaded.mask
    with torch.inference_mode():
        probabilities = loaded.model.net(hidden).logits[0].softmax(-1)
    found = explore.predict(TEXT, [4, 1, 4], name)
    assert len(found.gaps) == len(positions)
    for gap, position in zip(found.gaps, positions, strict=True):
        assert [item.probability for item in gap.best] == pytest.approx(
            probabilities[position].topk(5).values.tolist(), abs=1e-5
        )
        assert gap.probability == pytest.approx(float(probabilities[position, read.tokens[position]]), abs=1e-5)
        assert gap.rank == 1 + int((probabilities[position] > probabilities[position, read.tokens[position]]).sum())
        assert (gap.left is None) == (model == "tiny"), "models from the Hub have no counts"
    assert found.gaps[0].label == ("cap" if model == "tiny" else "captain")


def test_filled_texts_differ_in_gaps_only(tiny: str) -> None:
    for name in (tiny, explore.NOVELS):
        found = explore.fill(TEXT, [1, 6], name)
        for filled in (found.at_once, found.one_by_one):
            assert [text for text, new in filled.parts if not new] == (
                ["The ", ", stood on the ", "!"] if name == tiny else ["The", ", stood on the", "!"]
            )
            assert sum(new for _, new in filled.parts) == 2
            assert filled.bits > 0
        assert found.at_once.order == ()
        assert sorted(found.one_by_one.order) == list(range(len(found.labels)))


def test_one_gap_fills_equally_both_ways(tiny: str) -> None:
    found = explore.fill(TEXT, [3], tiny)
    assert found.at_once.parts == found.one_by_one.parts
    assert found.differ == ()


def test_all_words_can_be_hidden(tiny: str) -> None:
    found = explore.fill(TEXT, list(range(8)), tiny)
    assert found.labels == tuple(gap.label for gap in explore.predict(TEXT, list(range(8)), tiny).gaps)
    assert len(found.labels) == 9
    assert all(new or not text.strip() for text, new in found.at_once.parts)


def test_training_examples_follow_the_seed() -> None:
    text = explore.EXAMPLES[0].text
    drawn = [explore.training_example(text, seed) for seed in range(60)]
    assert drawn[3] == explore.training_example(text, 3)
    assert len({found.parts for found in drawn}) > 30
    for found in drawn:
        assert len(found.parts) == found.tokens
        assert sum(fate != "" for _, fate in found.parts) == found.chosen
        assert all((written.strip() == "[MASK]") == (fate == "hidden") for written, fate in found.parts)
    quiet = next(found for found in drawn if found.chosen == 0)
    assert "".join(written for written, _ in quiet.parts) == text
    fates = [fate for found in drawn for _, fate in found.parts if fate]
    assert {*fates} == {"hidden", "replaced", "kept"}
    assert 0.6 < fates.count("hidden") / len(fates) < 0.95


def test_suggested_words_are_neighbours(tiny: str) -> None:
    assert explore.suggest(TEXT, tiny) == (0, 1), "what follows the longest word is a comma"
    assert explore.suggest("you", tiny) == (0,)
    assert explore.suggest("on the captain", tiny) == (1, 2)


# --- gaps that the visitor typed ---

GAPS = "He [MASK] the door and went into the [MASK]."


def test_typed_masks_are_gaps() -> None:
    loaded = models.open_model(explore.NOVELS)
    read = models.sentence(GAPS, loaded)
    assert [word.text for word in read.words] == [
        "He",
        "[MASK]",
        "the",
        "door",
        "and",
        "went",
        "into",
        "the",
        "[MASK]",
        ".",
    ]
    assert explore.suggest(GAPS) == (1, 8)
    written = models.sentence("He opened the door and went into the room.", loaded)
    hidden = torch.tensor([written.tokens])
    hidden[0, [written.words[number].positions[0] for number in (1, 8)]] = loaded.mask
    assert read.tokens == tuple(hidden[0].tolist()), "the blank before a word is a part of its token"
    with torch.inference_mode():
        best = loaded.model.net(hidden).logits[0].softmax(-1)[list(read.words[1].positions)].topk(5).values[0]
    for found in (explore.predict(GAPS, []), explore.predict(GAPS, [1]), explore.predict(GAPS, [8, 1])):
        assert [(gap.label, gap.probability, gap.rank) for gap in found.gaps] == [(None, None, None)] * 2
        assert [item.probability for item in found.gaps[0].best] == pytest.approx(best.tolist(), abs=1e-5)
        assert all(candidate.text != "[MASK]" for gap in found.gaps for candidate in gap.best)


def test_typed_masks_join_hidden_words(tiny: str) -> None:
    for name in (tiny, explore.NOVELS):
        assert [gap.label for gap in explore.predict("The [MASK] stood on deck", [4], name).gaps] == [None, "deck"]


def test_typed_gaps_are_filled(tiny: str) -> None:
    for name in (tiny, explore.NOVELS):
        found = explore.fill("the [MASK] stood on [MASK]", [], name)
        assert found.labels == (None, None)
        for filled in (found.at_once, found.one_by_one):
            assert filled.right == 0
            texts = ["the ", " stood on "] if name == tiny else ["the", " stood on"]
            assert [text for text, new in filled.parts if not new] == texts
            assert sum(new for _, new in filled.parts) == 2


def test_typed_gaps_are_no_part_of_training() -> None:
    for seed in range(20):
        found = explore.training_example(GAPS, seed)
        assert [kind for text, kind in found.parts if text == " [MASK]"].count("") >= 2


def test_typed_gaps_have_no_surprisal() -> None:
    with pytest.raises(InputError, match="A gap has no surprisal"):
        explore.compare(GAPS)
    assert explore.has_gaps(GAPS)
    assert not explore.has_gaps("a [mask]")
    assert not explore.has_gaps(None)


def test_only_typed_gaps_fill_a_text(tiny: str) -> None:
    assert explore.words("[MASK]", tiny) == ("[MASK]",)
    assert explore.words("[MASK][MASK]") == ("[MASK]", "[MASK]")
    assert len(explore.predict("[MASK]", []).gaps) == 1
    with pytest.raises(InputError, match="at most 64 tokens"):
        explore.predict("[MASK]" * 65, [])


@pytest.mark.parametrize("text", ["\u200b", "\ufe0f", "\u200b\ufe0f\u200d \n"])
def test_invisible_texts_are_empty(tiny: str, text: str) -> None:
    for name in (tiny, explore.NOVELS):
        for ask in (explore.words, explore.suggest, lambda text, name: explore.training_example(text, 0, name)):
            with pytest.raises(InputError, match="Write a sentence first"):
                ask(text, name)


def test_signs_outside_the_vocabulary_are_empty(tiny: str) -> None:
    """An uncased WordPiece leaves out what it takes for a control character."""
    with pytest.raises(InputError, match="Write a sentence first"):
        explore.suggest("\ufffd", tiny)


def test_partner_reads_simplified_characters() -> None:
    """The Chinese BERT knows both; the GPT-2 beside it was trained on simplified texts."""
    words = tuple(models.Word(i, i + 1, c, (i + 1,)) for i, c in enumerate("國破山河在"))
    read = models.Sentence("國破山河在", (0,) * 7, words)
    simplified = models.Sentence("国破山河在", (0,) * 7, words)
    assert comparison.left_to_right(read, "gpt2/tang") == comparison.left_to_right(simplified, "gpt2/tang")


def test_other_vocabularies_compare_by_words(tiny: str) -> None:
    found = explore.compare(TEXT, tiny)
    whole = explore.compare(TEXT)
    assert len(found.bert) == len(found.gpt) == 8
    assert found.gpt == pytest.approx(whole.gpt, rel=1e-4)
    assert found.unigram_bits_per_character is None
    assert comparison.LEFT_TO_RIGHT[explore.language(tiny)] == found.partner == "gpt2/novels"


# --- two visitors, bad input, the Hub ---


def test_concurrent_visitors_get_separate_answers(tiny: str) -> None:
    asked = [([number, (3 * number + 1) % 8], seed) for number, seed in zip(range(8), range(20, 28), strict=True)]

    def answer(each: tuple[list[int], int]) -> tuple[object, ...]:
        filled, predicted = (ask(TEXT, each[0], tiny) for ask in (explore.fill, explore.predict))
        return filled, predicted, explore.training_example(TEXT, each[1], tiny)

    alone = [answer(each) for each in asked]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(answer, asked)) == alone


@pytest.mark.parametrize("text", ["", "  \n", None, "\x00\x07\ud800", "x" * 100_000, "a " * 150])
def test_bad_texts_are_refused(text: str | None) -> None:
    for ask in (
        lambda: explore.words(text),
        lambda: explore.fill(text, [0]),
        lambda: explore.predict(text, [0]),
        lambda: explore.training_example(text, 0),
        lambda: explore.compare(text),
        lambda: explore.nearest_uses(text, "bear"),
        lambda: explore.suggest(text),
    ):
        with pytest.raises(InputError, match=r"Write a sentence first|at most 400 characters|at most 64 tokens"):
            ask()


@pytest.mark.parametrize("hidden", [[], [8], [-1], [0.5], [math.nan], [None], ["1"], [0, 99]])
def test_other_words_cannot_be_hidden(hidden: list[float], tiny: str) -> None:
    for ask in (explore.fill, explore.predict):
        with pytest.raises(InputError):
            ask(TEXT, hidden, tiny)


@pytest.mark.parametrize("seed", [-1, 0.5, math.nan, None, 2**31])
def test_unknown_seeds_are_refused(seed: float) -> None:
    with pytest.raises(InputError):
        explore.training_example(TEXT, seed)


def test_words_must_be_offered_and_present() -> None:
    with pytest.raises(InputError, match="with the word “bear”"):
        explore.nearest_uses("A wolf came out of the wood.", "bear")
    for word in ("wolf", "花", "", None):
        with pytest.raises(InputError, match="words offered"):
            explore.nearest_uses("A wolf came out of the wood.", word)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["", "/etc", "gpt2/novels", "bert-large-uncased", "../bert/novels"])
def test_only_offered_models_can_be_named(name: str) -> None:
    with pytest.raises(InputError, match="models offered"):
        explore.words(TEXT, name)


def test_clicks_never_fetch_hub_models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(checkpoints.HUB_MODELS, "bert", HubModel("nobody/nothing", 441))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(checkpoints, "fetch", lambda name: pytest.fail("went to the network"))
    with pytest.raises(InputError, match="Fetch nobody/nothing first"):
        explore.words(TEXT, "nobody/nothing")
    assert [offer.at_hand for offer in explore.offers()][:1] == [False]


def test_fetching_offline_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: object, **__: object) -> str:
        raise OSError("no route to host")

    monkeypatch.setattr("huggingface_hub.snapshot_download", offline)
    with pytest.raises(HubUnavailable, match="the bundled model stays"):
        explore.fetch("nobody/nothing")


def test_chinese_models_use_chinese_partners(tiny: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(checkpoints.HUB_MODELS, "bert-zh", HubModel(tiny, 1))
    assert explore.words_of(tiny) == ("花", "打", "会", "白")
    assert explore.compare("春花开了", tiny).partner == "gpt2/tang"
    found = explore.nearest_uses("春花开了", "花", tiny)
    assert len(found) == 6
