"""The image without a container engine: what Containerfile copies, run as another user from a tree that is read-only.

Two of them stand behind nginx with the configuration of deploy/compose.yaml. `make image-check` runs this file.
"""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from gradio_client import Client, handle_file
from playwright.sync_api import sync_playwright

from tests.browser import chromium
from tests.deploy import containerfile
from tests.deploy.containerfile import ROOT
from tests.deploy.replicas import CONF, Site, site

needs_nginx = pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed: apt-get install nginx")
TEXT = (ROOT / "Containerfile").read_text(encoding="utf-8")
PACKAGES, PAGE = containerfile.stages(TEXT)
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def served() -> Iterator[Site]:
    with site() as found:
        yield found


@pytest.fixture(scope="module")
def client(served: Site) -> Client:
    return Client(served.url + "/", verbose=False)


# --- the files ---


def test_image_holds_the_page_alone(tmp_path: Path) -> None:
    tree = containerfile.build(PAGE, tmp_path)
    files = {str(file.relative_to(tree)) for file in tree.rglob("*") if file.is_file() and file.suffix != ".pyc"}
    assert {name.split("/")[0] for name in files} == {source for sources, _ in PAGE.copies for source in sources}
    assert {"app.py", "core/rotation/explore.py", "assets/style.css", "demos/page/server.py"} <= files
    assert not [name for name in files if name.startswith(("tests", "assets/screenshots", "data", "runs"))]
    assert list(tree.glob("core/__pycache__/*.pyc")), "compiled while it can be written"


def test_ignored_files_stay_outside() -> None:
    """By Docker's rules: the last line that fits decides, also for what lies below a folder."""
    patterns = ["*", "!core", "**/__pycache__", "core/secret"]
    kept = ["core/a.py", "core/deep/b.py"]
    left = ["docs/a.md", "core/__pycache__/a.pyc", "core/secret/key", "corelike.py"]
    assert [path for path in kept + left if not containerfile.is_ignored(path, patterns)] == kept


def test_packages_are_the_locked_ones(tmp_path: Path) -> None:
    """The commands of the first stage take three packages from one place, and fix the version of every other."""
    for name in ("requirements.txt", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    (listing,) = [run for run in PACKAGES.runs if "versions.txt" in run and "pip" not in run]
    subprocess.run(["sh", "-ec", listing], cwd=tmp_path, check=True)
    (install,) = [run for run in PACKAGES.runs if "pip" in run]
    subprocess.run(["sh", "-n", "-c", install], check=True)
    trio = (tmp_path / "torch.txt").read_text().split()
    assert [line.split("==")[0] for line in trio] == ["torch", "torchvision", "torchaudio"]
    versions = (tmp_path / "versions.txt").read_text().split()
    locked = re.findall(r"^([a-z0-9][\w.-]*)==", (ROOT / "requirements.lock").read_text(), re.M)
    assert [line.split("==")[0] for line in versions] == locked
    assert set(trio) <= set(versions)


def test_containers_may_write_little() -> None:
    for name, service in COMPOSE["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert [place.split(":")[0] for place in service["tmpfs"]] == ["/var/tmp"], name
    assert PAGE.user != "0"
    assert PAGE.environment["TMPDIR"] == "/var/tmp"
    assert COMPOSE["services"]["proxy"]["depends_on"]["page"]["condition"] == "service_healthy"
    assert f"server page:{PAGE.environment['PORT']};" in CONF


# --- two of them behind nginx ---


@needs_nginx
@pytest.mark.browser
def test_replicas_are_healthy_and_confined(served: Site) -> None:
    said = httpx.get(f"{served.url}/healthz").json()
    assert (said["status"], said["queue"]["waiting"]) == ("ok", 0)
    if containerfile.can_confine():
        for replica in served.replicas:
            status = Path(f"/proc/{replica.process.pid}/status").read_text()
            assert re.findall(r"^Uid:\s+(\d+)", status, re.M) == [PAGE.user]
        probe = containerfile.confined(["touch", "core/new"], served.tree, PAGE.user)
        refused = subprocess.run(probe, cwd=served.tree, capture_output=True, text=True, check=False)
        assert "Read-only file system" in refused.stderr
    assert not (served.tree / "core" / "new").exists()


@needs_nginx
@pytest.mark.browser
def test_prefix_is_kept(served: Site) -> None:
    host = served.url.removesuffix("/pretext")
    bare = httpx.get(f"{served.url}?tab=vae")
    assert (bare.status_code, bare.headers["location"]) == (301, "/pretext/?tab=vae")
    assert httpx.get(host).headers["location"] == "/pretext/"
    assert httpx.get(f"{served.url}/config").json()["root"] == served.url
    assert 'lang="zh-Hans"' in httpx.get(f"{served.url}/zh").text
    assert httpx.get(f"{served.url}/monitoring/summary").status_code == 404
    assert httpx.get(f"{served.url}/config", headers={"host": "evil.example"}).status_code == 400
    assert httpx.get(f"{served.url}/config", headers={"host": "school.example"}).status_code == 200


@needs_nginx
@pytest.mark.browser
def test_scheme_in_front_is_believed(served: Site) -> None:
    """What ends TLS in front of nginx says so; addresses of files have to be https then."""
    seen = {"host": "school.example", "x-forwarded-proto": "https"}
    assert httpx.get(f"{served.url}/config", headers=seen).json()["root"] == "https://school.example/pretext"


def replica_of(browser: httpx.Client, url: str) -> str:
    """Which replica answers: each has an id of its own."""
    return str(browser.get(f"{url}/gradio_api/app_id").json()["app_id"])


@needs_nginx
@pytest.mark.browser
def test_sessions_stay_with_their_replica(served: Site) -> None:
    """Each browser with one, all browsers of one address with both, programs without cookies with one."""
    found = set()
    for _ in range(12):
        with httpx.Client() as browser:
            page = browser.get(f"{served.url}/")
            own = {replica_of(browser, served.url) for _ in range(6)}
            assert json.loads(re.findall(r'"app_id":\s*(\d+)', page.text)[0]) == int(min(own))
            assert len(own) == 1
            found |= own
    assert len(found) == 2
    cookie = httpx.get(f"{served.url}/").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "set-cookie" not in httpx.get(f"{served.url}/config").headers
    programs = {str(httpx.get(f"{served.url}/gradio_api/app_id").json()["app_id"]) for _ in range(6)}
    assert len(programs) == 1


@needs_nginx
@pytest.mark.browser
def test_text_streams(client: Client) -> None:
    """The first words long before the last ones: nothing in between waits for the end."""
    begun = time.monotonic()
    job = client.submit(prompt="It was the best of times", length=300, seed=1, api_name="/gpt2_continue")
    arrived = [time.monotonic() - begun for _ in job]
    assert len(arrived) > 3
    assert arrived[0] < 0.5 * arrived[-1]


@needs_nginx
@pytest.mark.browser
def test_uploads_and_results_pass(client: Client, served: Site, photo_file: Path) -> None:
    turned, truth, *_ = client.predict(handle_file(str(photo_file)), 180, api_name="/rotation_predict")
    assert "180" in truth
    assert Path(turned).read_bytes()[:4] == b"RIFF", "a picture in WebP, downloaded under the prefix"
    large = {"files": ("large.png", bytes(160_000_000), "image/png")}
    refused = httpx.post(f"{served.url}/gradio_api/upload", files=large, timeout=60)
    assert refused.status_code in (400, 413)


@needs_nginx
@pytest.mark.browser
def test_language_link_stays_below_the_prefix(served: Site) -> None:
    with ThreadPoolExecutor(1) as pool:  # this thread may have another Chromium open, which bars a second one
        addresses = pool.submit(there_and_back, served.url).result()
    assert addresses == [f"{served.url}/zh?tab=vae", f"{served.url}/?tab=vae"]


def there_and_back(url: str) -> list[str]:
    """The addresses of the Chinese page and of the English one, each opened by the link that is shown."""
    found = chromium.find()
    assert found, "There is no Chromium: `make test` installs one."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(chromium.FLAGS))
        page = browser.new_page()
        page.goto(f"{url}?tab=vae")
        page.locator("#vae-tab-button[aria-selected=true]").wait_for()
        page.locator("#language", has_text="中文").click()
        page.wait_for_url(f"{url}/zh?tab=vae")
        addresses = [page.url]
        page.locator("#language", has_text="English").click()
        page.wait_for_url(f"{url}/?tab=vae")
        addresses.append(page.url)
        browser.close()
    return addresses


@needs_nginx
@pytest.mark.browser
def test_other_replica_takes_over(served: Site) -> None:
    """Last, since one replica is gone afterwards."""
    served.replicas[0].process.terminate()
    served.replicas[0].process.wait(timeout=30)
    with httpx.Client() as browser:
        for _ in range(6):
            browser.cookies.clear()
            assert browser.get(f"{served.url}/").status_code == 200
    assert httpx.get(f"{served.url}/healthz").json()["status"] == "ok"
