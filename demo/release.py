"""``make demo-release``: the demo's committed release, made again from nothing.

What a release holds names the code that made it, so the committed one is made anew whenever the code changes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from demo import write_demo

PROJECT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Run the line in a fresh state folder and put what it publishes in ``published/``, in place of what stood there."""
    published = PROJECT / "published"
    with tempfile.TemporaryDirectory() as folder:
        inbox, state, made = (Path(folder) / name for name in ("inbox", "state", "published"))
        write_demo(inbox)
        yardstick = str(Path(sys.executable).parent / "yardstick")
        places = ["--state", str(state), "--publish", str(made)]
        subprocess.run([yardstick, "run", *places], check=True, env={**os.environ, "YARDSTICK_INBOX": str(inbox)})
        for dataset in sorted(path for path in made.iterdir() if path.is_dir()):
            (published / dataset.name).mkdir(exist_ok=True)
            for old in sorted((published / dataset.name).iterdir()):
                if old.name != "package.yml":
                    shutil.rmtree(old) if old.is_dir() else old.unlink()
            shutil.copytree(dataset, published / dataset.name, dirs_exist_ok=True)


if __name__ == "__main__":
    main()
