"""What is deployed: the files that .funcignore leaves, with the packages of requirements.txt and no others."""

import functools
import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pathspec

ROOT = Path(__file__).parents[2]

IMPORT_EVERYTHING = """
import importlib, json, pkgutil, sys
sys.path[:] = json.loads(sys.argv[1])
import function_app, callrecords
names = [module.name for module in pkgutil.walk_packages(callrecords.__path__, "callrecords.")]
for name in names:
    importlib.import_module(name)
print(len(names))
"""


CURRENT_ASYNC_LIBRARY = """
import asyncio, json, sys
sys.path[:] = json.loads(sys.argv[1])
import httpcore._synchronization

async def main():
    return httpcore._synchronization.current_async_library()

print(asyncio.run(main()), "sniffio" in sys.modules)
"""


@functools.cache
def deployed_files() -> list[Path]:
    ignored = pathspec.GitIgnoreSpec.from_lines((ROOT / ".funcignore").read_text().splitlines())
    return sorted(Path(name) for name in ignored.match_tree_files(ROOT, negate=True))


def install(folder: Path) -> None:
    """Links what the distributions in requirements.txt have at the top level of site-packages into `folder`."""
    names = re.findall(r"^([\w.-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    for name in names:
        distribution = importlib.metadata.distribution(name)
        for top in {file.parts[0] for file in distribution.files or () if file.parts[0] != ".."}:
            if not (folder / top).exists():
                (folder / top).symlink_to(str(distribution.locate_file(top)))


def run(code: str, *folders: Path) -> subprocess.CompletedProcess[str]:
    """Runs `code` with the standard library and what is in `folders`, and nothing else."""
    standard = [sysconfig.get_path("stdlib"), sysconfig.get_config_var("DESTSHARED")]
    path = json.dumps([*map(str, folders), *standard])
    command = [sys.executable, "-I", "-S", "-c", code, path]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_only_the_app_is_deployed() -> None:
    tops = {file.parts[0] for file in deployed_files()}
    assert tops == {"function_app.py", "host.json", "requirements.txt", "callrecords"}


def test_the_deployed_app_imports_with_only_the_packages_of_requirements_txt(tmp_path: Path) -> None:
    package, packages = tmp_path / "app", tmp_path / "packages"
    packages.mkdir()
    install(packages)
    for file in deployed_files():
        (package / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, package / file)
    done = run(IMPORT_EVERYTHING, package, packages)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 15


def test_httpcore_finds_sniffio_instead_of_looking_for_it_again_at_every_request(tmp_path: Path) -> None:
    install(tmp_path)
    done = run(CURRENT_ASYNC_LIBRARY, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["asyncio", "True"]


def test_what_is_tested_is_what_requirements_txt_pins() -> None:
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
    assert len(pinned) > len(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"])
    assert {name: importlib.metadata.version(name) for name in pinned} == pinned
