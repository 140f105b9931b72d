"""Every answer says what the page may load and who may show it in a frame."""

from pathlib import Path

from demos.page.headers import content_policy
from tests.demos.small_page import served


def parts(policy: str) -> dict[str, list[str]]:
    return {name: sources for name, *sources in (part.split() for part in policy.split("; "))}


def test_answers_carry_the_headers(own_gradio: Path) -> None:
    with served(own_gradio) as client:
        for path in ("/", "/config", "/monitoring", "/gradio_api/file=/etc/passwd"):
            found = client.get(path).headers
            assert found["x-content-type-options"] == "nosniff"
            assert found["referrer-policy"] == "same-origin"
            assert "x-frame-options" not in found, "it would forbid Hugging Face Spaces"
            assert found["content-security-policy"] == content_policy()


def test_nothing_leaves_for_another_machine() -> None:
    found = parts(content_policy())
    assert found["connect-src"] == ["'self'", "data:", "blob:"]
    assert found["default-src"] == found["base-uri"] == found["form-action"] == ["'self'"]
    assert found["object-src"] == found["frame-src"] == ["'none'"]
    assert not [
        source for name, sources in found.items() if name != "frame-ancestors" for source in sources if "//" in source
    ]


def test_spaces_may_frame_the_page() -> None:
    assert parts(content_policy())["frame-ancestors"] == ["'self'", "https://huggingface.co", "https://*.hf.space"]
    assert parts(content_policy(""))["frame-ancestors"] == ["'self'"]
    assert parts(content_policy("https://a.org"))["frame-ancestors"] == ["'self'", "https://a.org"]


def test_public_link_may_load_its_scripts() -> None:
    found = parts(content_policy(share=True))
    for name in ("script-src", "style-src", "connect-src", "font-src"):
        assert "https://gradio.s3-us-west-2.amazonaws.com" in found[name]
