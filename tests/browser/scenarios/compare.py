"""What a visitor does on the comparison tab."""

import io
import zipfile

from PIL import Image
from playwright.sync_api import Page, expect

from core import checkpoints
from tests.browser.page_actions import Files, drawn, settle, source_of, text_of, unfold, upload
from tests.browser.scenarios.scenario import opens_with


@opens_with("compare-neighbours", "compare-card")
def compare(page: Page, files: Files) -> None:
    """Bring a photograph, ask another encoder, mark a picture in both maps, bring a model and labelled pictures."""
    first = text_of(page, "compare-neighbours")
    upload(page, "compare", "picture", files.photo)
    expect(page.locator("#compare-neighbours")).not_to_have_text(first)
    page.locator("#compare-encoders").get_by_label("VAE of digits").check()
    expect(page.locator("#compare-neighbours h3")).to_have_count(5)
    expect(page.locator("#compare-neighbours img").last).to_be_visible()
    unfold(page, "compare", "map")
    expect(page.locator("#compare-map-left img")).to_be_visible()
    mark_in_both_maps(page)
    by_pca = source_of(page, "compare-map-left")
    page.locator("#compare-how input[value='tsne']").check()
    expect(page.locator("#compare-map-note")).to_contain_text("t-SNE")
    expect(page.locator("#compare-map-left img")).not_to_have_attribute("src", by_pca)
    bring_model(page)
    bring_pictures(page, files)


def bring_model(page: Page) -> None:
    """It answers beside the others until it is withdrawn."""
    unfold(page, "compare", "own")
    folder = checkpoints.ROOT / "vae" / "mnist"
    brought = [folder / name for name in (checkpoints.WEIGHTS, checkpoints.CARD)]
    page.locator("#compare-own-files input[type=file]").set_input_files(brought)
    expect(page.locator("#compare-own-status")).to_contain_text("Your model")
    expect(page.locator("#compare-neighbours h3")).to_have_count(6)
    settle(page)
    page.locator("#compare-own-files button[aria-label='Clear']").click()
    expect(page.locator("#compare-neighbours h3"), "it is withdrawn").to_have_count(5)


def mark_in_both_maps(page: Page) -> None:
    """By a neighbour, with the keyboard, and by a place in the crowded part of a map; both maps are drawn again."""
    note, picture = page.locator("#compare-map-note"), page.locator("#compare-map-left img")
    for marking in ("neighbour", "map"):
        settle(page)
        before, said = [source_of(page, f"compare-map-{side}") for side in ("left", "right")], note.inner_text()
        if marking == "neighbour":
            page.locator("#compare-neighbours button[data-place]").nth(1).press("Enter")
        else:
            box = picture.bounding_box()
            assert box is not None
            picture.click(position={"x": 0.7 * box["width"], "y": 0.5 * box["height"]})
        for side, source in zip(("left", "right"), before, strict=True):
            expect(page.locator(f"#compare-map-{side} img")).not_to_have_attribute("src", source)
        expect(note).to_contain_text("Marked in blue in both maps")
        expect(note).not_to_have_text(said, use_inner_text=True)


def bring_pictures(page: Page, files: Files) -> None:
    """Thirty squares cut from a photograph, in a folder by their row; every part measures them."""
    unfold(page, "compare", "pictures")
    archive = files.photo.with_name("squares.zip")
    with Image.open(files.photo) as photo, zipfile.ZipFile(archive, "w") as packed:
        for number in range(30):
            row, column = divmod(number, 10)
            file = io.BytesIO()
            photo.crop((32 * column, 80 * row, 32 * column + 32, 80 * row + 80)).save(file, "PNG")
            packed.writestr(f"row {row}/{column}.png", file.getvalue())
    page.locator("#compare-pictures-files input[type=file]").set_input_files(archive)
    expect(page.locator("#compare-pictures-status")).to_contain_text("row 0 10, row 1 10, row 2 10")
    expect(page.locator("#compare-neighbours")).to_contain_text("pictures that you brought")
    unfold(page, "compare", "labels")
    expect(page.locator("#compare-labels tbody tr")).to_have_count(8)
    drawn(page, "compare-confusion")
    expect(page.locator("#compare-confusion .ytick").last).to_contain_text("row")
    unfold(page, "compare", "geometry")
    expect(page.locator("#compare-geometry tbody tr")).to_have_count(8)
    page.locator("#compare-geometry-fold > button").click()  # what is folded away is not measured again
    page.locator("#compare-labels-fold > button").click()
    settle(page)
    page.locator("#compare-pictures-files button[aria-label='Clear']").click()
    expect(page.locator("#compare-neighbours"), "they are withdrawn").not_to_contain_text("pictures that you brought")
