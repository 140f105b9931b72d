"""A page with AUTH is closed: every route answers 401 without the pair, and works with it, in both languages."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from demos.page import server
from demos.page.limits import Buckets
from demos.page.login import KEPT_S, WRONG_AT_ONCE, Cookies, Pair, basic
from demos.page.operations import Operations
from tests.demos.small_page import FILE, png, run, served, upload
from tests.demos.test_doors import CLOSED

USER, PASSWORD = "class 7b", "pass:word 日"
CLOSED_PAGE = server.Hosting.of({"HOSTS": "testserver", "AUTH": f"{USER}:{PASSWORD}"})
NEEDED = (
    ("GET", "/config"),
    ("GET", "/theme.css"),
    ("GET", "/favicon.ico"),
    ("GET", "/manifest.json"),
    ("GET", "/static/img/logo.svg"),
    ("GET", "/assets/index.js"),
    ("GET", "/gradio_api/info"),
    ("GET", "/gradio_api/app_id"),
    ("GET", "/gradio_api/file=/folder/a.png"),
    ("GET", "/gradio_api/heartbeat/abc"),
    ("GET", "/gradio_api/queue/data?session_hash=abc"),
    ("GET", "/gradio_api/call/size/abc"),
    ("GET", "/metrics"),
    ("POST", "/gradio_api/upload"),
    ("POST", "/gradio_api/queue/join"),
    ("POST", "/gradio_api/call/size"),
    ("POST", "/gradio_api/run/size"),
    ("POST", "/gradio_api/cancel"),
    ("POST", "/gradio_api/component_server"),
    ("PUT", "/healthz/more"),
)


@pytest.fixture
def client(own_gradio: Path) -> Iterator[TestClient]:
    with served(own_gradio, CLOSED_PAGE) as found:
        yield found


@pytest.mark.parametrize(("method", "path"), [*NEEDED, *CLOSED])
def test_everything_is_closed_without_the_pair(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, path)
    assert answer.status_code == 401
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.json() == {"detail": "Log in first: open the page again."}
    chinese = client.request(method, path, headers={"referer": "http://testserver/zh?tab=vae"})
    assert chinese.json() == {"detail": "请先登录：重新打开本页面。"}


def test_health_needs_no_pair(client: TestClient) -> None:
    assert client.get("/healthz").status_code != 401


def test_form_leads_to_the_address_that_was_asked_for(client: TestClient) -> None:
    asked = "/?tab=vae&open=train"
    form = client.get(asked)
    assert (form.status_code, form.headers["cache-control"]) == (401, "no-store")
    assert "Log in to Pretext" in form.text
    assert "gradio" not in form.text, "nothing of the page itself"
    wrong = client.post(asked, data={"username": USER, "password": PASSWORD + "x"})
    assert wrong.status_code == 401
    assert "The user name or the password is wrong." in wrong.text
    right = client.post(asked, data={"username": f" {USER}", "password": PASSWORD}, follow_redirects=False)
    assert (right.status_code, right.headers["location"]) == (303, "?tab=vae&open=train")
    assert "HttpOnly; SameSite=Lax" in right.headers["set-cookie"]
    opened = client.get(asked)
    assert opened.status_code == 200
    assert "gradio_config" in opened.text
    assert run(client, "size", {"path": upload(client, png()), "meta": FILE}) == [10, 20, 3]


def test_form_is_chinese_on_the_chinese_page(client: TestClient) -> None:
    form = client.get("/zh")
    assert '<html lang="zh-Hans">' in form.text
    assert "登录 Pretext" in form.text
    assert "用户名或密码不对。" in client.post("/zh", data={"username": USER, "password": "no"}).text


def test_programs_log_in_like_gradios_client(client: TestClient) -> None:
    """`gradio_client.Client(url, auth=(user, password))` posts to /login and keeps the cookies."""
    assert client.post("/login", data={"username": USER, "password": "no"}).status_code == 401
    assert client.post("/login", data={"username": USER, "password": PASSWORD}).json() == {"success": True}
    assert client.get("/config").status_code == 200


def test_basic_opens_single_requests(client: TestClient) -> None:
    pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    assert client.get("/metrics", headers={"authorization": f"Basic {pair}"}).status_code == 200
    for header in ("Basic", "Basic %", f"Bearer {pair}", "Basic " + base64.b64encode(b"\xff:").decode()):
        assert client.get("/metrics", headers={"authorization": header}).status_code == 401, header
    assert basic("Basic " + base64.b64encode(b"no colon").decode()) is None


def test_guessing_is_slowed_down(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """After many wrong pairs the right one is not looked at either, or guessing would go on."""
    monkeypatch.setattr(Buckets, "_level", lambda self, key, now: self.levels.get(key, (self.most, now))[0])
    for _ in range(WRONG_AT_ONCE):
        assert client.post("/login", data={"username": USER, "password": "no"}).status_code == 401
    late = client.post("/login", data={"username": USER, "password": PASSWORD})
    assert late.status_code == 429
    assert late.json() == {"detail": "Too many wrong passwords came from here. Try again in 2 seconds."}
    assert "这里输错密码的次数太多。" in client.post("/zh", data={"username": USER, "password": PASSWORD}).text
    pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    assert client.get("/config", headers={"authorization": f"Basic {pair}"}).status_code == 429


def test_long_and_odd_forms_are_wrong(client: TestClient) -> None:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    for sent in (b"", b"\xff=\xff", b"a&" * 500, b"username=a&password=" + b"x" * 2_000_000):
        assert client.post("/login", content=sent, headers=kind).status_code == 401


def test_without_a_pair_there_is_no_log_in(own_gradio: Path) -> None:
    with served(own_gradio) as client:
        form = {"username": USER, "password": PASSWORD}
        assert client.post("/login", data=form).status_code == 404
        assert client.post("/", data=form).status_code == 404
        assert client.get("/config").status_code == 200


# --- cookies ---


def test_cookies_end_and_cannot_be_made_up() -> None:
    cookies, other = Cookies(Pair("a", "b")), Cookies(Pair("a", "c"))
    value = cookies.signed(now=1000)
    assert cookies.is_good(value, now=1000 + KEPT_S - 1)
    assert not cookies.is_good(value, now=1000 + KEPT_S)
    until, _, signature = value.partition(".")
    for forged in (f"{int(until) + 1}.{signature}", f"{until}.", "", ".", f"-1.{signature}", f"²{until}.{signature}"):
        assert not cookies.is_good(forged, now=1000), forged
    assert not other.is_good(value, now=1000), "another password ends all log-ins"
    assert Cookies(Pair("a", "b")).is_good(value, now=1000), "a server that is started again keeps them"
    key = hashlib.scrypt(b"b", salt=b"pretext a", n=2**14, r=8, p=1)
    assert signature == hmac.new(key, until.encode(), "sha256").hexdigest()


def test_cookie_is_secure_behind_https(client: TestClient) -> None:
    form = {"username": USER, "password": PASSWORD}
    answer = client.post("/", data=form, headers={"x-forwarded-proto": "https"}, follow_redirects=False)
    assert "Secure; SameSite=None; Partitioned" in answer.headers["set-cookie"]


# --- the setting ---


@pytest.mark.parametrize("setting", ["", "user", "user:", ":password"])
def test_half_a_pair_does_not_start(setting: str) -> None:
    """A page that should be closed must not open by a slip of the pen."""
    with pytest.raises(ValueError, match="AUTH=user:password"):
        Operations.of({"AUTH": setting})


def test_comparison_tells_nothing_by_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """User and password are compared at once, by digests of one length, by the function that is made for it."""
    compared: list[tuple[int, int]] = []
    compare = hmac.compare_digest

    def compare_and_note(one: bytes, other: bytes) -> bool:
        compared.append((len(one), len(other)))
        return compare(one, other)

    monkeypatch.setattr("demos.page.login.hmac.compare_digest", compare_and_note)
    pair = Pair("user", "password")
    given = [("user", "password"), ("user", "passworx"), ("x", "password"), ("", ""), ("user", "p" * 10_000)]
    assert [pair.is_same(*each) for each in given] == [True, False, False, False, False]
    assert compared == [(64, 64)] * len(given)
