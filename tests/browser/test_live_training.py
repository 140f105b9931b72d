"""Training in the page, as visitors do it: on their own pictures, together, and without disturbing others."""

import json
import re
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from core.data import bundled
from tests.browser.conftest import Opener
from tests.browser.page_actions import settle, unfold
from tests.core.data.test_archives import packed

pytestmark = pytest.mark.browser
FINISHED = re.compile(r"Finished after \d+ seconds and \d+ steps")


def own_archive(folder: Path) -> Path:
    """60 emoji of two groups in two folders, and a file that is no picture."""
    gallery = bundled.emoji_gallery()
    files = {"notes/broken.png": b"no picture"}
    for group in ("Animals & Nature", "Travel & Places"):
        chosen = [image for image, name in zip(gallery.images, gallery.groups, strict=True) if name[0] == group][:30]
        for number, image in enumerate(chosen):
            path = folder / "one.png"
            Image.fromarray(np.asarray(image)).save(path)
            files[f"{group[:6]}/{number}.png"] = path.read_bytes()
    return packed(folder / "own.zip", files)


def begin(page: Page, seconds: int, method: str = "rotation") -> None:
    box = page.locator(f"#{method}-train-budget input[type=number]")
    box.fill(str(seconds))
    box.press("Tab")
    page.locator(f"#{method}-train-start").click()


def status(page: Page) -> str:
    return page.locator("#rotation-train-live .train-status").inner_text()


def link_of(page: Page) -> str:
    field = page.locator("#rotation-train-link textarea, #rotation-train-link input")
    expect(field).to_have_value(re.compile("run="))
    return field.input_value()


def test_own_pictures_are_trained_on_and_the_weights_used(visit: Opener, tmp_path: Path) -> None:
    page = visit(1440).go("/?tab=rotation")
    unfold(page, "rotation", "train")
    page.locator("#rotation-train-data").get_by_text("my own").click()
    page.locator("#rotation-train-files input[type=file]").set_input_files(own_archive(tmp_path))
    expect(page.locator("#rotation-train-files").get_by_text("own.zip")).to_be_visible()
    begin(page, 10)
    live = page.locator("#rotation-train-live")
    expect(live).to_contain_text("Trained on 60 of your pictures")
    expect(live).to_contain_text("broken.png")
    expect(live).to_contain_text(FINISHED)
    curves = live.locator(".curve svg")
    heads = [str(curves.nth(number).get_attribute("aria-label")) for number in range(curves.count())]
    assert [head.split(":")[0] for head in heads] == [
        "loss",
        "own question answered",
        "k-NN accuracy",
        "spread of the features",
        "effective rank",
        "loss",
    ]
    drawn = str(live.locator("path").first.get_attribute("d"))
    heights = [float(y) for _, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", drawn)]
    assert np.mean(heights[-3:]) > np.mean(heights[:3]), "the loss falls: lower is further down"
    files = page.locator("#rotation-train-weights a[href]")
    expect(files).to_have_count(2)
    card = json.load(urllib.request.urlopen(str(files.first.get_attribute("href"))))
    assert card["steps"] == int(re.findall(r"and (\d+) steps", status(page))[0])
    page.locator("#rotation-model").get_by_text("your training").click()
    settle(page)
    page.locator("#rotation-go").click()
    settle(page)
    expect(page.locator("#rotation-verdict")).not_to_be_empty()


def test_a_class_watches_one_run(visit: Opener) -> None:
    page = visit(1440).go("/?tab=rotation")
    unfold(page, "rotation", "train")
    begin(page, 60)
    address = link_of(page)
    pupil = visit(390, "zh").go("/zh" + address[address.index("?") :])
    expect(pupil.locator("#rotation-train-live .train-status")).to_contain_text("秒，")
    expect(pupil.locator("#rotation-train-live .curve")).to_have_count(6)
    token = address.split("run=")[1]
    for each in (page, pupil):  # "Copy link" passes the run on, whoever started it
        each.locator("#rotation-copy").click()
        expect(each.locator("#rotation-link textarea, #rotation-link input")).to_have_value(re.compile(f"run={token}"))
    page.locator("#rotation-train-stop").click()
    expect(page.locator("#rotation-train-live")).to_contain_text(FINISHED)
    expect(pupil.locator("#rotation-train-live")).to_contain_text("训练结束")
    steps = [re.findall(r"(\d+)(?: steps| 步)", status(each)) for each in (page, pupil)]
    assert steps[0] == steps[1], "one run"
    expect(pupil.locator("#rotation-train-weights a[href]")).to_have_count(2)


def test_leaving_ends_the_run(visit: Opener) -> None:
    page = visit(1440).go("/?tab=rotation")
    unfold(page, "rotation", "train")
    begin(page, 300)
    expect(page.locator("#rotation-train-live .curve")).to_have_count(6)
    address = link_of(page)
    elsewhere = visit(1440).go("/?tab=vae")
    elsewhere.wait_for_timeout(3000)
    found = visit(390).go("/" + address[address.index("?") :])
    expect(found.locator("#rotation-train-live")).to_contain_text(FINISHED)


def test_others_are_answered_meanwhile(visit: Opener) -> None:
    page = visit(1440).go("/?tab=rotation")
    unfold(page, "rotation", "train")
    begin(page, 60)
    expect(page.locator("#rotation-train-live .curve")).to_have_count(6)
    other = visit(390).go("/?tab=rotation")
    settle(other)
    other.locator("#rotation-turn input[value='180']").check()
    other.locator("#rotation-go").click()
    expect(other.locator("#rotation-truth")).to_contain_text("180")
    assert "seconds" in status(page)
    assert not FINISHED.search(status(page)), "the training goes on"


def test_positives_only_are_named_as_collapse(visit: Opener) -> None:
    page = visit(1440).go("/?tab=contrastive")
    unfold(page, "contrastive", "train")
    page.locator("#contrastive-train-break").get_by_text("positives only").click()
    begin(page, 30, "contrastive")
    live = page.locator("#contrastive-train-live")
    expect(live.locator(".findings section").first).to_contain_text("Collapsed")
    expect(live.locator(".findings section").first).to_contain_text("Chen & He 2021")
    expect(live).to_contain_text(FINISHED)


def test_curves_from_elsewhere_are_judged(visit: Opener, tmp_path: Path) -> None:
    page = visit(1440).go("/?tab=rotation")
    unfold(page, "rotation", "train")
    curves = tmp_path / "mine.csv"
    curves.write_text("step,loss,knn\n" + "".join(f"{step},{1.386},{0.3}\n" for step in range(40)), encoding="utf-8")
    page.locator("#rotation-train-csv").locator("xpath=..").locator("input[type=file]").set_input_files(curves)
    expect(page.locator("#rotation-train-found section").first).to_contain_text("Flat")
    expect(page.locator("#rotation-train-found section").first).to_contain_text("1.386 at first and 1.386 at the end")


def test_trained_network_is_compared(visit: Opener, tmp_path: Path) -> None:
    """By the weights that were downloaded, and by the link of the run."""
    page = visit(1440).go("/?tab=rotation")
    unfold(page, "rotation", "train")
    begin(page, 10)
    expect(page.locator("#rotation-train-live")).to_contain_text(FINISHED)
    address, files = link_of(page), page.locator("#rotation-train-weights a[href]")
    expect(files).to_have_count(2)
    kept = [tmp_path / "card.json", tmp_path / "model.safetensors"]
    for number, path in enumerate(kept):
        path.write_bytes(urllib.request.urlopen(str(files.nth(number).get_attribute("href"))).read())
    page = visit(1440).go("/?tab=compare")
    unfold(page, "compare", "own")
    page.locator("#compare-own-files input[type=file]").set_input_files(kept)
    expect(page.locator("#compare-own-status")).not_to_be_empty()
    rows = page.locator("#compare-neighbours")
    expect(rows).to_contain_text("Your model")
    expect(rows).not_to_contain_text("pictures encoded")
    settle(page)
    by_files = rows.inner_text()
    page = visit(1440).go("/?tab=compare")
    unfold(page, "compare", "own")
    box = page.locator("#compare-own-link textarea, #compare-own-link input")
    box.fill(address)
    box.press("Enter")
    expect(page.locator("#compare-own-status")).not_to_be_empty()
    expect(page.locator("#compare-neighbours")).to_have_text(by_files, use_inner_text=True)
    settle(page)
