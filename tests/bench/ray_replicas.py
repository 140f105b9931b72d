"""`python -m tests.bench.ray_replicas`: answers per second of one process, and of two replicas of Ray Serve.

On this machine. Twelve visitors at a time ask for restored pictures, each with a mask of its own, so that none is a
kept answer.
"""

import functools
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import ray
from ray import serve

from core.data import bundled
from core.masked import explore
from demos.page.backend import Local
from deploy.ray_serve import OnReplicas, deploy

VISITORS, QUESTIONS = 12, 240


def question(seed: int) -> Callable[[], Any]:
    """A question of its own for every seed."""
    return functools.partial(explore.restore, bundled.photographs()[0].image, 0.75, seed=seed)


def per_second(ask: Callable[[Callable[[], Any]], Any]) -> float:
    """Answers per second, after a few that open the model."""
    with ThreadPoolExecutor(VISITORS) as visitors:
        list(visitors.map(ask, map(question, range(10_000, 10_000 + 4 * VISITORS))))
        begun = time.perf_counter()
        list(visitors.map(ask, map(question, range(QUESTIONS))))
    return QUESTIONS / (time.perf_counter() - begun)


def main() -> None:
    """Print both."""
    print(f"one process: {per_second(Local().ask):.1f} answers per second", flush=True)
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, configure_logging=False)
    with tempfile.TemporaryDirectory() as folder:
        replicas = OnReplicas(deploy(("masked",), (2, 2), cpus=0.1), Path(folder))
        print(f"two replicas: {per_second(replicas.ask):.1f} answers per second")
    serve.shutdown()  # type: ignore[no-untyped-call]
    ray.shutdown()


if __name__ == "__main__":
    main()
