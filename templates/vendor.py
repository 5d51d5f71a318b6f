#!/usr/bin/env python3
"""Takes what the pages borrow from npm into assets/vendor, without what is not ours to show.

usage: vendor.py

GOV.UK Frontend's style sheet names a typeface and a crest that only GOV.UK may
use: the typeface becomes our own stack (--type, in onewindow.css), the crest
goes. Everything else is taken as it was published. Run twice, it writes the
same bytes; SHA256SUMS holds them, and a test compares.
"""
import base64
import hashlib
import io
import json
import os
import re
import subprocess
import tarfile
import tempfile

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "assets", "vendor")

# package, version, integrity as npm publishes it, files
PACKAGES = [
    ("govuk-frontend", "6.6.0", "sha512-xctkWrQvLnvQt7fyjQ3MGX9S0wz0x0RQuLxCeoXF+s8EjGICG81/DYQGKN5qgO+0KVT12UAaRwUsGY6fulRcRg==",
     {"dist/govuk/govuk-frontend.min.css": "govuk-frontend.min.css", "dist/govuk/govuk-frontend.min.js": "govuk-frontend.min.js"}),
    ("htmx.org", "2.0.11", "sha512-Thx/WtpeOQqSrqBCw/A1cwGJGg4UrVa3+sW0GmrM3p4gJgO89ecH4qtbnyzDDWFvBTqjnIMCgELTNt636dtamA==",
     {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE-htmx.txt"}),
    ("htmx-ext-sse", "2.2.4", "sha512-LJmxVhykyflBWgh5PvbRidcyuqMHlgfajmmzumvKctv9puvsufeH6OaejSMZTNTnEI8O2wXXn4ZZtBdpEMqmEQ==",
     {"dist/sse.min.js": "htmx-ext-sse.min.js", "LICENSE": "LICENSE-htmx-ext-sse.txt"}),
]


def fetch(name, version, integrity):
    """The files of a package, by path."""
    with tempfile.TemporaryDirectory() as at:
        packed = subprocess.run(["npm", "pack", "--json", f"{name}@{version}"], cwd=at, check=True, capture_output=True)
        raw = open(os.path.join(at, json.loads(packed.stdout)[0]["filename"]), "rb").read()
    got = "sha512-" + base64.b64encode(hashlib.sha512(raw).digest()).decode()
    if got != integrity:
        raise SystemExit(f"{name} {version} is {got}, not {integrity}")
    with tarfile.open(fileobj=io.BytesIO(raw)) as tar:
        return {m.name.split("/", 1)[1]: tar.extractfile(m).read() for m in tar if m.isfile()}


def ours(name, raw):
    """The file as we may show it."""
    text = raw.decode()
    if name.endswith(".css"):
        text = re.sub(r"/\*! Copyright \(c\) 2011.*?\*/", "", text, flags=re.S)
        text = re.sub(r"@font-face\{[^}]*\}", "", text)
        text = text.replace("GDS Transport,arial,sans-serif", "var(--type)")
        text = re.sub(r"(?:-webkit-)?(?:mask|background)(?:-image)?:[^;{}]*govuk-crest[^;{}]*;?", "", text)
        for word in ("GDS Transport", "crest.svg", "@font-face"):
            if word in text:
                raise SystemExit(f"{name} still says {word}")
    text = re.sub(r"\n?(?://|/\*)# sourceMappingURL=[^\n*]*(?:\*/)?", "", text)
    return text.encode()


def main():
    for name, version, integrity, files in PACKAGES:
        package = fetch(name, version, integrity)
        for source, target in files.items():
            with open(os.path.join(HERE, target), "wb") as f:
                f.write(ours(target, package[source]))
    names = sorted(n for n in os.listdir(HERE) if n.endswith((".css", ".js")))
    with open(os.path.join(HERE, "SHA256SUMS"), "w") as f:
        for n in names:
            f.write(hashlib.sha256(open(os.path.join(HERE, n), "rb").read()).hexdigest() + "  " + n + "\n")


main()
