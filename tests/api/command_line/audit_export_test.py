"""Protects what stands where a bundle is to go: a folder is refused before anything is asked or written."""

import os
import pathlib
import subprocess
import tempfile

with tempfile.TemporaryDirectory() as top:
    folder = pathlib.Path(top) / "bundles"
    folder.mkdir()
    (folder / "kept.jsonl").write_text("of before")
    done = subprocess.run([os.environ["PYKALA"], "audit", "export", "--demo", top, "--tenant", "kuopio",
                           "--out", str(folder)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1, (done.returncode, done.stderr)
    assert "unwritable_file" in done.stderr and f"`{folder}`" in done.stderr, done.stderr
    assert "hint: name a file" in done.stderr, done.stderr
    assert sorted(each.name for each in pathlib.Path(top).iterdir()) == ["bundles"], "something is left beside it"
    assert [each.name for each in folder.iterdir()] == ["kept.jsonl"], "the folder was written into"
