"""What the shipped model knows, against baselines."""

import torch

from core.bert import explore, models


def test_golden_shipped_model_beats_baselines() -> None:
    masked, alone = explore.figures().masked, explore.figures().one_at_a_time
    assert masked["n"] > 20_000
    assert masked["accuracy"] > masked["left_accuracy"] + 0.025
    assert masked["left_accuracy"] > masked["frequent_accuracy"] + 0.05 > masked["chance"] + 0.09
    assert masked["top5_accuracy"] > masked["left_top5_accuracy"] > masked["frequent_top5_accuracy"] + 0.1
    assert alone["perplexity"] < 0.5 * alone["unigram_perplexity"] < 0.5 * alone["chance_perplexity"]
    found = explore.measured()
    assert found.untrained is not None
    assert found.model > max(found.naive, found.untrained, found.chance_level) + 0.1


def test_golden_hidden_words_rank_high() -> None:
    """Each word of the examples hidden alone: the median rank of its first token, of 8,000."""
    loaded, ranks = models.open_model(explore.NOVELS), []
    for example in explore.EXAMPLES:
        read = models.sentence(example.text, loaded)
        hidden = torch.tensor([read.tokens] * len(read.words))  # a row per word
        at = torch.zeros_like(hidden, dtype=torch.bool)
        for row, word in enumerate(read.words):
            hidden[row, list(word.positions)] = loaded.mask
            at[row, word.positions[0]] = True
        with torch.inference_mode():
            logits = loaded.score(hidden, at)  # (words, 8000)
        labels = torch.tensor([read.tokens[word.positions[0]] for word in read.words])
        ranks += (1 + (logits > logits.gather(1, labels[:, None])).sum(1)).tolist()
        gap = explore.predict(example.text, [3]).gaps[0]
        assert gap.rank == ranks[3 - len(read.words)]
    assert sorted(ranks)[len(ranks) // 2] <= 15
    assert sum(rank == 1 for rank in ranks) > len(ranks) / 5


def test_golden_one_by_one_fits_better() -> None:
    for example in explore.EXAMPLES:
        found = explore.fill(example.text, example.hidden)
        assert found.differ
        assert found.one_by_one.bits < found.at_once.bits - 2
