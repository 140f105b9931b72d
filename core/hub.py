"""Downloads from the Hugging Face Hub, which end with a sentence if the Hub cannot be reached or falls silent."""

import contextlib
import functools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core import shortage
from core.errors import HubUnavailable

SILENT_S = 10.0  # without a byte; a download that goes on slowly is not given up


@dataclass(frozen=True)
class Description:
    """What the Hub says of a model.

    Attributes:
        config: its config.json.
        megabytes: of the files that `download` would fetch.
        weight_bytes: of those in safetensors.
        revision: the commit that all this is true of.
    """

    config: dict[str, Any]
    megabytes: int
    weight_bytes: int
    revision: str


def download(name: str, patterns: Sequence[str], revision: str | None = None) -> Path:
    """Download the files of a model that match the patterns (or find them in the local cache); returns their folder.

    Raises:
        HubUnavailable: no network, no answer for `SILENT_S`, or no such model.
        StorageFull: no room for it on this machine.
    """
    import huggingface_hub

    with _answering(name):
        api = huggingface_hub.HfApi()
        return Path(api.snapshot_download(name, revision=revision, allow_patterns=list(patterns)))


def kept(name: str) -> Path | None:
    """The folder of a model in the local cache, or None; asks nobody."""
    import huggingface_hub
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        return Path(huggingface_hub.snapshot_download(name, local_files_only=True))  # nosec B615
    except LocalEntryNotFoundError:
        return None


def describe(name: str, patterns: Sequence[str]) -> Description:
    """Ask for the config of a model and for the size of its files that match the patterns, but not for these files.

    Raises:
        HubUnavailable: no network, no answer for `SILENT_S`, or no such model, or one without a config.
    """
    import huggingface_hub
    from huggingface_hub.utils._paths import filter_repo_objects

    with _answering(name):
        api = huggingface_hub.HfApi()
        about = api.model_info(name, files_metadata=True, timeout=SILENT_S)
        config = api.hf_hub_download(name, "config.json", revision=about.sha)
        written = json.loads(Path(config).read_text(encoding="utf-8"))
    sizes = {file.rfilename: file.size or 0 for file in about.siblings or ()}
    wanted = list(filter_repo_objects(sizes, allow_patterns=list(patterns)))
    weights = sum(sizes[file] for file in wanted if file.endswith(".safetensors"))
    return Description(written, round(sum(sizes[file] for file in wanted) / 1e6), weights, about.sha or "main")


@contextlib.contextmanager
def _answering(name: str) -> Iterator[None]:
    """Turn what the client of the Hub raises into this project's errors."""
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    be_impatient()
    try:
        yield
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, httpx2.HTTPError, OSError) as error:
        raise shortage.found(error) or HubUnavailable(
            "The Hugging Face Hub cannot be reached or has no model {name}; the bundled model stays.", name=name
        ) from error


@functools.cache
def be_impatient() -> None:
    """Let the client of the Hub give up on a machine that says nothing; by itself it waits for ever.

    Once per process: another session of the client would end the downloads of the last one.
    """
    import huggingface_hub
    from huggingface_hub.utils._http import default_client_factory

    def client() -> Any:
        made = default_client_factory()
        made.event_hooks["request"].append(limit)
        return made

    huggingface_hub.set_client_factory(client)


def limit(request: Any) -> None:
    """Give a request of the Hub's client a limit where it says None, which most of its calls do."""
    given = request.extensions.get("timeout", {})
    kinds = ("connect", "read", "write", "pool")
    limits = {kind: SILENT_S if given.get(kind) is None else given[kind] for kind in kinds}
    request.extensions = {**request.extensions, "timeout": limits}
