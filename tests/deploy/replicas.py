"""Two replicas of the image's tree behind nginx, as deploy/compose.yaml starts them."""

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.browser.serving import free_port
from tests.deploy import containerfile
from tests.deploy.containerfile import ROOT, Stage

CONF = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
UPSTREAM, LISTEN = "server page:7860;", "listen 8080;"
START_S = 240


@dataclass(frozen=True)
class Replica:
    """A page that answers at a port, its process and the file of its output."""

    port: int
    process: "subprocess.Popen[bytes]"
    log: Path


@dataclass(frozen=True)
class Site:
    """What visitors reach: its address up to the prefix, the replicas behind it, the tree that these run from."""

    url: str
    replicas: tuple[Replica, ...]
    tree: Path


def start(stage: Stage, tree: Path, folder: Path) -> Replica:
    """Start the image's command in the tree, with a temporary folder of its own."""
    temporary = folder / "tmp"
    temporary.mkdir(parents=True)
    temporary.chmod(0o777)
    port, log = free_port(), folder / "log"
    # One visitor of the tests is everybody: what is in compose.yaml, and an address of this machine alone.
    place = {"HOST": "127.0.0.1", "PORT": str(port), "GRADIO_ROOT_PATH": "/pretext", "HOSTS": "school.example"}
    command = containerfile.confined(containerfile.own(stage.command), tree, stage.user)
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            cwd=tree,
            env=containerfile.environment(stage, temporary, **place),
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    return Replica(port, process, log)


def wait(stage: Stage, replica: Replica) -> None:
    """Until the image's own check of health succeeds."""
    checked = {"PATH": os.environ["PATH"], "PORT": str(replica.port)}
    end = time.monotonic() + START_S
    while subprocess.run(containerfile.own(stage.health), env=checked, capture_output=True, check=False).returncode:
        assert replica.process.poll() is None, replica.log.read_text()[-3000:]
        assert time.monotonic() < end, replica.log.read_text()[-3000:]
        time.sleep(0.5)


@contextlib.contextmanager
def proxied(replicas: tuple[Replica, ...], folder: Path) -> Iterator[str]:
    """nginx with deploy/nginx.conf in front of replicas; yields its address up to the prefix."""
    port = free_port()
    assert UPSTREAM in CONF
    assert LISTEN in CONF
    servers = "".join(f"server 127.0.0.1:{each.port} max_fails=1; " for each in replicas)
    conf = folder / "nginx.conf"
    conf.write_text(CONF.replace(UPSTREAM, servers).replace(LISTEN, f"listen 127.0.0.1:{port};"), encoding="utf-8")
    rights = "user root; " if os.getuid() == 0 else ""
    command = ["nginx", "-p", str(folder), "-c", str(conf), "-g", f"{rights}daemon off;"]
    with (folder / "nginx.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        time.sleep(1)
        assert process.poll() is None, (folder / "nginx.log").read_text()
        yield f"http://127.0.0.1:{port}/pretext"
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextlib.contextmanager
def site() -> Iterator[Site]:
    """Build the tree of the image, serve it twice behind nginx, and stop all at the end."""
    stage = containerfile.stages((ROOT / "Containerfile").read_text(encoding="utf-8"))[-1]
    with tempfile.TemporaryDirectory(prefix="pretext-image-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)  # the replicas are other users
        tree = containerfile.build(stage, folder)
        replicas = tuple(start(stage, tree, folder / f"replica{number}") for number in (1, 2))
        for replica in replicas:
            stack.callback(replica.process.wait, 30)
            stack.callback(replica.process.terminate)
        for replica in replicas:
            wait(stage, replica)
        yield Site(stack.enter_context(proxied(replicas, folder)), replicas, tree)
