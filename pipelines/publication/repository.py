"""What a publication repository holds: the datasets as released, a front page, and what a page server needs.

Belongs here: which file stands where in it, and the words of a commit. Does not belong here: how it gets there (``push``).
Whatever else the repository has (a licence, a workflow, a domain name) was put there by people and is left alone.
"""

from __future__ import annotations

import html
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.documents import plain
from pipelines.tables import connect, csv, name
from pipelines.verify import SUMS, datasets_in, table_path

SITE = "site"
PAGES = "docs"
ATTRIBUTES = b"# Every file has the very bytes that SHA256SUMS names.\n* -text\n"
NAMED = 12
"""So many indicators are named in a commit's message; of more, their number."""


@dataclass(frozen=True)
class Standing:
    """The release in a folder: its version, its date and every row of its release table, newest last."""

    folder: Path
    version: str
    as_of: str
    releases: tuple[Mapping[str, str], ...]

    @classmethod
    def of(cls, folder: Path) -> Standing | None:
        """The release in a folder of datasets; ``None`` where there is none."""
        descriptors = datasets_in(folder)
        found = [
            (folder / d / table_path(r), r) for d, one in descriptors.items() for r in one["resources"] if r["name"] == "release"
        ]
        if not found:
            return None
        path, resource = found[0]
        columns = [field["name"] for field in resource["schema"]["fields"]]
        with connect() as connection:
            rows = connection.execute(f"select {', '.join(map(name, columns))} from {csv(path, columns)} order by row").fetchall()
        releases = sorted((dict(zip(columns, row, strict=True)) for row in rows), key=lambda one: numbers(one["version"]))
        version = str(next(iter(descriptors.values()))["version"])
        last = next(one for one in releases if one["version"] == version)
        return cls(folder, version, last["as_of"], tuple(releases))

    @property
    def tag(self) -> str:
        """The tag that marks it."""
        return f"v{self.version}"

    def since(self, earlier: Standing | None) -> list[Mapping[str, str]]:
        """Its releases that come after those of an earlier standing."""
        known = {one["version"] for one in earlier.releases} if earlier else set()
        return [one for one in self.releases if one["version"] not in known]

    def continues(self, earlier: Standing) -> bool:
        """Whether every earlier release stands unchanged in its history."""
        return all(one in self.releases for one in earlier.releases)


def datasets(paths: Collection[str]) -> set[str]:
    """The datasets among a repository's files: the folders that have a list of checksums."""
    return {path.split("/")[0] for path in paths if path.count("/") == 1 and path.endswith(f"/{SUMS}")}


def numbers(version: str) -> tuple[int, ...]:
    """A version by which versions can be put in order."""
    return tuple(int(part) for part in version.split("."))


def files(publish: Path) -> tuple[dict[str, Path], dict[str, bytes]]:
    """The files of the publication repository that a release makes, by their path in it.

    First those that stand in the publish folder, then the few that only a repository needs.
    """
    descriptors = datasets_in(publish)
    standing = {
        path.relative_to(publish).as_posix(): path
        for path in sorted(publish.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(publish).parts)
    }
    site = {file: path for file, path in standing.items() if file.startswith(f"{SITE}/")}
    standing = {file: path for file, path in standing.items() if file not in site}
    standing |= {f"{PAGES}/{file.removeprefix(f'{SITE}/')}": path for file, path in site.items()}
    made = {f"{PAGES}/.nojekyll": b"", ".gitattributes": ATTRIBUTES, "README.md": _readme(descriptors).encode()}
    made |= {} if site else {f"{PAGES}/index.html": _front_page(descriptors).encode()}
    return standing, {file: content for file, content in made.items() if file not in standing}


def replaced(paths: Collection[str], sums: Mapping[str, bytes]) -> set[str]:
    """The files of a repository that a next release replaces or removes.

    ``paths`` are all its files; ``sums`` the SHA256SUMS of its datasets by folder. Files that no release made are not among
    them.
    """
    found = set()
    for dataset, content in sums.items():
        lines = content.decode().splitlines()
        found |= {f"{dataset}/{line[66:]}" for line in lines} | {f"{dataset}/{SUMS}"}
    found |= {path for path in paths if path.startswith(f"{PAGES}/") and path != f"{PAGES}/CNAME"}
    return found & set(paths)


def message(now: Standing, earlier: Standing | None) -> str:
    """The words of a commit: version, what changed in each release, the indicators concerned and the values revised."""
    steps = now.since(earlier)
    revised = _revised(now.folder, [one["version"] for one in steps])
    touched = _touched(now.folder, earlier.folder if earlier else None)
    title = f"Release {now.version} as of {now.as_of}"
    what = [_counted(len(touched), "indicator")] if touched else []
    what += [f"{_counted(sum(revised.values()), 'revised value')}"] if revised else []
    lines = [f"{title}: {', '.join(what)}" if what else title, ""]
    lines += [f"{one['version']} ({one['as_of']}): {one['summary']}" for one in steps]
    if touched:
        more = f" and {len(touched) - NAMED} more" if len(touched) > NAMED else ""
        lines += ["", f"Indicators with new or changed rows: {', '.join(touched[:NAMED])}{more}"]
    if revised:
        told = [f"{indicator} ({count})" for indicator, count in sorted(revised.items(), key=lambda one: (-one[1], one[0]))]
        more = f" and {len(told) - NAMED} more" if len(told) > NAMED else ""
        lines += ["", f"Revised values: {', '.join(told[:NAMED])}{more}"]
    return "\n".join(lines).rstrip() + "\n"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _resources(folder: Path) -> Iterator[tuple[Path, Mapping[str, Any], list[str]]]:
    for dataset, descriptor in datasets_in(folder).items():
        for resource in descriptor["resources"]:
            yield folder / dataset / table_path(resource), resource, [field["name"] for field in resource["schema"]["fields"]]


def _revised(folder: Path, versions: list[str]) -> dict[str, int]:
    """Revised values of the given releases, counted by indicator, or by table where a table knows no indicators."""
    query = """
        select coalesce(nullif(regexp_extract(record_key, '(?:^|\\|)indicator_id=([^|]*)', 1), ''), table_name) as what, count(*)
        from {} where release_version in (select unnest(?)) group by what order by what
    """
    for path, resource, columns in _resources(folder):
        if resource["name"] == "revision":
            with connect() as connection:
                return dict(connection.execute(query.format(csv(path, columns)), [versions]).fetchall())
    return {}


def _touched(new: Path, old: Path | None) -> list[str]:
    """Indicators of which some published figure's row is new or changed."""
    before = {path.relative_to(old): columns for path, _, columns in _resources(old)} if old else {}
    found: set[str] = set()
    for path, resource, columns in _resources(new):
        if "indicator_id" not in resource["schema"]["primaryKey"] or resource["name"] == "revision":
            continue
        query, known = f"select * exclude (row) from {csv(path, columns)}", before.get(path.relative_to(new))
        if old and known == columns:
            query += f" except all select * exclude (row) from {csv(old / path.relative_to(new), columns)}"
        with connect() as connection:
            rows = connection.execute(f"select distinct indicator_id from ({query}) where indicator_id is not null").fetchall()
        found |= {indicator for (indicator,) in rows}
    return sorted(found)


def _about(descriptors: Mapping[str, Mapping[str, Any]]) -> tuple[str, str]:
    """Who publishes, and the version."""
    one = next(iter(descriptors.values()))
    publisher = next((c["title"] for c in one.get("contributors", []) if "publisher" in str(c)), "")
    return publisher, str(one["version"])


def _readme(descriptors: Mapping[str, Mapping[str, Any]]) -> str:
    publisher, version = _about(descriptors)
    lines = [f"# Open data{f' of {plain(publisher)}' if publisher else ''}", ""]
    lines += [f"Version {version}. Each folder is a dataset with a README of its own; the tables are CSV files in `data/`.", ""]
    lines += ["| dataset | what it holds |", "|---|---|"]
    for dataset, one in descriptors.items():
        lines.append(f"| [{dataset}]({dataset}/README.md) | {plain(str(one.get('description', '')))} |")
    lines += ["", "Each version is a commit with a tag. What a version changed stands in each dataset's `CHANGELOG.md`,"]
    lines += ["and `SHA256SUMS` proves that a copy is whole: `sha256sum --check SHA256SUMS`. This file is generated.", ""]
    return "\n".join(lines)


def _front_page(descriptors: Mapping[str, Mapping[str, Any]]) -> str:
    """A plain page that stands in until a site is built."""
    publisher, version = (html.escape(text) for text in _about(descriptors))
    title = f"Open data{f' of {publisher}' if publisher else ''}"
    items = "\n".join(
        f"<li><strong>{html.escape(str(one['title']))}</strong>: "
        f"{html.escape(' '.join(str(one.get('description', '')).split()))}</li>"
        for one in descriptors.values()
    )
    return f"""<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
</head>
<body>
<main>
<h1>{title}</h1>
<p>Version {version}. The datasets are in the repository that this page belongs to, a folder each:</p>
<ul>
{items}
</ul>
</main>
</body>
</html>
"""
