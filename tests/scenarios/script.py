"""The language of the scenarios; README.md shows it. A file gives one Script, or one for each row of its table (of two tables:
for each pair of rows)."""
import itertools
import re

CLIENT_OPTIONS = ('account', 'resource', 'transport', 'state', 'priority', 'password', 'mechanism', 'features', 'lies', 'certificate')
STATES = ('available', 'interested', 'bound', 'offline')


class ScriptError(Exception):
    """A scenario that can't be read: file, line, what is wrong."""


class Step:
    """One line that begins at the margin, and the indented lines below it."""

    def __init__(self, number, text):
        self.number, self.text, self.lines = number, text, []

    @property
    def body(self):
        return '\n'.join(self.lines)


class Script:
    """What to set up, and the steps."""

    def __init__(self, name, path):
        self.name, self.path = name, path
        self.about = ''
        self.clients = {}      # name -> options
        self.tenants = {}      # alias -> options (plan limits, registration, ...)
        self.accounts = []     # more accounts: addresses
        self.relations = []    # (a, state, b)
        self.bystanders = True
        self.own_server = False
        self.settings = []     # of the own server
        self.steps = []


def read(path, name):
    """All scripts of a file."""
    with open(path, encoding='utf-8') as file:
        lines = file.read().split('\n')
    about, blocks = _blocks(path, lines)
    if not about:
        raise ScriptError(f'{path}:1: a scenario begins with a comment: the behaviour, and where it is specified')
    tables = [_rows(path, b) for b in blocks if b.text.startswith('[Table]')]
    blocks = [b for b in blocks if not b.text.startswith('[Table]')]
    return [_script(path, name, about, blocks, rows) for rows in itertools.product(*tables)]


def _blocks(path, lines):
    about, blocks = [], []
    for number, line in enumerate(lines, 1):
        if line.startswith('#'):
            if not blocks:
                about.append(line[1:].strip())
        elif line[:1] in (' ', '\t'):
            if not blocks and line.strip():
                raise ScriptError(f'{path}:{number}: an indented line needs a step before it')
            if blocks:
                blocks[-1].lines.append(line)
        elif line.strip():
            blocks.append(Step(number, line.strip()))
    return ' '.join(about), blocks


def _rows(path, block):
    columns = [c.strip() for c in block.text[len('[Table]'):].split('|')]
    rows = []
    for line in block.lines:
        if not line.strip():
            continue
        cells = [c.strip() for c in line.strip().split('|')]
        if len(cells) != len(columns):
            raise ScriptError(f'{path}:{block.number}: a row has {len(cells)} cells, the table {len(columns)} columns: {line}')
        rows.append(dict(zip(columns, cells)))
    return rows


def _script(path, name, about, blocks, rows):
    """One script: with several tables, for one row of each."""
    if rows:
        name += ' (' + ', '.join(next(iter(row.values())) for row in rows) + ')'
    cells = {key: value for row in rows for key, value in row.items()}

    def fill(text):
        for key, value in cells.items():
            text = text.replace('{' + key + '}', value)
        return text
    script = Script(name, path)
    script.about = about
    for block in blocks:
        filled = Step(block.number, fill(block.text))
        filled.lines = _chosen(path, [fill(line) for line in block.lines])
        when = re.match(r'when (.*?) is (not )?(.*?): (.*)$', filled.text)
        if when:
            if (when.group(1) == when.group(3)) == bool(when.group(2)):
                continue
            filled.text = when.group(4)
        if filled.text.startswith('['):
            _setting(script, filled)
        else:
            script.steps.append(filled)
    return script


def _chosen(path, lines):
    """A line of a block that is empty after a table's cell `-` was put in goes away."""
    return [line for line in lines if line.strip() != '-']


def _setting(script, block):
    match = re.match(r'\[(.*?)\]\s*(.*)$', block.text)
    kind, rest = match.group(1), match.group(2)
    if kind == 'Client':
        options = _options(script, block)
        unknown = set(options) - set(CLIENT_OPTIONS)
        if unknown or options.get('state', 'available') not in STATES:
            raise ScriptError(f'{script.path}:{block.number}: unknown {sorted(unknown) or options["state"]}')
        script.clients[rest] = options
    elif kind == 'Tenant':
        script.tenants[rest] = _options(script, block)
    elif kind == 'Account':
        script.accounts.append(rest)
    elif kind == 'Friends':
        first, second = rest.split()
        script.relations.append((first, 'Both', second))
    elif kind == 'Subscription':
        first, state, second = re.match(r'(\S+) (.*) (\S+)$', rest).groups()
        script.relations.append((first, state, second))
    elif kind == 'No bystanders':
        script.bystanders = False
    elif kind == 'Own server':
        script.own_server = True
        script.settings = [line.strip() for line in block.lines if line.strip()]
    else:
        raise ScriptError(f'{script.path}:{block.number}: there is no block [{kind}]')


def _options(script, block):
    options = {}
    for line in block.lines:
        if not line.strip():
            continue
        key, found, value = line.strip().partition(':')
        if not found:
            raise ScriptError(f'{script.path}:{block.number}: an option is "name: value", not {line.strip()!r}')
        options[key.strip()] = value.strip()
    return options
