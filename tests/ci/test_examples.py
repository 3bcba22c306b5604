"""What is ready to be copied into a CI: pipelines, image, completion of words, no colours."""

from __future__ import annotations

import os
import pty
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner

from acceptance.cli import verbs

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples" / "ci"
PIPELINES = sorted(EXAMPLES.glob("*.yml"))
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
PROGRAM = "from acceptance.__main__ import main; main()"


def strings(part: Any) -> Iterator[str]:
    """Every text in what a YAML file holds."""
    if isinstance(part, dict):
        part = [*part.values()]
    if isinstance(part, list):
        for inner in part:
            yield from strings(inner)
    elif isinstance(part, str):
        yield part


def commands(texts: list[str], program: str) -> list[list[str]]:
    """Return the words behind every call of a program."""
    lines = [line.strip() for text in texts for line in text.replace("\\\n", " ").splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith(f"{program} ")]


def test_there_are_pipelines_for_both() -> None:
    assert [path.name for path in PIPELINES] == ["github-actions.yml", "gitlab-ci.yml"]


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.name)
def test_a_pipeline_is_yaml_whose_commands_have_only_options_that_exist(path: Path) -> None:
    texts = [*strings(yaml.safe_load(path.read_text("utf-8")))]
    called = commands(texts, "acceptance")
    for words in called:
        context = verbs.cli.make_context("acceptance", [*words])
        verb, command, rest = verbs.cli.resolve_command(context, [*words])
        assert command is not None
        command.make_context(verb, rest, parent=context)
    ours = [word for words in commands(texts, "pytest") for word in words if "acceptance" in word]
    plugin = (ROOT / "acceptance" / "pytest_plugin" / "__init__.py").read_text("utf-8")
    for word in ours:
        assert f'"{word.partition("=")[0]}"' in plugin
    assert called or ours


@pytest.mark.parametrize("page", ["docs/ci.md"])
def test_the_commands_of_the_page_have_only_options_that_exist(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    called = commands([re.sub(r" +#.*", "", block) for block in blocks], "acceptance")
    assert len(called) >= 3
    for words in called:
        context = verbs.cli.make_context("acceptance", [*words])
        verb, command, rest = verbs.cli.resolve_command(context, [*words])
        assert command is not None
        command.make_context(verb, rest, parent=context)


def test_the_image_is_made_by_the_script_that_the_wheel_is_tried_with() -> None:
    """``docker`` runs nowhere here; what it would run does (.ci/run, scripts/try-wheel)."""
    assert "/opt/source/scripts/install /opt/acceptance" in DOCKERFILE
    assert '"$tree/scripts/install" venv' in (ROOT / "scripts" / "try-wheel").read_text("utf-8")
    script = ROOT / "scripts" / "install"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", str(script)], check=True)


def test_the_image_is_debian_slim_and_runs_as_nobody_special() -> None:
    lines = [line for line in DOCKERFILE.splitlines() if line and not line.startswith("#")]
    assert re.fullmatch(r"FROM debian:\d+-slim", lines[0])
    [user] = [line for line in lines if line.startswith("USER ")]
    assert user == "USER acceptance"
    assert "useradd --create-home acceptance" in DOCKERFILE
    assert lines.index(user) < lines.index('ENTRYPOINT ["acceptance"]')


def test_the_image_is_built_from_all_that_a_wheel_needs_and_nothing_else() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    kept = {line[1:] for line in ignored if line.startswith("!")}
    built = (ROOT / "pyproject.toml").read_text("utf-8")
    forced = set(re.findall(r'^(\w+) = "acceptance/\w+"$', built, re.MULTILINE))
    assert kept >= forced | {"acceptance", "scripts", "pyproject.toml", "requirements.lock"}
    assert all((ROOT / name).exists() for name in kept)
    assert "*" in ignored


def test_the_script_says_how_it_is_called() -> None:
    done = subprocess.run(
        [ROOT / "scripts" / "install"], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "usage: scripts/install PREFIX" in done.stderr


# --- completion


def answer(**asked: str) -> str:
    """Return what the program prints when a shell asks; in a process it does so too (below)."""
    done = CliRunner().invoke(verbs.cli, env=asked, prog_name="acceptance")
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout


def completed(shell: str, *, words: str, current: str) -> list[str]:
    """Ask the program what could stand there, as the shell's script does."""
    asked = {"COMP_WORDS": words, "COMP_CWORD": current}
    return answer(_ACCEPTANCE_COMPLETE=f"{shell}_complete", **asked).split("\n")


@pytest.mark.parametrize(
    ("shell", "words", "current", "due"),
    [
        ("bash", "acceptance meas", "1", "plain,measure"),
        ("bash", "acceptance measure --base", "2", "plain,--baseline"),  # of a verb loaded late
        ("bash", "acceptance run --scope ", "3", "plain,device"),
        ("bash", "acceptance run ", "2", "file,"),
        ("bash", "acceptance pack ", "2", "plain,new-overlay"),
        ("zsh", "acceptance verify --js", "2", "--json"),
        ("fish", "acceptance verify --js", "--js", "plain,--json\tWrite JSON to this file (- for"),
    ],
)
def test_words_are_completed_also_below_verbs_that_are_loaded_when_called(
    shell: str, words: str, current: str, due: str
) -> None:
    assert any(line.startswith(due) for line in completed(shell, words=words, current=current))


def test_bash_completes_by_the_script_that_the_program_prints(tmp_path: Path) -> None:
    program = tmp_path / "acceptance"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c \'{PROGRAM}\' "$@"\n', "utf-8")
    program.chmod(0o755)
    script = """
        eval "$(_ACCEPTANCE_COMPLETE=bash_source acceptance)"
        COMP_WORDS=(acceptance verify --rem) COMP_CWORD=2
        _acceptance_completion acceptance --rem verify
        echo "${COMPREPLY[@]}"
    """
    found = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", script], env=found, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["--remeasure"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_each_shell_is_printed(shell: str) -> None:
    script = answer(_ACCEPTANCE_COMPLETE=f"{shell}_source")
    assert f"_ACCEPTANCE_COMPLETE={shell}_complete" in script
    assert f"_ACCEPTANCE_COMPLETE={shell}_source acceptance" in (ROOT / "docs" / "ci.md").read_text(
        "utf-8"
    )


# --- colours


def on_a_terminal(**variables: str) -> str:
    """Return what the program writes to a terminal of a session that does not exist."""
    above, below = pty.openpty()
    plain = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    asked = plain | {"TERM": "xterm-256color"} | variables
    command = [sys.executable, "-c", PROGRAM, "verify", "nowhere"]
    with subprocess.Popen(command, env=asked, stdout=below, stderr=below, stdin=below):
        os.close(below)
    shown = os.read(above, 1 << 16).decode()
    os.close(above)
    return shown


def test_no_colour_is_shown_where_the_user_wants_none() -> None:
    """https://no-color.org: any value but an empty one."""
    red = "\x1b[31m"
    assert red in on_a_terminal()
    assert red in on_a_terminal(NO_COLOR="")
    without = on_a_terminal(NO_COLOR="1")
    assert not re.search(r"\x1b\[(3|4|9)\d", without)
    assert "there is neither a report nor a session here" in without
