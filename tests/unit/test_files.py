"""Files that are there whole or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pipelines.files import read_json, replacing, sha256_of, write_json


def test_a_file_takes_its_place_only_when_all_went_well(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file"
    with replacing(path) as temporary:
        temporary.write_text("one")
        assert not path.exists()
    assert path.read_text() == "one"

    def fail() -> None:
        with replacing(path) as temporary:
            temporary.write_text("two")
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        fail()
    assert path.read_text() == "one"
    assert [found.name for found in path.parent.iterdir()] == ["file"]


def test_what_a_crash_left_is_in_nobody_s_way(tmp_path: Path) -> None:
    left = tmp_path / ".file.partial"
    left.write_text("half")
    left.chmod(0o400)
    with replacing(tmp_path / "file") as temporary:
        assert not temporary.exists()
        temporary.write_text("whole")
    assert [found.name for found in tmp_path.iterdir()] == ["file"]


def test_json_is_written_the_same_every_time_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    write_json(path, {"b": "£ – é", "a": [1, None]})
    first = path.read_bytes()
    write_json(path, {"a": [1, None], "b": "£ – é"})
    assert path.read_bytes() == first
    assert "£ – é".encode() in first
    assert read_json(path) == {"a": [1, None], "b": "£ – é"}


@pytest.mark.parametrize("content", [b"{", b"", b"\xff\xfe{}"])
def test_a_damaged_file_is_told_by_name_and_not_by_its_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "receipt.json"
    path.write_bytes(content)
    with pytest.raises(OSError, match="the file is damaged") as raised:
        read_json(path)
    assert raised.value.filename == str(path)


def test_the_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"a\r\nb")
    assert sha256_of(path) == hashlib.sha256(b"a\r\nb").hexdigest()
