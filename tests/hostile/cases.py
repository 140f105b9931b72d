"""Tables of wrong calls with the sentence that each has to get: by the class of an input, by call, by body, by file."""

from typing import Any, NamedTuple

from tests.hostile.caller import META

NO_NUMBER = "Give a plain number."
NO_CHOICE = "Choose one of the options offered."
NO_CHOICES = "Choose only from the options offered."
NO_TEXT = "This input takes a text."
NO_FILE = "This input takes an uploaded file. Upload one first."
GONE = "This file is not here, or no longer. Upload it again."
NO_BODY = "A call is a JSON object with a list named data."
NO_PLACE = "This event needs the place that was clicked."
DEEP = "This call is nested too deeply."
BIG = "A call may have at most 1 MB."
NO_PICTURE = "This file is not a picture that can be read. Use PNG, JPEG or WebP."
NO_SOUND = "This file is not a sound that can be read. Use WAV, MP3, M4A, Ogg, FLAC or WebM."
STRANGE = {"path": "/etc/passwd", "meta": META}
FILES = [
    ("a word", "x", NO_FILE),
    ("a number", 5, NO_FILE),
    ("a number for a path", {"path": 5}, NO_FILE),
    ("a number for its kind", {"path": "x", "meta": 5}, NO_FILE),
    ("a file of the server", STRANGE, GONE),
    ("a path with a NUL", {"path": "a\0b", "meta": META}, GONE),
    ("a path of 5,000 characters", {"path": "x" * 5000, "meta": META}, GONE),
]
# What an input of this class may not get: name, value, sentence. {low} and {high} are those of the input.
WRONG: dict[str, list[tuple[str, Any, str]]] = {
    "number": [
        ("a word", "abc", NO_NUMBER),
        ("nothing", None, NO_NUMBER),
        ("truth", True, NO_NUMBER),
        ("no number", float("nan"), NO_NUMBER),
        ("infinity", float("inf"), NO_NUMBER),
        ("a list", [1], NO_NUMBER),
        ("401 digits", 10**400, NO_NUMBER),
    ],
    "slider": [
        ("a word", "abc", "Give a plain number between {low} and {high}."),
        ("nothing", None, "Give a plain number between {low} and {high}."),
        ("truth", True, "Give a plain number between {low} and {high}."),
        ("no number", float("nan"), "Give a plain number between {low} and {high}."),
        ("too much", 1e9, "1000000000.0 is outside the range from {low} to {high}."),
    ],
    "radio": [
        ("another word", "abc", NO_CHOICE),
        ("nothing", None, NO_CHOICE),
        ("a list", [], NO_CHOICE),
        ("an object", {}, NO_CHOICE),
        ("truth", True, NO_CHOICE),
    ],
    "dropdown": [("another word", "abc", NO_CHOICE), ("nothing", None, NO_CHOICE), ("a list", [[1]], NO_CHOICE)],
    "multiselect": [("one number", 5, NO_CHOICES), ("nothing", None, NO_CHOICES), ("words", ["a"], NO_CHOICES)],
    "checkboxgroup": [("one number", 5, NO_CHOICES), ("an object", {}, NO_CHOICES), ("lists", [[1]], NO_CHOICES)],
    "textbox": [
        ("a number", 5, NO_TEXT),
        ("nothing", None, NO_TEXT),
        ("a list", ["a"], NO_TEXT),
        ("half a character", "\ud800", "This text is not valid Unicode."),
    ],
    "gallery": [
        ("a word", "x", NO_FILE),
        ("numbers", [1], NO_FILE),
        ("no path", [{"image": {"path": None, "meta": META}}], NO_FILE),
        ("a file of the server", [{"image": STRANGE}], GONE),
        ("too many", [{"image": {"path": "x", "meta": META}}] * 90, "An input may hold at most 66 files."),
    ],
    "image": FILES,
    "audio": FILES,
    "imageeditor": [
        ("a word", "x", NO_FILE),
        ("numbers for layers", {"layers": [5]}, NO_FILE),
        ("a number for its name", {"id": 5}, NO_FILE),
        ("a file of the server", {"layers": [STRANGE]}, GONE),
    ],
}


class Call(NamedTuple):
    """A public call with one value replaced: the position of the value, and what has to be said."""

    name: str
    position: int
    value: Any
    sentence: str | None


CALLS = [
    Call("rotation_predict", 1, 45, NO_CHOICE),
    Call("rotation_predict", 2, "vae/mnist", NO_CHOICE),
    Call("rotation_predict", 2, "../../etc/passwd", NO_CHOICE),
    Call("rotation_grow", 2, 0.5, "Give a whole number between 0 and 4."),
    Call("rotation_trial", 0, None, "Choose or upload a picture first."),
    Call("compare_neighbours", 1, [], "Choose at least one encoder."),
    Call("compare_neighbours", 1, ["own"], NO_CHOICES),
    Call("compare_neighbours", 1, ["hub"], NO_CHOICES),
    Call("compare_few_labels", 0, "own", NO_CHOICE),
    Call("compare_few_labels", 1, 0.5, "Give a whole number between 0 and 4."),
    Call("contrastive_compare", 0, [], "Bring 2 to 16 pictures; here are 0."),
    Call("contrastive_compare", 8, -1, "-1 is outside the range from 0 to 9999."),
    Call("contrastive_compare", 8, 10**60, f"1{58 * '0'}… is outside the range from 0 to 9999."),
    Call("contrastive_loss", 0, [[10**400]], "This is not a square matrix of cosines."),
    Call("contrastive_loss", 0, [[float("nan")]], "This is not a square matrix of cosines."),
    Call("contrastive_loss", 0, [[1, 2], [3]], "This is not a square matrix of cosines."),
    Call("contrastive_loss", 0, [[None] * 4] * 4, "This is not a square matrix of cosines."),
    Call("contrastive_loss", 0, {}, "Draw and compare some views first."),
    Call("contrastive_loss", 0, 5, "Draw and compare some views first."),
    Call("masked_restore", 2, 2**31, "2147483648 is outside the range from 0 to 2147483647."),
    Call("masked_restore", 2, 2.5, "Give a whole number between 0 and 2147483647."),
    Call("masked_paint", 1, None, "Paint over the part of the picture that is to be hidden first."),
    Call("masked_paint", 1, {"id": "unknown"}, "Paint over the part of the picture that is to be hidden first."),
    Call("masked_neighbours", 0, None, "Choose or upload a picture first."),
    Call("vae_interpolate", 3, "round", NO_CHOICE),
    Call("vae_decode", 2, -4.01, "-4.01 is outside the range from -4.0 to 4.0."),
    Call("vae_encode", 0, None, "Choose or upload a picture first."),
    Call(
        "vqvae_paint",
        1,
        "1, 2",
        "Write each edit on a line of its own as four whole numbers: row, column, brush, code.",
    ),
    Call("vqvae_paint", 1, None, NO_TEXT),
    Call("vqvae_paint", 1, "0, 0, 1, 1\n" * 400, "Undo some edits first: there may be at most 300."),
    Call("vqvae_encode", 1, 48, NO_CHOICE),
    Call("vqvae_code", 0, 512, "512 is outside the range from 0 to 511."),
    Call("gan_sample", 1, 99, "99 is outside the range from 0.1 to 3.0."),
    Call("gan_sample", 0, -1, "-1 is outside the range from 0 to 2147483647."),
    Call("gan_judge", 0, None, "Choose or upload a picture first."),
    Call("generation_attend", 0, None, "Choose 1 to 8 references."),
    Call("generation_measure", 0, "none", NO_CHOICE),
    Call("gpt2_continue", 0, "", "Write the beginning of a text first."),
    Call("gpt2_continue", 0, " \n\u200b", "Write the beginning of a text first."),
    Call("gpt2_continue", 6, -1, "-1 is too small: give at least 0."),
    Call("gpt2_surprise", 0, "x" * 200_000, "A text may have at most 2,000 characters here; this one has 200,000."),
    Call("gpt2_alternatives", 1, 0, "0 is too small: give at least 1."),
    Call("gpt2_branch", 2, "a", NO_CHOICE),
    Call("bert_fill", 1, 5, NO_CHOICES),
    Call("bert_fill", 1, [-1], "-1 is outside the range from 0 to 13."),
    Call("bert_fill", 0, "", "Write a sentence first."),
    Call("bert_draw", 2, -1, "-1 is too small: give at least 0."),
    Call("audio_restore", 0, None, "Choose, record or upload a sound first."),
    Call("audio_restore", 4, 1e9, "1000000000.0 is outside the range from -1.0 to 60."),
    Call("audio_views", 1, 2.1, "2.1 is outside the range from 0.0 to 2.0."),
    Call("recommendation_next", 0, 5, NO_CHOICES),
    Call("recommendation_next", 0, [], "Pick 2 to 15 films."),
    Call("recommendation_next", 0, [1, 1, 1], "Each film can stand in the list only once."),
    Call("recommendation_next", 0, [356] * 500, "Pick 2 to 15 films."),
    Call("recommendation_hide", 2, None, NO_CHOICE),
    Call("recommendation_similar", 0, [356], NO_CHOICE),
]


class Body(NamedTuple):
    """A request that is no call: the kind of the address, a name, what is sent, the status and the sentence."""

    kind: str
    name: str
    sent: Any
    status: int
    sentence: str | None


BODIES = [
    Body("call", "rotation_predict", b"", 400, NO_BODY),
    Body("call", "rotation_predict", b"{", 400, NO_BODY),
    Body("call", "rotation_predict", b"[]", 400, NO_BODY),
    Body("call", "rotation_predict", b"null", 400, NO_BODY),
    Body("call", "rotation_predict", b"\xff\xfe", 400, NO_BODY),
    Body("call", "rotation_predict", b"[" * 100_000, 400, NO_BODY),
    Body("call", "rotation_predict", b'{"data": ' + b"[" * 500 + b"]" * 500 + b"}", 400, DEEP),
    Body("call", "rotation_predict", b'{"data": [' + b"1" * 5000 + b"]}", 400, NO_BODY),
    Body("call", "rotation_predict", b'{"data": ["' + b"x" * 2_000_000 + b'"]}', 413, BIG),
    Body("call", "rotation_predict", {}, 400, NO_BODY),
    Body("call", "rotation_predict", {"data": "x"}, 400, NO_BODY),
    Body("call", "rotation_predict", {"data": [], "session_hash": 5}, 400, NO_BODY),
    Body("call", "rotation_predict", [], 400, "This call takes 3 values; here are 0."),
    Body("call", "gpt2_continue", ["a"], 400, "This call takes 7 values; here are 1."),
    Body("run", "rotation_predict", ["a"], 400, "This call takes 3 values; here are 1."),
    Body("run", "contrastive_loss", [[[1]], "x"], 400, "Give a plain number between 0.05 and 1.0."),
    Body("run", "contrastive_loss", [[[10**400]], 0.2], 400, "This is not a square matrix of cosines."),
    Body("run", "predict", {"data": [], "fn_index": 99_999}, 404, "There is no call named 99999."),
    Body("call", "nothing", [], 404, "There is no call named nothing."),
    Body("call", "on_pick", [], 404, "There is no call named on_pick."),
    Body("call", "on_fetch", [], 404, "There is no call named on_fetch."),
    Body("call", "on_follow", [], 404, "There is no call named on_follow."),
    Body("run", "on_open", [], 404, "There is no call named on_open."),
    Body("api", "nothing", [], 404, None),  # a route that is closed
    Body("call", "x" * 3000, [], 404, f"There is no call named {59 * 'x'}…."),
    Body("call/v2", "nothing", {}, 404, "There is no call named nothing."),
    Body("call/v2", "rotation_predict", {"a": 1}, 400, "This call takes these values: picture, turn, model."),
    Body("call/v2", "gan_sample", {"seed": "x"}, 400, NO_NUMBER),
]
NUMBERS = (-1, 99_999, 10**30)  # of no event
CLICKS = [  # what an event says was clicked
    None,
    5,
    {},
    {"index": 1},
    {"index": None, "value": 1},
    {"index": "a", "value": 1},
    {"index": True, "value": 1},
    {"index": [1], "value": 1},
    {"index": [1, 2, 3], "value": 1},
    {"index": [[1], 2], "value": 1},
]
