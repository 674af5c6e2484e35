"""What a machine lacks or has in another shape: room, short names, a locale, a usual umask. One sentence, or nothing left."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest
from commands import TRAITE, contents, wait
from conftest import ROOT
from test_batch import chapter, only

from traite_annexes import files


def run(project: Path, *words: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*TRAITE, "render", "2022", *words], env={**os.environ, "TRAITE_ROOT": str(project), **environment}, cwd=cwd,
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip


@pytest.fixture
def small(project: Path) -> Path:
    only(project)
    chapter(project, "15_small", "print(1)")
    return project


def test_a_long_temporary_folder_is_not_used_for_sockets(small: Path, tmp_path: Path) -> None:
    long = tmp_path / ("x" * 90)
    long.mkdir()
    done = run(small, TMPDIR=str(long))
    assert done.returncode == 0, done.stderr
    assert list(long.iterdir()) == []


def test_no_room_anywhere_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", lambda **_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="no short temporary folder with room"):
        files.short_folder()


def test_what_a_process_left_is_swept_as_soon_as_it_has_ended(tmp_path: Path) -> None:
    """A killed one is listed until its parent takes note: where that is process 1 of a container, for seconds or for ever."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    wait(lambda: psutil.Process(ended.pid).status() == psutil.STATUS_ZOMBIE, "it has not ended")
    for process in (ended.pid, os.getpid()):
        (tmp_path / f"traite-{process}-x").mkdir()
    files.sweep(tmp_path, "traite-")
    assert [path.name for path in tmp_path.iterdir()] == [f"traite-{os.getpid()}-x"]
    ended.wait()
    files.sweep(tmp_path, "traite-")
    assert len(list(tmp_path.iterdir())) == 1


def test_a_full_disk_is_one_sentence_and_leaves_the_previous_annexes(small: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if sys.platform != "linux" or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(disk)]).returncode:
        pytest.skip("a small file system is mounted for it, which takes Linux and its administrator")
    try:
        assert run(small, "--output", str(disk / "outputs")).returncode == 0
        before = contents(disk / "outputs")
        chapter(small, "15_small", "print(2)")
        (disk / "filled").write_bytes(bytes(shutil.disk_usage(disk).free - 8_192))
        done = run(small, "--output", str(disk / "outputs"))
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert "No space left" in done.stderr
        assert contents(disk / "outputs") == before
        assert not [path for path in disk.rglob("*") if ".staging" in path.name]
    finally:
        subprocess.run(["umount", str(disk)], check=False)


def test_a_render_under_another_umask_leaves_files_of_one_mode(small: Path) -> None:
    command = f'umask 077; exec "{sys.executable}" -m traite_annexes render 2022'
    environment = {**os.environ, "TRAITE_ROOT": str(small)}
    assert run(small).returncode == 0
    chapter(small, "15_small", "print(2)")
    subprocess.run(["sh", "-c", command], env=environment, check=True, capture_output=True, timeout=300)
    assert {path.stat().st_mode & 0o777 for path in (small / "outputs").rglob("*") if path.is_file()} == {0o644}


def test_a_killed_run_leaves_nothing_that_the_next_one_does_not_remove(small: Path, tmp_path: Path) -> None:
    temporary = Path(tempfile.mkdtemp(dir="/tmp", prefix="t"))
    chapter(small, "16_slow", f"import time\nopen({str(tmp_path / 'go')!r}, 'w').close()\ntime.sleep(100)")
    process = subprocess.Popen(
        [*TRAITE, "render", "2022"], env={**os.environ, "TRAITE_ROOT": str(small), "TMPDIR": str(temporary)},
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    wait(lambda: (tmp_path / "go").exists(), "the cell never started")
    process.kill()
    process.wait()
    assert {path.name.partition("-")[0] for path in temporary.iterdir()} == {"traite"}, "nothing but what the next run knows"
    (small / "notebooks/16_slow.ipynb").unlink()
    assert run(small, TMPDIR=str(temporary)).returncode == 0
    assert list(temporary.iterdir()) == []
    temporary.rmdir()


@pytest.fixture
def accented(tmp_path: Path) -> Path:
    """The project in a folder with an accent and a space, with an environment whose `.pth` is written as pip does."""
    copy = tmp_path / "données à part"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "outputs", "tests", "benchmarks"))
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(copy / ".venv")], check=True)
    site = next((copy / ".venv/lib").iterdir()) / "site-packages"
    packages = next(Path(entry) for entry in sys.path if entry.endswith("site-packages"))
    folders = [copy, *sorted((copy / "packages").iterdir())]
    (site / "_traite.pth").write_text("\n".join(map(str, folders)), encoding="utf-8")
    (tmp_path / "others").symlink_to(packages)  # the tests may run in a folder with an accent themselves
    (site / "others.pth").write_text(f"{tmp_path / 'others'}\n", encoding="ascii")
    (copy / ".venv/installed").touch()
    return copy


def test_make_starts_in_a_folder_with_an_accent_under_the_locale_c(accented: Path) -> None:
    """Python 3.11 does not read a path with an accent in a `.pth` there: `make` starts it in another."""
    seen = 'seen:\n\t@$(BIN)/python -c "import traite_annexes; print(traite_annexes.__file__.isascii())"'
    environment = {"LC_ALL": "C", "PATH": os.environ["PATH"]}
    done = subprocess.run(
        ["make", "--eval", seen, "seen"], env=environment, cwd=accented, capture_output=True, text=True, check=False
    )
    assert done.stdout == "False\n", done.stderr


def test_the_command_called_by_its_path_starts_there_too(accented: Path, tmp_path: Path) -> None:
    """`make` writes the paths of the editable install from where they are read: none has an accent, and the folder may move."""
    environment = {"LC_ALL": "C", "PATH": os.environ["PATH"]}
    for _ in range(2):  # again, where pip left them as they are
        subprocess.run(["make", "--eval", "paths:\n\t$(relative)", "paths"], env=environment, cwd=accented, check=True)
    moved = accented.rename(tmp_path / "déplacées")
    command = [str(moved / ".venv/bin/python"), "-m", "traite_annexes", "editions"]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "2022" in done.stdout
    where = [
        *command[:1],
        "-c",
        "import papermill_warm, traite_lib; print(ascii((papermill_warm.__file__, traite_lib.__file__)))",
    ]
    assert (
        subprocess.run(where, env=environment, cwd=tmp_path, capture_output=True, text=True).stdout.count("d\\xe9plac\\xe9es")
        == 2
    )
