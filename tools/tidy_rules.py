"""The rules of tools/tidy. Each takes a House and gives its breaches as "file:line: sentence"."""
import json
import os
import re

import cpp_source

SKIPPED_FOLDERS = {'.git', 'build', 'node_modules', 'dist', 'data', '.cache', '__pycache__', 'corpus', 'screenshots'}
TEXT_ENDINGS = ('.cc', '.h', '.py', '.ts', '.tsx', '.js', '.mjs', '.php', '.css', '.html', '.sh', '.md', '.cmake',
                '.toml', '.yml', '.yaml', '.json', '.txt')
CODE_ENDINGS = ('.cc', '.h', '.py', '.ts', '.tsx', '.js', '.mjs', '.php')
FOLDERS_OF_CODE = ('src', 'fuzz', 'bench', 'tests', 'tools', 'script', 'web', 'demo', 'sdk', 'integrations', '.ci')
FOLDERS_OF_CPP = ('src/', 'fuzz/', 'bench/', 'tests/')
FILE_LINES_MAX = 800
FILE_LINES_QUESTION = 400
FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 120          # of C++
COLUMNS_MAX_OTHERS = 200   # markup, string tables and stanzas in tests read worse when they are broken
README_LINES_MAX = 15
NODE_MAJOR = 18


class House:
    """One checkout: its files, their texts, and what is said about them without failing."""

    def __init__(self, root):
        self.root = root
        self.tree = cpp_source.Tree(root)
        self.notes = []
        self.files = sorted(self._walk())
        self.cpp = [f for f in self.files if f.endswith(('.h', '.cc')) and f.startswith(FOLDERS_OF_CPP)]
        self._code = {}

    def _walk(self):
        for folder, folders, names in os.walk(self.root):
            folders[:] = [f for f in folders if f not in SKIPPED_FOLDERS]
            for name in names:
                path = os.path.relpath(os.path.join(folder, name), self.root)
                if not os.path.islink(os.path.join(self.root, path)):
                    yield path

    def text(self, path):
        return self.tree.text(path)

    def code(self, path):
        if path not in self._code:
            self._code[path] = cpp_source.code_only(self.text(path))
        return self._code[path]

    def texts(self):
        """Files that people write and read, scripts without an ending included."""
        return [f for f in self.files if f != 'LICENSE' and not f.endswith('package-lock.json') and
                (f.endswith(TEXT_ENDINGS) or '.' not in os.path.basename(f) or os.path.basename(f).startswith('.'))]

    def allows(self, path, line, rule):
        lines = self.text(path).split('\n')
        around = '\n'.join(lines[max(0, line - 2):line])
        return re.search(r'(?://|#) tidy: allow ' + re.escape(rule) + r': \S', around) is not None

    def readme(self, folder):
        path = f'{folder}/README.md'
        return self.text(path) if self.tree.exists(path) else ''


def is_test(path):
    return path.endswith('_test.cc') or path.startswith('tests/')


def line_of(text, position):
    return text.count('\n', 0, position) + 1


# Layers

def layer_table(house):
    """[[folder...]...] from low to high, as STYLE.md has it: "points only down: a · b c · d."."""
    style = house.text('STYLE.md') if house.tree.exists('STYLE.md') else ''
    match = re.search(r'points only down:\s*([^.]+)\.', style)
    return [level.split() for level in match.group(1).split('·')] if match else []


def may_include(house, folder):
    """What the folder's README names after "May include:"."""
    match = re.search(r'^\W*May include:(.*?)(?:\n\s*\n|\Z)', house.readme(folder), re.MULTILINE | re.DOTALL)
    return set(re.findall(r'[a-z0-9_]+(?:/[a-z0-9_]+)*', match.group(1))) if match else set()


def module_of(path):
    parts = path.split('/')
    return parts[2] if parts[1] == 'modules' and len(parts) > 3 else None


def layers(house):
    table = layer_table(house)
    if not table:
        return ['STYLE.md:1: the layer table ("An include points only down: base · ...") cannot be read']
    level = {folder: i for i, folders in enumerate(table) for folder in folders}
    breaches, sideways = [], {}
    used = {f.split('/')[1] for f in house.cpp if f.startswith('src/') and f.count('/') > 1}
    for folder in sorted(used - set(level)):
        breaches.append(f'src/{folder}:1: the folder is not in the layer table of STYLE.md')
    for path in [f for f in house.cpp if f.startswith('src/') and f.count('/') > 1]:
        own = path.split('/')[1]
        for line, name, quoted in cpp_source.includes(house.text(path)):
            target = house.tree.resolve(path, name) if quoted else None
            if quoted and not target:
                breaches.append(f'{path}:{line}: "{name}" is no file under src/')
                continue
            if not target or not target.startswith('src/') or own not in level:
                continue
            other = target.split('/')[1]
            if other not in level:
                continue
            if level[other] > level[own]:
                breaches.append(f'{path}:{line}: {own} includes {other}, which stands above it')
            elif other != own and level[other] == level[own]:
                sideways.setdefault((own, other), f'{path}:{line}')
                if other not in may_include(house, f'src/{own}'):
                    breaches.append(f'{path}:{line}: {own} includes {other} of its own level; '
                                    f'the "May include:" of src/{own}/README.md does not name it')
            mine, theirs = module_of(path), module_of(target)
            if mine and theirs and mine != theirs:
                sideways.setdefault((f'modules/{mine}', f'modules/{theirs}'), f'{path}:{line}')
                if f'modules/{theirs}' not in may_include(house, f'src/modules/{mine}'):
                    breaches.append(f'{path}:{line}: modules/{mine} includes modules/{theirs}; '
                                    f'the "May include:" of src/modules/{mine}/README.md does not name it')
    return breaches + rings(sideways)


def rings(edges):
    """Folders of one level that include each other, directly or round a ring; `edges` maps (from, to) to a place."""
    follows = {}
    for start, end in edges:
        follows.setdefault(start, set()).add(end)

    def reaches(start, goal, seen):
        return any(n == goal or (n not in seen and reaches(n, goal, seen | {n})) for n in follows.get(start, ()))
    return [f'{place}: {start} and {end} include each other' for (start, end), place in sorted(edges.items())
            if reaches(end, start, {end})]


# What modules may see

HIDDEN_FROM_MODULES = {
    'src/server/home.h': 'a module has what its ModuleContext gives (server/module_context.h)',
    'src/store/data_plane.h': 'a module has stores of a tenant that it was given, by its ModuleContext (store/stores.h)',
}


def module_scope(house):
    """No module reaches a home or the data plane by its includes, and nothing outside its folder but app/modules.cc includes it."""
    breaches = []
    for path in [f for f in house.cpp if f.startswith('src/') and not is_test(f) and '/testing/' not in f]:
        if module_of(path):
            seen = house.tree.closure(path)
            breaches += [f'{path}:1: reaches {hidden[4:]} by its includes: {why}'
                         for hidden, why in HIDDEN_FROM_MODULES.items() if hidden in seen]
            continue
        for line, name, quoted in cpp_source.includes(house.text(path)):
            target = house.tree.resolve(path, name) if quoted else None
            if target and target.startswith('src/') and module_of(target) and path != 'src/app/modules.cc':
                breaches.append(f'{path}:{line}: includes {name}; outside of modules/ app/modules.cc alone names modules')
    return breaches


# Sizes

def file_sizes(house):
    breaches = []
    for path in house.files:
        if not path.endswith(CODE_ENDINGS) or not path.startswith(FOLDERS_OF_CODE):
            continue
        count = house.text(path).count('\n')
        if count >= FILE_LINES_MAX:
            breaches.append(f'{path}:{count}: {count} lines; a file has fewer than {FILE_LINES_MAX}')
        elif count >= FILE_LINES_QUESTION:
            house.notes.append(f'{path}: {count} lines; is it two ideas?')
    return breaches


def function_sizes(house):
    breaches = []
    for path in house.cpp:
        if is_test(path):
            continue
        for name, first, last in cpp_source.functions(house.text(path)):
            if last - first + 1 > FUNCTION_LINES_MAX and not house.allows(path, first, 'long-function'):
                breaches.append(f'{path}:{first}: {name}() has {last - first + 1} lines; at most {FUNCTION_LINES_MAX}')
    return breaches


def line_lengths(house):
    breaches = []
    for path in house.texts():
        if not (path.endswith(CODE_ENDINGS) or path.startswith(('script/', 'tools/', '.ci/', 'cmake/')) or
                path == 'CMakeLists.txt') or not path.startswith(FOLDERS_OF_CODE + ('cmake', 'CMakeLists')):
            continue
        most = COLUMNS_MAX if path in house.cpp else COLUMNS_MAX_OTHERS
        for number, line in enumerate(house.text(path).split('\n'), 1):
            if len(line) > most and not house.allows(path, number, 'long-line'):
                breaches.append(f'{path}:{number}: {len(line)} columns; at most {most}')
    return breaches


# Banned

# rule, pattern on code without comments and strings, where, where not, why
BANNED = [
    ('unsafe-c', r'(?<![\w.>])(?:strcpy|strcat|sprintf|vsprintf|gets|rand|srand|system|tmpnam|strtok|atoi)\s*\(',
     FOLDERS_OF_CPP, (), 'has no bounds, no good randomness, or runs a shell'),
    ('regex', r'\bstd::w?regex\b', FOLDERS_OF_CPP, (), 'std::regex recurses and is slow: write a parser'),
    ('sleep', r'\b(?:sleep_for|sleep_until|usleep|nanosleep|(?<![.>])sleep)\s*\(', FOLDERS_OF_CPP, (),
     'nothing sleeps: await, or use a FakeClock'),
    ('print', r'\bstd::(?:cout|cerr|clog)\b|(?<!\w)(?:printf|puts|putchar)\s*\(', ('src/',), ('src/cli/', 'src/app/'),
     'only cli/ and app/ print; log with base/log.h'),
    ('using-std', r'\busing\s+namespace\s+std\s*;', FOLDERS_OF_CPP, (), 'name what you use'),
    ('home-pointer', r'\bHome\s*\*|\breference_wrapper<\s*Home\b|\bfunction<[^;{}=]*\(\s*Home\s*&', ('src/',), ('src/server/homes.h',),
     'a Home is seen on its own loop alone: keep its Place, and send a parcel (server/homes.h)'),
    ('new', r'(?<!operator )\bnew\b(?!\s*\()\s+[A-Za-z_:]|(?<!operator )(?<!= )\bdelete\b(?:\s*\[\s*\])?\s+[\w*(]',
     FOLDERS_OF_CPP, (), 'use std::make_unique, a value or a container'),
]
# The same, in tests/ but C++.
BANNED_IN_SCRIPTED_TESTS = [
    ('sleep', r'\b(?:asyncio|time)\.sleep\b|\bfrom (?:asyncio|time) import\b.*\bsleep\b|\bwaitForTimeout\s*\(', ('tests/fixtures/poll.py',),
     'nothing sleeps: await what you wait for, or poll it (tests/fixtures/poll.py)'),
]


def banned_calls(house):
    breaches = []
    for path in house.cpp:
        code = house.code(path)
        for rule, pattern, where, where_not, why in BANNED:
            if not path.startswith(where) or (where_not and path.startswith(where_not)):
                continue
            if (rule == 'print' and is_test(path)) or (rule == 'home-pointer' and (is_test(path) or '/testing/' in path)):
                continue
            for match in re.finditer(pattern, code):
                line = line_of(code, match.start())
                if not house.allows(path, line, rule):
                    breaches.append(f'{path}:{line}: {match.group().strip(" (")}: {why} (rule {rule})')
    for path in house.files:
        if not path.startswith('tests/') or not path.endswith(('.py', '.ts', '.js', '.mjs')):
            continue
        for rule, pattern, where_not, why in BANNED_IN_SCRIPTED_TESTS:
            if path in where_not:
                continue
            for match in re.finditer(pattern, house.text(path)):
                line = line_of(house.text(path), match.start())
                if not house.allows(path, line, rule):
                    breaches.append(f'{path}:{line}: {match.group().strip(" (")}: {why} (rule {rule})')
    return breaches


NAKED = re.compile(r'\b(?:TO' r'DO|FIX' r'ME|X' r'XX)\b(?!\(#\d+\))')


def naked_todos(house):
    breaches = []
    for path in house.texts():
        if not path.startswith(FOLDERS_OF_CODE) or path.startswith('tools/tidy'):
            continue
        text = cpp_source.comments_only(house.text(path)) if path.endswith(('.cc', '.h')) else house.text(path)
        for match in NAKED.finditer(text):
            breaches.append(f'{path}:{line_of(text, match.start())}: {match.group()}: do it, '
                            f'or open an issue and name it: {match.group()}(#12)')
    return breaches


# Files and folders

HEAVY = ('boost/', 'rocksdb/', 'sqlite3.h', 'openssl/', 'unicode/')


def heavy_headers(house):
    """A heavy header stays in .cc files, and in headers that no other layer's code gets to see."""
    outside = {}  # header -> a file of another layer that includes it, directly or not
    for path in [f for f in house.cpp if f.startswith('src/') and not is_test(f)]:
        for header in house.tree.closure(path):
            if header.split('/')[:2] != path.split('/')[:2]:
                outside.setdefault(header, path)
    return [f'{path}:{line}: <{name}> belongs in a .cc file: {outside[path]} gets it too'
            for path in house.cpp if path in outside
            for line, name, _ in cpp_source.includes(house.text(path))
            if name.startswith(HEAVY) and not house.allows(path, line, 'heavy-header')]


def pragma_once(house):
    return [f'{path}:1: no #pragma once' for path in house.cpp
            if path.endswith('.h') and not re.search(r'^#pragma once\s*$', house.text(path), re.MULTILINE)]


def test_namespaces(house):
    """Test files are compiled many at a time as one (cmake/layers.cmake), and call their worlds alike."""
    breaches = []
    for path in (f for f in house.cpp if f.startswith('src/') and f.endswith('_test.cc')):
        own = os.path.basename(path).removesuffix('.cc')
        for number, line in enumerate(house.text(path).split('\n'), 1):
            opened = re.match(r'namespace ([\w:]+) \{', line)
            if opened and not opened.group(1).endswith('::' + own):
                breaches.append(f'{path}:{number}: a test file has a namespace of its own: {opened.group(1)}::{own}')
    return breaches


def file_names(house):
    return [f'{path}:1: the name is not in snake_case' for path in house.cpp
            if not re.fullmatch(r'[a-z][a-z0-9_]*\.(?:h|cc)', os.path.basename(path))]


def readmes(house):
    folders = {'/'.join(f.split('/')[:2]) for f in house.cpp if f.startswith('src/') and f.count('/') > 1}
    folders |= {'/'.join(f.split('/')[:3]) for f in house.cpp if f.startswith('src/modules/') and f.count('/') > 2}
    breaches = []
    for folder in sorted(folders):
        lines = house.readme(folder).count('\n')
        if not lines:
            breaches.append(f'{folder}/README.md:1: missing; '
                            'it says what the folder is, what it may include, its main types')
        elif lines > README_LINES_MAX:
            breaches.append(f'{folder}/README.md:{lines}: {lines} lines; at most {README_LINES_MAX}')
    return breaches


def white_space(house):
    breaches = []
    for path in house.texts():
        text = house.text(path)
        if '\r' in text:
            breaches.append(f'{path}:{line_of(text, text.index(chr(13)))}: a carriage return; lines end with LF')
        if text and not text.endswith('\n'):
            breaches.append(f'{path}:{line_of(text, len(text))}: no newline at the end of the file')
        if text.endswith('\n\n'):
            breaches.append(f'{path}:{line_of(text, len(text) - 1)}: empty lines at the end of the file')
        breaches += [f'{path}:{line_of(text, m.start())}: white space at the end of the line'
                     for m in re.finditer(r'[ \t]+\r?$', text, re.MULTILINE)]
    return breaches


def node_major_min(engines):
    """The least major version of Node.js that a range like ">=20 || ^18.1" takes."""
    majors = [re.search(r'\d+', part) for part in engines.split('||')]
    return min((int(m.group()) for m in majors if m), default=0)


def lock_files(house):
    """Debian's Node.js must do, but for a folder of tests that says it wants a newer one (they are passed over without it). A lock
    file names no host: whoever installs asks the registry that he uses."""
    breaches = []
    for path in [f for f in house.files if os.path.basename(f) == 'package-lock.json']:
        text = house.text(path)
        for match in re.finditer(r'"resolved": "(https?://[^/"]+)', text):
            breaches.append(f'{path}:{line_of(text, match.start())}: names the host {match.group(1)}; '
                            'npm config set omit-lockfile-registry-resolved true, then npm install')
        packages = json.loads(text).get('packages', {})
        own = packages.get('', {}).get('engines', {}).get('node', '') if path.startswith('tests/') else ''
        major_max = max(NODE_MAJOR, node_major_min(own))
        for name, package in packages.items():
            engines = package.get('engines') or {}
            wanted = engines.get('node', '') if isinstance(engines, dict) else ''
            if node_major_min(wanted) > major_max:
                at = line_of(text, text.index(f'"{name}": {{'))
                breaches.append(f'{path}:{at}: {name or "this package"} wants Node.js {wanted}; '
                                f'Debian 12 has {NODE_MAJOR}')
    return breaches


RULES = [
    ('layers', layers),
    ('module-scope', module_scope),
    ('file-sizes', file_sizes),
    ('function-sizes', function_sizes),
    ('line-lengths', line_lengths),
    ('banned-calls', banned_calls),
    ('naked-todos', naked_todos),
    ('heavy-headers', heavy_headers),
    ('pragma-once', pragma_once),
    ('test-namespaces', test_namespaces),
    ('file-names', file_names),
    ('readmes', readmes),
    ('white-space', white_space),
    ('lock-files', lock_files),
]
