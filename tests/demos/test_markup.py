"""Results as HTML: escaped, and drawn to scale."""

import re

from demos.page import markup
from demos.page.markup import Level, Row


def test_tables_escape_every_cell() -> None:
    found = markup.table(["<b>"], [["<script>"], ['"&']])
    assert "<script>" not in found
    assert "<b>" not in found
    assert all(part in found for part in ("&lt;b&gt;", "&lt;script&gt;", "&quot;&amp;"))
    assert found.count("<tr>") == 3


def test_bars_are_as_long_as_their_values() -> None:
    rows = [Row("a", 0.2, "20 %"), Row("b", 0.8, "80 %"), Row("c", -1, "-")]
    assert re.findall(r"width: ([\d.]+)%", markup.ranking("h", rows)) == ["25.0", "100.0", "0.0"]
    assert re.findall(r"width: ([\d.]+)%", markup.ranking("h", rows, full=1)) == ["20.0", "80.0", "0.0"]


def test_level_crosses_every_bar_and_is_named() -> None:
    found = markup.ranking("h", [Row("a", 0.2, "20 %"), Row("b", 0.8, "80 %")], level=Level("<chance>", 0.25), full=1)
    assert found.count('<em style="left: 25.0%">') == 2
    assert "&lt;chance&gt;" in found


def test_one_row_is_marked_and_heads_are_escaped() -> None:
    found = markup.ranking("<script>", [Row("a", 1, "1"), Row("b", 1, "1")], marked=1)
    assert re.findall(r'<li class="(\w*)">', found) == ["", "marked"]
    assert "<script>" not in found
