#!/usr/bin/env python3
"""Makes assets.cc and assets.S of the files below a folder, for http::StaticFiles.

usage: embed_assets.py FOLDER OUTPUT_FOLDER SYMBOL

Each file becomes an Asset with its gzip'd variant and an ETag of its bytes. A file whose name holds a hash of eight or more
letters and digits after a dash or dot ("chat-1A2B3C4D.js") is immutable. An absent folder makes an empty table.
"""
import gzip
import hashlib
import pathlib
import re
import sys

TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
IMMUTABLE = re.compile(r"[-.][A-Za-z0-9]{8,}\.[a-z0-9]+$")


def main():
    folder, output, symbol = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    output.mkdir(parents=True, exist_ok=True)
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix in TYPES) if folder.is_dir() else []
    assembly, declarations, rows = [".section .rodata"], [], []
    for number, path in enumerate(files):
        packed = output / f"asset{number}.gz"
        packed.write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
        for kind, source in (("b", path.resolve()), ("z", packed.resolve())):
            name = f"{symbol}_{kind}{number}"
            assembly += [f".global {name}, {name}_end", f"{name}:", f'.incbin "{source}"', f"{name}_end:", ".byte 0"]
            declarations.append(f"extern const char {name}[], {name}_end[];")
        etag = hashlib.sha256(path.read_bytes()).hexdigest()[:20]
        view = "{{{0}, static_cast<size_t>({0}_end - {0})}}"
        immutable = "true" if IMMUTABLE.search(path.name) else "false"
        rows.append(f'    {{"/{path.relative_to(folder).as_posix()}", "{TYPES[path.suffix]}", '
                    f'{view.format(f"{symbol}_b{number}")}, "{etag}", {view.format(f"{symbol}_z{number}")}, {immutable}}},')
    assembly.append('.section .note.GNU-stack,"",%progbits')
    (output / "assets.S").write_text("\n".join(assembly) + "\n")
    (output / "assets.cc").write_text("\n".join([
        "// Made by tools/embed_assets.py.", '#include "http/static_files.h"', 'extern "C" {', *declarations, "}",
        f"namespace teahouse {{ std::vector<http::Asset> {symbol}(); }}",
        f"std::vector<teahouse::http::Asset> teahouse::{symbol}() {{", "  return {", *rows, "  };", "}", ""]))


if __name__ == "__main__":
    main()
