"""One session that asks too fast is told so in its language; a class behind one address is answered."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient
from starlette.types import Scope

from demos.page import limits, server
from demos.page.limits import ADDRESS_PER_MINUTE, SESSION_PER_MINUTE, Buckets, Limits
from tests.demos.small_page import served


def scope(client: str | None = "10.0.0.1", *forwarded: str) -> Scope:
    headers = [(b"x-forwarded-for", each.encode()) for each in forwarded]
    return {"type": "http", "client": (client, 1) if client else None, "headers": headers}


def test_bucket_fills_at_its_rate() -> None:
    """A slow transcription: tokens in sixtieths of a minute."""
    buckets = Buckets(60, most=3)
    taken = [buckets.take("a", now) for now in (0, 0, 0, 0, 0.5, 1, 1, 10, 10, 10, 10)]
    assert taken == pytest.approx([0, 0, 0, 1, 0.5, 0, 1, 0, 0, 0, 1])
    assert buckets.take("b", 10) == 0, "another key has its own"
    assert buckets.wait("b", 10) == buckets.wait("b", 10) == 0, "looking takes nothing"


def test_zero_is_no_limit() -> None:
    buckets = Buckets(0)
    assert {buckets.take("a", 0) for _ in range(10_000)} == {0}
    assert buckets.levels == {}


def test_buckets_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_KEYS", 100)
    buckets = Buckets(60)
    for number in range(1000):
        buckets.take(str(number), now=number)
        buckets.take("busy", now=number)
    assert len(buckets.levels) == 100
    assert "busy" in buckets.levels


def test_class_of_a_hundred_is_not_locked_out() -> None:
    """All follow one link at once and then ask every other second for ten minutes, from one address."""
    one = Limits()
    now, refused = 0.0, 0
    for second in range(0, 600, 2):
        for pupil in range(100):
            now = second + pupil / 100
            refused += one.sessions.take(str(pupil), now) > 0 or one.addresses.take("school", now) > 0
    assert refused == 0
    flood = [one.addresses.take("school", now) for _ in range(ADDRESS_PER_MINUTE + 1)]
    assert flood[-1] > 0


def test_address_is_the_last_hop_only_behind_a_proxy() -> None:
    plain, proxied = Limits(), Limits.of({"PROXY": "1"})
    forged = scope("10.0.0.1", "1.1.1.1, 2.2.2.2", "3.3.3.3")
    assert plain.address(forged) == "10.0.0.1"
    assert proxied.address(forged) == "3.3.3.3"
    assert proxied.address(scope("10.0.0.1", "1.1.1.1 , 2.2.2.2 ")) == "2.2.2.2"
    assert proxied.address(scope("10.0.0.1")) == "10.0.0.1"
    assert proxied.address(scope(None, ", ")) == ""


def test_limits_are_read_from_variables() -> None:
    here, there = Limits.of({}), Limits.of({"RATE_SESSION": "10", "RATE_ADDRESS": "0", "PROXY": "1"})
    assert (here.sessions.most, here.addresses.most, here.proxied) == (SESSION_PER_MINUTE, ADDRESS_PER_MINUTE, False)
    assert (there.sessions.most, there.addresses.most, there.proxied) == (10, 0, True)


# --- on the page ---


def hosting(**variables: str) -> server.Hosting:
    return server.Hosting.of({"HOSTS": "testserver", **variables})


def join(client: TestClient, session: str, referer: str = "http://testserver/") -> tuple[int, str]:
    number = next(each["id"] for each in client.get("/config").json()["dependencies"] if each["api_name"] == "slow")
    body = {"fn_index": number, "data": [None], "session_hash": session}
    answer = client.post("/gradio_api/queue/join", json=body, headers={"referer": referer})
    return answer.status_code, answer.json().get("detail", "")


def test_fast_session_is_refused_and_others_are_not(own_gradio: Path) -> None:
    with served(own_gradio, hosting(RATE_SESSION="3")) as client:
        assert [join(client, "fast")[0] for _ in range(4)] == [200, 200, 200, 429]
        assert join(client, "fast") == (429, "You ask very fast. Try again in 20 seconds.")
        assert join(client, "other")[0] == 200


def test_address_is_limited_whatever_session_it_names(own_gradio: Path) -> None:
    with served(own_gradio, hosting(RATE_ADDRESS="3")) as client:
        found = [join(client, f"made up {number}") for number in range(4)]
        assert [status for status, _ in found] == [200, 200, 200, 429]
        assert found[-1][1] == "Very many questions come from your network. Try again in 20 seconds."
        assert client.post("/gradio_api/call/slow", json={"data": [None]}).status_code == 429
        files = {"files": ("a.png", b"x", "image/png")}
        upload = client.post("/gradio_api/upload", files=files, headers={"referer": "http://testserver/zh"})
        assert (upload.status_code, upload.text) == (429, "你所在的网络提问太多。请 20 秒后再试。")


def test_forwarded_addresses_have_buckets_of_their_own(own_gradio: Path) -> None:
    with served(own_gradio, hosting(RATE_ADDRESS="1", PROXY="1")) as client:

        def status(address: str) -> int:
            headers = {"x-forwarded-for": f"9.9.9.9, {address}"}
            return client.post("/gradio_api/call/slow", json={"data": [None]}, headers=headers).status_code

        assert [status("1.1.1.1"), status("1.1.1.1"), status("2.2.2.2")] == [200, 429, 200]
