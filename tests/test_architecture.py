"""The rules of the architecture that a machine can hold."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SCREENS = sorted((ROOT / "pages").glob("*/*.py"))


def test_imports_point_the_way_that_the_contracts_say() -> None:
    # A process of its own: it switches off the loggers of the one it runs in.
    linter = (
        "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    )
    done = subprocess.run([sys.executable, "-c", linter], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_no_script_lies_directly_in_pages() -> None:
    # Streamlit would serve it on a cold server without app.py, that is, without sign-in.
    assert [p.name for p in (ROOT / "pages").glob("*.py") if p.name != "__init__.py"] == []


def test_every_protected_screen_asks_for_the_user_itself() -> None:
    places = (ROOT / "pages" / "ui" / "places.py").read_text()
    scripts = set(re.findall(r'"((?:practice|progress|account|operator)/\w+\.py)"', places))
    assert scripts, "the list of places names no script"
    for script in scripts - {"account/sign_in.py"}:
        assert "require_user()" in (ROOT / "pages" / script).read_text(), script


def test_only_the_context_sees_the_wiring() -> None:
    users = [p.name for p in SCREENS if "services.wiring" in p.read_text()]
    assert users == ["context.py"]


def test_only_the_camera_touches_streamlit_webrtc() -> None:
    users = [
        p.name
        for p in SCREENS
        if re.search(r"^(from|import) streamlit_webrtc", p.read_text(), re.M)
    ]
    assert users == ["camera.py"]


def test_no_screen_draws_unescaped_html() -> None:
    for path in SCREENS:
        assert "unsafe_allow" not in path.read_text(), path


def test_html_is_drawn_from_files_and_literals_only() -> None:
    """`ratings.py` alone fills HTML in, with numbers; people's words are always Markdown, escaped."""
    for path in SCREENS:
        for node in ast.walk(ast.parse(path.read_text())):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if called and node.func.attr == "html" and path.name != "ratings.py":
                argument = node.args[0]
                file = "style" in ast.unparse(argument).lower()
                assert isinstance(argument, ast.Constant) or file, f"{path}: {ast.unparse(node)}"


def test_every_requirement_is_pinned_and_explained() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        explained = False
        for line in (ROOT / name).read_text().splitlines():
            if line.startswith("#"):
                explained = True
            elif line and not line.startswith("-r"):
                assert "==" in line, line
                assert explained, line
            elif not line:
                explained = False
