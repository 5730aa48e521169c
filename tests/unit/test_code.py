"""The hash that names the code."""

from __future__ import annotations

import shutil
from pathlib import Path

from pipelines.code import code_sha256, content_sha256


def project(folder: Path) -> Path:
    for name, text in {
        "pipelines/a.py": "a = 1\n",
        "pipelines/deep/b.py": "b = 1\n",
        "dbt_project/models/m.sql": "select 1\n",
        "schemas/config/s.json": "{}\n",
        "requirements.lock": "x==1\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_the_same_content_has_the_same_hash_anywhere(tmp_path: Path) -> None:
    one = project(tmp_path / "one")
    shutil.copytree(one, tmp_path / "elsewhere" / "two")
    assert code_sha256(one) == code_sha256(tmp_path / "elsewhere" / "two")


def test_what_runs_leave_behind_and_what_is_not_code_does_not_count(tmp_path: Path) -> None:
    one = project(tmp_path / "one")
    before = code_sha256(one)
    for name in ("pipelines/__pycache__/a.py", "dbt_project/target/m.sql", "dbt_project/logs/l.json", "pipelines/notes.txt"):
        (one / name).parent.mkdir(parents=True, exist_ok=True)
        (one / name).write_text("x")
    (one / "docs").mkdir()
    (one / "docs" / "conf.py").write_text("x")
    assert code_sha256(one) == before


def test_a_changed_a_renamed_and_a_new_file_count(tmp_path: Path) -> None:
    one = project(tmp_path / "one")
    seen = [code_sha256(one)]
    (one / "pipelines/a.py").write_text("a = 2\n")
    seen.append(code_sha256(one))
    (one / "pipelines/a.py").rename(one / "pipelines/c.py")
    seen.append(code_sha256(one))
    (one / "schemas/new.py").write_text("")
    seen.append(code_sha256(one))
    (one / "requirements.lock").write_text("x==2\n")
    seen.append(code_sha256(one))
    assert len(set(seen)) == 5


def test_a_place_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert content_sha256(tmp_path / "none") == content_sha256()
