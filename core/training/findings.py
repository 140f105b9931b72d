"""What can be found in the curves of a run, in words: what was seen, what it means, what to try, and who says so.

The sentences are keys for their translation, as those of `core.errors` are.
"""

import string
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Explanation:
    """A condition in words.

    Attributes:
        seen: sentences with the {names} of numbers; those whose numbers were recorded hold.
        means: what that says about the network.
        attempt: what to try, the most likely first.
        source: a paper or a documentation that describes it.
    """

    seen: tuple[str, ...]
    means: str
    attempt: str
    source: str


@dataclass(frozen=True)
class Finding:
    """What a run shows.

    Attributes:
        condition: a key of EXPLANATIONS.
        numbers: those that it was found by: a column's name for its median over the last third of the run,
            `first_` before it for its first value, and what the sentences name besides.
    """

    condition: str
    numbers: Mapping[str, float]

    @property
    def explanation(self) -> Explanation:
        """The condition in words."""
        return EXPLANATIONS[self.condition]

    @property
    def seen(self) -> tuple[str, ...]:
        """The sentences about what was seen whose numbers there are, to be filled with them."""
        return tuple(line for line in self.explanation.seen if fields(line) <= self.numbers.keys())


def fields(sentence: str) -> set[str]:
    """The names of the numbers in a sentence."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


EXPLANATIONS: dict[str, Explanation] = {
    "not_finite": Explanation(
        ("At step {step:.0f} the loss or a measured value is infinite or not a number.",),
        "A value overflowed. The weights are lost from this step on, and nothing that is measured later counts.",
        "Lower the learning rate, lengthen the warm-up, clip gradients, or train without reduced precision.",
        "Pascanu et al. 2013, On the difficulty of training recurrent neural networks, sec. 3.2",
    ),
    "diverged": Explanation(
        ("The loss began at {first_loss:.4g}, was {best_loss:.4g} at its best and ended at {end_loss:.4g}.",),
        "The steps are too large: they jump over the minimum instead of descending to it.",
        "Lower the learning rate three- to tenfold, lengthen the warm-up, or enlarge the batch.",
        "Goodfellow et al. 2016, Deep Learning, sec. 11.4.1",
    ),
    "collapsed": Explanation(
        (
            "The spread of the features is {spread:.2g}; 1 is even, 0 means that all are the same.",
            "The effective rank of the features is {rank:.3g}; it was {first_rank:.3g} before training.",
            "The uniformity of the projections is {uniformity:.2g}; 0 means that all are the same.",
        ),
        "The network gives nearly the same output for every input, so it has learned nothing about them.",
        "Use negatives, a predictor with stop-gradient, or a variance term; if these are in place, lower the learning "
        "rate.",
        "Chen & He 2021, Exploring Simple Siamese Representation Learning, sec. 4.1",
    ),
    "posterior_collapse": Explanation(
        ("{active:.2g} latent axes depend on the input.", "The KL term is {kl:.2g} nats per item."),
        "The encoder ignores its input, and the decoder gives one average output for all.",
        "Lower the weight on the KL term, raise it slowly from 0, or weaken the decoder.",
        "Bowman et al. 2016, Generating Sentences from a Continuous Space, sec. 3; Lucas et al. 2019, Don't Blame the "
        "ELBO! A Linear VAE Perspective on Posterior Collapse",
    ),
    "dead_codes": Explanation(
        ("{used:.0f} of {codes:.0f} codebook entries are used.", "The perplexity of the codes is {perplexity:.3g}."),
        "Most entries are never the nearest to any feature, so they get no update and stay unused.",
        "Restart unused entries at features of the batch, make the codebook smaller, or normalise the features.",
        "Dhariwal et al. 2020, Jukebox: A Generative Model for Music, sec. 3.1",
    ),
    "shortcut": Explanation(
        (
            "The pretext task is solved: accuracy {accuracy:.3f}.",
            "The pretext task is solved: the loss is {loss:.2g}, and {chance_loss:.3g} is chance level.",
            "The k-NN accuracy is {knn:.3f}; it was {first_knn:.3f} before training.",
        ),
        "The network solves the task by a trace that has nothing to do with the content, such as a border, colour or "
        "compression artefacts. The features learn nothing of use.",
        "Look at what the inputs give away, and remove it: crop, jitter colours, re-encode, blur.",
        "Gidaris et al. 2018, Unsupervised Representation Learning by Predicting Image Rotations, sec. 2.2; Doersch et "
        "al. 2015, Unsupervised Visual Representation Learning by Context Prediction, sec. 3.1",
    ),
    "too_easy": Explanation(
        (
            "The error on hidden parts is {relative_mse:.2g} of that of filling in the mean of the visible ones.",
            "The text costs {bits:.2g} bits per character; English prose holds about 1.",
        ),
        "What is to be predicted can be copied from what is given, so nothing else has to be learned.",
        "Hide more (He et al. hide three quarters of an image), or remove repetitions from the data.",
        "He et al. 2022, Masked Autoencoders Are Scalable Vision Learners, sec. 4.1; Lee et al. 2022, Deduplicating "
        "Training Data Makes Language Models Better, sec. 1; Shannon 1951, Prediction and Entropy of Printed English",
    ),
    "memorising": Explanation(
        (
            "The loss is {seen_loss:.4g} on data that are trained on and {held_out_loss:.4g} on data held out.",
            "On data held out it was {best_held_out_loss:.4g} at its best.",
        ),
        "The network learns the training data by heart instead of what they have in common.",
        "Train on more data, augment them, stop where the held-out loss is lowest, or use a smaller network.",
        "Prechelt 1998, Early Stopping - But When?, sec. 1; Zhang et al. 2017, Understanding Deep Learning Requires "
        "Rethinking Generalization, sec. 2",
    ),
    "dimensional_collapse": Explanation(
        (
            "The effective rank of the features is {rank:.3g}; it was {first_rank:.3g} before training.",
            "The k-NN accuracy is {knn:.3f}; it was {first_knn:.3f} before training.",
        ),
        "The features differ, but only along a few directions; the other dimensions are lost.",
        "Lower the learning rate, use more negatives (a larger batch), weaken the augmentation, or add a projection "
        "head.",
        "Jing et al. 2022, Understanding Dimensional Collapse in Contrastive Self-supervised Learning",
    ),
    "unregularised": Explanation(
        ("The KL term is {kl:.3g} nats per item, {kl_per_axis:.2g} per active latent axis.",),
        "The codes of the inputs lie far apart with nothing between them, so a draw from the prior decodes to noise.",
        "Raise the weight on the KL term; 1 trains on the evidence lower bound.",
        "Higgins et al. 2017, beta-VAE, sec. 2; Hoffman & Johnson 2016, ELBO surgery",
    ),
    "bad_start": Explanation(
        ("The loss began at {first_loss:.3g}, and {chance_loss:.3g} is chance level.",),
        "The untrained network is confident and wrong: its scores are far too large.",
        "Raise the temperature (0.1 to 0.5 is usual), or start the last layer with smaller weights.",
        "Wang & Liu 2021, Understanding the Behaviour of Contrastive Loss; Karpathy 2019, A Recipe for "
        "Training Neural Networks, step 2",
    ),
    "uniform": Explanation(
        (
            "The loss is {loss:.4g}, and {chance_loss:.4g} is chance level.",
            "The accuracy of the pretext task is {accuracy:.3f}, and {chance_accuracy:.3f} is chance level.",
            "The text costs {bits:.3g} bits per character, {unigram_bits:.3g} by the frequencies of characters alone.",
        ),
        "The network does no better than guessing: its answers hardly depend on the input.",
        "Lower the temperature, raise or lower the learning rate, or check that labels and inputs belong together.",
        "Karpathy 2019, A Recipe for Training Neural Networks, step 2; Wang & Liu 2021, Understanding the Behaviour of "
        "Contrastive Loss",
    ),
    "flat": Explanation(
        ("The loss was {first_loss:.4g} at first and {loss:.4g} at the end.",),
        "Nothing was learned, or it was learned before the first value; at chance level the network guesses.",
        "Change the learning rate tenfold in both directions, fit ten items first, and check that gradients arrive.",
        "Karpathy 2019, A Recipe for Training Neural Networks, step 2",
    ),
    "too_short": Explanation(
        ("There are {rows:.0f} values of the loss.",),
        "That is too little to judge a run by.",
        "Train longer, or record the loss more often.",
        "Domhan et al. 2015, Speeding Up Automatic Hyperparameter Optimization of Deep Neural Networks by "
        "Extrapolation of Learning Curves",
    ),
    "normal": Explanation(
        (
            "The loss fell from {first_loss:.4g} to {loss:.4g}.",
            "The k-NN accuracy is {knn:.3f}; it was {first_knn:.3f} before training.",
            "The spread of the features is {spread:.2g}, and their effective rank {rank:.3g}.",
        ),
        "None of the failures that can be seen in these curves is there.",
        "Compare features with a linear probe or k-NN before trusting a lower loss.",
        "Balestriero et al. 2023, A Cookbook of Self-Supervised Learning",
    ),
    "still_improving": Explanation(
        ("Over the last third the loss fell from {third_loss:.4g} to {end_loss:.4g}.",),
        "The run ended before the network had learned what it can.",
        "Train longer.",
        "Chen et al. 2020, A Simple Framework for Contrastive Learning of Visual Representations, sec. 5.2",
    ),
}
