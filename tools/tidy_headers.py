"""Compiles each header alone that no source begins with: the one rule of tools/tidy that runs a compiler, and remembers what was clean."""
import concurrent.futures
import os
import re
import subprocess

import cpp_source


def first_in_its_source(house, path):
    """Whether thing.cc or thing_test.cc begins with this thing.h: script/lint reads those without the precompiled header, so it has
    compiled the header alone."""
    stem, own = path.removesuffix('.h'), f'#include "{path.removeprefix("src/")}"'
    sources = [house.text(f) for f in (f'{stem}.cc', f'{stem}_test.cc') if house.tree.exists(f)]
    return any((first := re.search(r'^#include .*$', text, re.MULTILINE)) and first.group() == own for text in sources)


def headers_compile(house, jobs):
    compiler = os.environ.get('CXX', 'g++')
    flags = ['-std=c++20', '-fsyntax-only', '-w', '-Isrc', '-I.', '-x', 'c++']
    version = subprocess.run([compiler, '--version'], capture_output=True, text=True, check=True).stdout
    known = cpp_source.Remembered(os.path.join(house.root, 'build/tidy/headers'))
    todo = []
    for path in [f for f in house.cpp if f.endswith('.h') and f != 'src/pch.h' and not first_in_its_source(house, f)]:
        digest = house.tree.closure_hash(path, version, *flags)
        if not known.knows(digest):
            todo.append((path, digest))

    def compile_one(item):
        done = subprocess.run([compiler, *flags, item[0]], cwd=house.root, capture_output=True, text=True, check=False)
        return item, done.returncode, done.stderr
    breaches = []
    with concurrent.futures.ThreadPoolExecutor(max(1, jobs)) as pool:
        for (path, digest), status, output in pool.map(compile_one, todo):
            if status == 0:
                known.add(digest)
            else:
                errors = [line for line in output.split('\n') if 'error' in line]
                breaches.append(f'{path}:1: does not compile alone: {errors[0] if errors else output.strip()[:200]}')
    known.save(keep_old=False)
    return breaches
