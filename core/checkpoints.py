"""Save, verify and load trained models: safetensors plus a card, bundled or from the Hugging Face Hub.

A checkpoint is a folder `assets/checkpoints/<method>/<name>/`: `model.safetensors` (half precision), `card.json` and
whatever else the model needs (a tokenizer). Nothing is ever unpickled. The card names the model's class, so
this file imports no method. Of a Hub model `config.json` names the architecture, `HUB_CLASSES` the class that opens it.
"""

import hashlib
import importlib
import json
import os
import subprocess
import threading
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, cast

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from core import hub
from core.errors import CheckpointError, HubUnavailable

TREE = Path(__file__).parent.parent
ROOT = TREE / "assets" / "checkpoints"
CARD, WEIGHTS = "card.json", "model.safetensors"
HUB_CLASSES = {
    "bert": "core.bert.model.Bert",
    "dinov2": "core.compare.model.DINOv2",
    "gpt2": "core.gpt2.model.GPT2",
    "vit_mae": "core.masked.model.MaskedAutoencoder",
    "wav2vec2": "core.audio.model.Wav2Vec2",
}
HUB_FILES = ["config.json", "*.safetensors", "tokenizer*", "vocab*", "merges.txt", "preprocessor_config.json"]


@dataclass(frozen=True)
class HubModel:
    """A model on the Hub that a tab offers, with the size that a visitor sees before fetching it."""

    name: str
    megabytes: int


HUB_MODELS = {
    "gpt2": HubModel("gpt2", 551),
    "bert": HubModel("bert-base-uncased", 441),
    "bert-zh": HubModel("bert-base-chinese", 412),
    "masked": HubModel("facebook/vit-mae-base", 448),
    "audio": HubModel("facebook/wav2vec2-base", 380),
}


@dataclass(frozen=True)
class Card:
    """What is needed to judge a checkpoint and to train it again; written by programs only.

    Attributes:
        name: "<method>/<name>".
        model: import path of the model's class.
        config: the arguments of the model's frozen Config.
        data: the data and the split that trained it, in words.
        recipe: every flag of the run.
        command: the exact command line.
        commit: the commit the recipe ran from; "-dirty" is appended if the tree had changes.
        device: processor or GPU, and number of threads or processes.
        wall_time_s: seconds of training, those of the checkpoint that it started from included.
        steps: optimizer steps taken, likewise.
        parameters: number of trainable numbers.
        metrics: set name -> metric -> value, each with its number of test items `n`.
        notes: known limits, in words.
        snapshots: per cent of the run -> metrics of the first set with the weights of that moment; empty without any.
        sha256: file name -> digest of every other file in the folder.
        start: the run that this one began from, as its card says, and the digest of its weights; else empty.
    """

    name: str
    model: str
    config: dict[str, Any]
    data: str
    recipe: dict[str, Any]
    command: str
    commit: str
    device: str
    wall_time_s: float
    steps: int
    parameters: int
    metrics: dict[str, dict[str, float]]
    notes: str = ""
    snapshots: dict[str, dict[str, float]] = field(default_factory=dict)
    sha256: dict[str, str] = field(default_factory=dict)
    start: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Checkpoint:
    """A loaded model in eval mode with the card and folder it came from; the card is None for a Hub model.

    `weights` is the file that was read; another than WEIGHTS holds those of a moment of the training.
    """

    name: str
    model: nn.Module
    card: Card | None
    folder: Path
    device: torch.device
    weights: str = WEIGHTS


class Configured(Protocol):
    """A model class as this file sees it: built from its frozen Config."""

    config_class: type

    def __call__(self, config: object) -> nn.Module: ...

    def from_hub(self, folder: Path) -> nn.Module: ...


def save(folder: Path, model: nn.Module, card: Card, extra: dict[str, bytes] | None = None) -> Card:
    """Write a checkpoint: weights in half precision, extra files, then the card with every digest.

    Args:
        folder: made if missing; files in it are replaced one by one, each by renaming.
        model: any module with a frozen dataclass in `.config`.
        card: its `sha256` is filled in here.
        extra: file name -> content, e.g. {"tokenizer.json": ...}.

    Returns:
        The card as written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / "model.safetensors.part"
    save_file(half_weights(model), temporary)
    os.replace(temporary, folder / "model.safetensors")
    return add_files(folder, replace(card, sha256={WEIGHTS: digest(folder / WEIGHTS)}), extra or {})


def add_files(folder: Path, card: Card, files: dict[str, bytes]) -> Card:
    """Write files (name -> content) beside the weights, then the card with their digests; returns it as written."""
    for name, content in files.items():
        write_whole(folder / name, content)
    written = replace(card, sha256=card.sha256 | {name: digest(folder / name) for name in files})
    write_card(folder, written)
    return written


def write_card(folder: Path, card: Card) -> None:
    """Write a checkpoint's card.json."""
    write_whole(folder / CARD, (json.dumps(asdict(card), indent=2, ensure_ascii=False) + "\n").encode())


def read_card(name: str, root: Path | None = None) -> Card:
    """Read the card of a bundled checkpoint.

    Raises:
        CheckpointError: there is none, or it is not a card.
    """
    path = (root or ROOT) / name / CARD
    if not path.is_file():
        raise CheckpointError("There is no checkpoint called {name} here.", name=name)
    try:
        return Card(**json.loads(path.read_text(encoding="utf-8")))
    except (TypeError, ValueError) as error:
        raise CheckpointError("The card of checkpoint {name} cannot be read.", name=name) from error


def bundled(method: str, root: Path | None = None) -> tuple[str, ...]:
    """Names of the checkpoints of a method that lie in the tree, e.g. ("gpt2/novels", "gpt2/tang")."""
    return tuple(sorted(f"{method}/{card.parent.name}" for card in ((root or ROOT) / method).glob(f"*/{CARD}")))


opened: dict[tuple[str, str], Checkpoint] = {}  # by place and device: what `load` keeps
_locks: dict[tuple[str, str], threading.Lock] = {}
_guard = threading.Lock()


def load(name: str, *, device: torch.device | str = "cpu", root: Path | None = None) -> Checkpoint:
    """Load a model, once per process and device: "rotation/photos", a Hub name, or a folder in either format.

    With "@25" behind its name a checkpoint comes with the weights that it had after 25 % of its training.

    Raises:
        CheckpointError: missing, damaged, or of a kind this project cannot open.
        HubUnavailable: it is not on this machine and the Hub cannot be reached.
    """
    root = root or ROOT
    key = (f"{root}/{name}", str(device))
    with _guard:  # held briefly: a slow download of one model must not block the others
        lock = _locks.setdefault(key, threading.Lock())
    with lock:
        if key not in opened:
            opened[key] = open_anew(name, torch.device(device), root)
        return opened[key]


def open_anew(name: str, device: torch.device, root: Path) -> Checkpoint:
    """`load` without keeping what was opened, for files that come and go."""
    name, _, percent = name.partition("@")
    if percent and not percent.isdecimal():
        raise CheckpointError("There is no checkpoint called {name} here.", name=f"{name}@{percent}")
    folder = root / name
    if not folder.is_dir() and Path(name).is_dir():
        folder = Path(name)
    weights = snapshot_file(int(percent)) if percent not in ("", "100") else WEIGHTS
    if (folder / CARD).is_file():
        card = read_card(folder.name, folder.parent)
        model = _open_own(card, folder, weights)
    else:
        card = None
        folder = folder if (folder / "config.json").is_file() else fetch(name)
        model = _open_hub(name, folder)
    model.to(device).eval().requires_grad_(False)
    return Checkpoint(name, model, card, folder, device, weights)


def snapshot_file(percent: int) -> str:
    """Name of the file with the weights after that share of the training."""
    return f"at-{percent:03d}.safetensors"


def _open_own(card: Card, folder: Path, weights_file: str) -> nn.Module:
    for name, expected in {WEIGHTS: "", weights_file: "", **card.sha256}.items():
        if not (folder / name).is_file() or digest(folder / name) != expected:
            raise CheckpointError("File {file} of checkpoint {name} is damaged.", file=name, name=card.name)
    model_class = find_class(card.model)
    try:
        config = model_class.config_class(**card.config)
    except TypeError as error:
        raise CheckpointError("The card of checkpoint {name} cannot be read.", name=card.name) from error
    model = model_class(config)
    weights = load_file(folder / weights_file)
    if _shapes(weights) != _shapes(_untied(model)):
        raise CheckpointError("The weights of checkpoint {name} do not fit its card.", name=card.name)
    fill(model, weights)
    return model


def blank(name: str, root: Path | None = None) -> nn.Module:
    """A new network of the class and config of a bundled checkpoint, without its weights.

    Raises:
        CheckpointError: there is no such checkpoint.
    """
    model_class = find_class((card := read_card(name, root)).model)
    return model_class(model_class.config_class(**card.config))


def fill(model: nn.Module, weights: dict[str, Tensor]) -> None:
    """Load weights that `half_weights` gave; tied ones, which are stored once, share storage with a loaded one."""
    model.load_state_dict({name: _full(tensor) for name, tensor in weights.items()}, strict=False)


def half_weights(model: nn.Module) -> dict[str, Tensor]:
    """A model's state as it is shipped: in half precision on the CPU, tied weights once."""
    return {name: _half(tensor) for name, tensor in _untied(model).items()}


def _open_hub(name: str, folder: Path) -> nn.Module:
    kind = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("model_type")
    if kind not in HUB_CLASSES:
        raise CheckpointError("{name} is a {kind} model, which this page cannot open.", name=name, kind=kind)
    return find_class(HUB_CLASSES[kind]).from_hub(folder)


def find_class(path: str) -> Configured:
    """Import a model class named by a card; only from `core.`, so a card cannot run other code."""
    module, _, attribute = path.rpartition(".")
    ours = module.startswith("core.") and (TREE / (module.replace(".", "/") + ".py")).is_file()
    found = getattr(importlib.import_module(module), attribute, None) if ours else None
    if not hasattr(found, "config_class") and not hasattr(found, "from_hub"):
        raise CheckpointError("The card names {path}, which is not a model of this project.", path=path)
    return cast(Configured, found)


def at_hand(name: str, root: Path | None = None) -> bool:
    """Whether `load` needs no download: a bundled checkpoint, a folder, or a Hub model in the local cache."""
    import huggingface_hub

    name = name.partition("@")[0]  # a snapshot lies beside the finished weights
    if ((root or ROOT) / name / CARD).is_file() or Path(name).is_dir():
        return True
    kept = (huggingface_hub.try_to_load_from_cache(name, file) for file in ("config.json", "model.safetensors"))
    return all(isinstance(path, str) for path in kept)


def fetch(name: str, revision: str | None = None) -> Path:
    """Download a Hub model (or find it in the local cache) and return its folder.

    Args:
        name: on the Hub.
        revision: a commit; None for the newest.

    Raises:
        HubUnavailable: no network, no answer, no such model, or nothing in safetensors there.
        StorageFull: no room for it on this machine.
    """
    folder = hub.download(name, HUB_FILES, revision)
    if not any(folder.glob("*.safetensors")):
        raise HubUnavailable("{name} came without safetensors, the only format this page opens.", name=name)
    return folder


def digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old one or the new one, never half of either."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    os.replace(part, path)


def commit() -> str:
    """The commit this tree stands at, with "-dirty" where tracked files differ; "unknown" outside a repository."""
    head = _git("rev-parse", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", "core").stdout.strip()
    return "unknown" if head.returncode else head.stdout.strip() + ("-dirty" if changed else "")


def _git(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *words], cwd=TREE, capture_output=True, text=True, check=False)


def _untied(model: nn.Module) -> dict[str, Tensor]:
    """The state without tensors that share their storage with an earlier one, e.g. a tied output embedding."""
    seen: set[int] = set()
    state = {}
    for name, tensor in model.state_dict().items():
        if tensor.numel() == 0 or tensor.data_ptr() not in seen:
            state[name] = tensor
        seen.add(tensor.data_ptr())
    return state


def _shapes(state: dict[str, Tensor]) -> dict[str, torch.Size]:
    return {name: tensor.shape for name, tensor in state.items()}


def _half(tensor: Tensor) -> Tensor:
    tensor = tensor.detach().cpu().contiguous()
    return tensor.half() if tensor.is_floating_point() else tensor


def _full(tensor: Tensor) -> Tensor:
    return tensor.float() if tensor.is_floating_point() else tensor
