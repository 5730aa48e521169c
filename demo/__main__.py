"""The command `python -m demo FOLDER`. Belongs here: reading the command line. What is written stands in the other modules."""

import argparse
from pathlib import Path

from demo import write_demo


def main() -> None:
    """Write the demo's raw files under the folder named on the command line and say how many were new."""
    parser = argparse.ArgumentParser(prog="python -m demo", description="Write the raw files of an invented council.")
    parser.add_argument("folder", type=Path, help="where to write them, for example var/inbox")
    folder: Path = parser.parse_args().folder
    written = write_demo(folder)
    print(f"demo council: {len(written)} files written to {folder}; all others were there already")


if __name__ == "__main__":
    main()
