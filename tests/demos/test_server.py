"""Pictures in the cache: where Gradio expects them, and whole at every moment."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from gradio import processing_utils
from PIL import Image

from demos.page.server import save_whole

PICTURE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8))


def test_path_and_content_are_gradios_own(tmp_path: Path) -> None:
    theirs = Path(processing_utils.save_pil_to_cache(PICTURE, str(tmp_path / "theirs"), format="png"))
    ours = Path(save_whole(PICTURE, str(tmp_path / "ours"), format="png"))
    assert ours.relative_to(tmp_path / "ours") == theirs.relative_to(tmp_path / "theirs")
    assert ours.read_bytes() == theirs.read_bytes()


def test_whoever_reads_while_it_is_written_again_gets_all_of_it(tmp_path: Path) -> None:
    path = Path(save_whole(PICTURE, str(tmp_path)))
    size = path.stat().st_size
    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(save_whole, PICTURE, str(tmp_path)) for _ in range(40)]
        sizes = {len(path.read_bytes()) for _ in range(400)}
        assert {writer.result() for writer in writers} == {str(path)}
    assert sizes == {size}
    assert [file.name for file in path.parent.iterdir()] == [path.name], "no part is left lying about"
