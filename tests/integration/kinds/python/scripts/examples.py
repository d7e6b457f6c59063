"""Writes the examples that the tests use."""
import pathlib
import sys

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True)
(folder / "goods.txt").write_text("".join(f"part-{n};{n}\n" for n in range(1, 11)))
