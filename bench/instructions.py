#!/usr/bin/python3
"""Instructions that a message costs on its way through the server, by callgrind, and their difference from bench/instructions.json.

usage: script/bench instructions [--record] [--top N]

--record writes the file anew: do it in the commit that changes the figures. --top N also prints the N dearest functions of each part.
"""
import argparse
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), '..'))
RECORD = os.path.join(ROOT, 'bench/instructions.json')
PROGRAM = os.path.join(ROOT, 'build/release/bench/bench_instructions')
PARTS = ('parse', 'route', 'write')
# What counting began inside of: its whole cost looks like its own.
FRAMES = re.compile(r'main$|\(below main\)|__libc_start_main|0x[0-9a-f]+$')
STORAGE = 'teahouse::store::MemoryPlane::'  # stands in for the real one, and is counted apart


def totals(path):
    """(part, instructions) of one dump."""
    part, total = None, 0
    with open(path, encoding='utf-8', errors='replace') as file:
        for line in file:
            if line.startswith('desc: Trigger:'):
                part = line.rsplit(':', 1)[1].strip()
            if line.startswith(('totals:', 'summary:')):
                total = int(line.split()[1])
    return part, total


def annotate(path, inclusive):
    """callgrind_annotate's [(instructions, function)]."""
    done = subprocess.run(['callgrind_annotate', f'--inclusive={"yes" if inclusive else "no"}', '--threshold=100', '--auto=no', path],
                          capture_output=True, text=True, check=True)
    rows = []
    for line in done.stdout.split('\n'):
        match = re.match(r'\s*([\d,]+)(?: \([^)]*\))?\s+\S*?:(.*?)(?: \[[^\]]*\])?$', line)
        if match:
            rows.append((int(match.group(1).replace(',', '')), match.group(2)))
    return rows


def count(top):
    """{part: instructions a message}; the second round of each part counts."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(['valgrind', '--tool=callgrind', f'--callgrind-out-file={folder}/out', PROGRAM], capture_output=True, text=True,
                              check=False)
        if done.returncode:
            sys.exit('bench/instructions.py: ' + done.stderr[-2000:])
        messages = int(done.stdout)
        found = {}
        for path in sorted(glob.glob(folder + '/out.*'), key=lambda p: int(p.rsplit('.', 1)[1])):
            part, total = totals(path)
            if part in PARTS:
                found[part] = (total, path)
        counts = {}
        for part in PARTS:
            total, path = found[part]
            rows = annotate(path, inclusive=True)
            stored = sum(cost for cost, name in rows if name.startswith(STORAGE + 'write('))
            counts[part] = round((total - stored) / messages)
            if stored:
                counts['storage in memory, not counted above'] = round(stored / messages)
            inside = [row for row in annotate(path, inclusive=False) if not FRAMES.match(row[1])]
            for cost, name in inside[:top]:
                print(f'{part:6} {cost / messages:9.0f}  {name[:150]}')
        counts['parse, route and write'] = sum(counts[part] for part in PARTS)
        return counts


def main():
    parser = argparse.ArgumentParser(prog='script/bench instructions', description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--record', action='store_true')
    parser.add_argument('--top', type=int, default=0)
    options = parser.parse_args()
    compiler = subprocess.run(['c++', '--version'], capture_output=True, text=True, check=True).stdout.split('\n')[0]
    now = count(options.top)
    record = {'compiler': compiler, 'instructions': {}}
    if os.path.exists(RECORD):
        with open(RECORD, encoding='utf-8') as file:
            record = json.load(file)
    if record['compiler'] != compiler:
        print(f'The record is of another compiler: {record["compiler"]}; this is {compiler}.')
    print(f'{"instructions a message":40} {"record":>9} {"now":>9}  change')
    for part, value in now.items():
        before = record['instructions'].get(part)
        change = f'{value - before:+d} ({(value - before) / before:+.1%})' if before else 'new'
        print(f'{part:40} {before if before is not None else "-":>9} {value:>9}  {change}')
    if options.record:
        with open(RECORD, 'w', encoding='utf-8') as file:
            json.dump({'compiler': compiler, 'instructions': now}, file, indent=2)
            file.write('\n')
        print('Recorded in bench/instructions.json.')


if __name__ == '__main__':
    main()
