"""The page past one machine: `python -m deploy.ray_serve` answers its questions by Ray Serve.

One process serves the page, because Gradio keeps sessions, queue and streams in one; `demos.page.backend` hands it the
answers of replicas, one deployment per method, on any machine of the cluster. Questions are pure functions: one whose
replica dies is asked again, and a stream goes on where it stopped. Within a replica, GPT-2's streams share forward
passes (`core/gpt2/batching.py`).

Environment: what `app.py` takes; RAY_ADDRESS names a cluster, else one is started on this machine; REPLICAS is the
largest number of replicas per method (2), REPLICA_CPUS the cores that Ray sets aside for each (0.1).
"""

import dataclasses
import functools
import importlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

import ray
from ray import serve
from ray.exceptions import RayActorError
from ray.serve.handle import DeploymentHandle

import app
from core.errors import PretextError
from core.models import Here
from demos.page import backend
from demos.page.backend import Local

R = TypeVar("R")
AT_ONCE = 32  # questions in a replica; GPT-2's streams share a batch
TRIES = 4


class File(NamedTuple):
    """A visitor's file on its way to another machine."""

    name: str
    content: bytes


class Mistake(NamedTuple):
    """A visitor's mistake on its way back, instead of an answer; Ray would wrap the error in one of its own."""

    kind: type[PretextError]
    sentence: str
    values: dict[str, Any]


class Asked(NamedTuple):
    """A question: a function of `core`, by module and name, and its arguments."""

    module: str
    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


@serve.deployment
class Replica:
    """Answers the questions of one method; each takes a core of the replica's, as in the page's own process."""

    def __init__(self, method: str) -> None:
        importlib.import_module(f"core.{method}.explore")
        self.local = Local()
        self.folder = tempfile.TemporaryDirectory()
        self.pid = os.getpid()

    def ask(self, asked: Asked) -> Any:
        """The answer, or the visitor's mistake."""
        try:
            return self.local.ask(self._call(asked))
        except PretextError as error:
            return Mistake(type(error), error.sentence, error.values)

    def stream(self, asked: Asked, skip: int, together: bool) -> Iterator[Any]:
        """The answers but for the first `skip`, which another replica has given; then a mistake, if there is one."""
        try:
            steps = self.local.stream(self._call(asked), together=together)
            yield from after(steps, skip)
        except PretextError as error:
            yield Mistake(type(error), error.sentence, error.values)

    def process(self) -> int:
        """The number of the replica's process."""
        return self.pid

    def _call(self, asked: Asked) -> Callable[[], Any]:
        function = getattr(importlib.import_module(asked.module), asked.name)
        args, kwargs = unpacked((asked.args, asked.kwargs), Path(self.folder.name))
        return functools.partial(function, *args, **kwargs)


class OnReplicas:
    """A backend of `demos.page.backend`: asks the deployment of the function's method.

    Args:
        handles: method -> its deployment.
        folder: of visitors' files, whose content goes along.
    """

    def __init__(self, handles: dict[str, DeploymentHandle[Any]], folder: Path) -> None:
        self.handles = handles
        self.folder = folder
        self.local = Local()

    def ask(self, question: Callable[[], R]) -> R:
        """What a replica answers; what a visitor trained or brought is in this process and is asked here."""
        asked = packed(question, self.folder)
        if asked is None:
            return self.local.ask(question)
        for attempt in range(TRIES):
            try:
                return cast(R, answer(self._handle(asked).ask.remote(asked).result()))
            except RayActorError:
                if attempt == TRIES - 1:
                    raise
        raise AssertionError

    def stream(self, question: Callable[[], Iterator[R]], *, together: bool) -> Iterator[R]:
        """What a replica yields, and after its death another one."""
        asked = packed(question, self.folder)
        if asked is None:
            yield from self.local.stream(question, together=together)
            return
        given, deaths = 0, 0
        while True:
            try:
                steps: Any = self._handle(asked).options(stream=True).stream.remote(asked, given, together)
                for each in steps:
                    yield cast(R, answer(each))
                    given += 1
                return
            except RayActorError:
                deaths += 1
                if deaths == TRIES:
                    raise

    def _handle(self, asked: Asked) -> DeploymentHandle[Any]:
        return self.handles[asked.module.split(".")[1]]


def after(steps: Iterator[R], skip: int) -> Iterator[R]:
    """What comes after the first `skip`; the last in any case, since how many there are may depend on time."""
    number, step = 0, None
    for number, step in enumerate(steps, 1):
        if number > skip:
            yield step
    if step is not None and number <= skip:
        yield step


def answer(found: Any) -> Any:
    """An answer as it came; raises the visitor's mistake."""
    if isinstance(found, Mistake):
        raise found.kind(found.sentence, **found.values)
    return found


def packed(question: Callable[[], Any], folder: Path) -> Asked | None:
    """A question for another process, with the content of visitors' files; None if it needs this process's files."""
    function, args, kwargs = (getattr(question, part) for part in ("func", "args", "keywords"))
    if any(isinstance(value, Here) for value in leaves((args, kwargs))):
        return None
    args, kwargs = changed((args, kwargs), lambda value: _file(value, folder))
    return Asked(function.__module__, function.__qualname__, args, kwargs)


def _file(value: Any, folder: Path) -> Any:
    inside = isinstance(value, str) and os.path.isabs(value) and Path(value).is_relative_to(folder)
    return File(Path(value).name, Path(value).read_bytes()) if inside else value


def unpacked(value: Any, folder: Path) -> Any:
    """Arguments as they were, with files written into `folder`, each in one of its own."""

    def written(each: Any) -> Any:
        if not isinstance(each, File):
            return each
        path = Path(tempfile.mkdtemp(dir=folder)) / each.name
        path.write_bytes(each.content)
        return str(path)

    return changed(value, written)


def changed(value: Any, change: Callable[[Any], Any]) -> Any:
    """A value with every leaf of its plain tuples, lists and dicts changed; named tuples are leaves."""
    if type(value) in (tuple, list):
        return type(value)(changed(each, change) for each in value)
    if isinstance(value, dict):
        return {key: changed(each, change) for key, each in value.items()}
    return change(value)


def leaves(value: Any) -> Iterator[Any]:
    """The values in tuples, lists, dicts and dataclasses."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = [getattr(value, item.name) for item in dataclasses.fields(value)]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (tuple, list)):
        for each in value:
            yield from leaves(each)
    else:
        yield value


def deploy(methods: Iterable[str], replicas: tuple[int, int], cpus: float) -> dict[str, DeploymentHandle[Any]]:
    """Start one deployment per method.

    Args:
        methods: folders of `core`.
        replicas: the least and the most of each; in between there are as many as its questions need.
        cpus: that Ray sets aside for a replica.
    """
    return {
        method: serve.run(application(method, replicas, cpus), name=method, route_prefix=None) for method in methods
    }


def application(method: str, replicas: tuple[int, int], cpus: float) -> serve.Application:
    """The deployment of a method."""
    least, most = replicas
    scaling = {"min_replicas": least, "max_replicas": most, "target_ongoing_requests": 2}
    options = Replica.options(  # type: ignore[attr-defined]
        name=method, autoscaling_config=scaling, max_ongoing_requests=AT_ONCE, ray_actor_options={"num_cpus": cpus}
    )
    return cast(serve.Application, options.bind(method))


def main() -> None:
    """Start the replicas, then the page."""
    ray.init(address=os.environ.get("RAY_ADDRESS"), log_to_driver=False)
    folder = Path(os.environ.get("GRADIO_TEMP_DIR") or tempfile.gettempdir())
    methods = [method for group in app.GROUPS.values() for method in group]
    replicas, cpus = int(os.environ.get("REPLICAS", "2")), float(os.environ.get("REPLICA_CPUS", "0.1"))
    backend.use(OnReplicas(deploy(methods, (1, replicas), cpus), folder))
    app.main()


if __name__ == "__main__":
    main()
