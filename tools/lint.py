"""Runs clang-tidy over C++ sources that were not yet found clean. Prints TAP: one line for each file that is not clean,
or one for all of them. See script/lint."""
import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import cpp_source  # noqa: E402

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), '..'))
DATABASE = 'build/lint'


def compiled_files():
    with open(os.path.join(ROOT, DATABASE, 'compile_commands.json'), encoding='utf-8') as file:
        commands = json.load(file)
    paths = {os.path.relpath(c['file'], ROOT) for c in commands}
    return sorted(p for p in paths if p.endswith('.cc') and p.startswith(('src/', 'fuzz/', 'bench/', 'tests/')))


def changed_files():
    """What differs from the commit before the last, uncommitted work included; None where there is no such commit."""
    def git(*words):
        return subprocess.run(['git', *words], cwd=ROOT, capture_output=True, text=True, check=False)
    if git('rev-parse', '--verify', '--quiet', 'HEAD~').returncode != 0:
        return None
    changed = git('diff', '--name-only', '--diff-filter=d', 'HEAD~').stdout.split('\n')
    return set(changed + git('ls-files', '--others', '--exclude-standard').stdout.split('\n'))


def lint(path):
    done = subprocess.run(['clang-tidy', '--quiet', '-p', DATABASE, path], cwd=ROOT, capture_output=True, text=True,
                          check=False)
    lines = [re.sub('^' + re.escape(ROOT) + '/', '', line) for line in done.stdout.split('\n') if line.strip()]
    if done.returncode != 0 and not lines:
        lines = done.stderr.strip().split('\n')[-5:]
    return done.returncode, lines


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--all', action='store_true', help='all files, not only the changed ones')
    parser.add_argument('--jobs', type=int, default=os.cpu_count() or 1)
    parser.add_argument('files', nargs='*')
    options = parser.parse_args()

    tree = cpp_source.Tree(ROOT)
    chosen = compiled_files()
    changed = None if options.all else changed_files()
    if options.files:
        chosen = [os.path.relpath(os.path.abspath(f), ROOT) for f in options.files]
    elif changed is not None and '.clang-tidy' not in changed:
        chosen = [f for f in chosen if not changed.isdisjoint(tree.closure(f))]

    version = subprocess.run(['clang-tidy', '--version'], capture_output=True, text=True, check=True).stdout
    known = cpp_source.Remembered(os.path.join(ROOT, 'build/lint/clean'))
    digests = {f: tree.closure_hash(f, version, tree.text('.clang-tidy')) for f in chosen}
    failed, told = 0, set()
    with concurrent.futures.ThreadPoolExecutor(max(1, options.jobs)) as pool:
        todo = [f for f in chosen if not known.knows(digests[f])]
        for path, (status, lines) in zip(todo, pool.map(lint, todo)):
            if status == 0:
                known.add(digests[path])
                continue
            failed += 1
            for line in lines:
                if line not in told:  # a header's faults show in every file that includes it
                    print('# ' + line)
            told.update(lines)
            print(f'not ok {path}', flush=True)
    known.save(keep_old=not options.all)
    if not failed:
        print(f'ok {len(chosen)} files are clean, {len(todo)} of them looked at now')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
