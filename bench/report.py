"""Results as tables: for the terminal while they come, and docs/performance.md with its charts from a whole run."""
import os
import platform
import statistics
import subprocess

import bounds
import charts
from measurements import ALL, MEASUREMENTS
from peers.peer import ROOT

NAMES = {'floor': 'floor', 'teahouse': 'Teahouse', 'ejabberd': 'ejabberd', 'prosody': 'Prosody'}
BY_HAND = '<!-- What follows is written by hand and kept. -->\n'
TELLING_S = 0.5
PAGE = os.path.join(ROOT, 'docs/performance.md')

HEAD = '''# Figures

Made by `{command}` on {date}: {cpu}, {cores} cores, Linux {kernel}, {memory} GiB. {rounds} round{plural} of {seconds:g} s each; servers took turns, each
started afresh, pinned to one core with the load generator on the other, over loopback. Figures are medians over the rounds, with the least
and the greatest in brackets. {disturbed}

Server CPU is what counts (user and system of the whole process tree): it does not depend on how fast the load generator is. The *floor*
(`bench/floor`) is a bare epoll program that copies messages between sockets: no parser, no storage, no checks. All XMPP servers store
each message for both users, and have carbons, stream management and offline messages on. PostgreSQL's CPU stands beside ejabberd's, after a +.
Teahouse and ejabberd have a message on disk when they say so; Prosody's file storage does not sync. Every message is checked by the
receiver: once, in order, to the right one. `bench/README.md` tells how it is done.

Versions: {versions}.

'''


def machine():
    """What it was measured on."""
    with open('/proc/cpuinfo', encoding='utf-8') as file:
        cpu = next((line.split(':', 1)[1].strip() for line in file if line.startswith('model name')), platform.machine())
    with open('/proc/meminfo', encoding='ascii') as file:
        memory = int(file.readline().split()[1]) / 1024 / 1024
    done = subprocess.run(['git', '-C', ROOT, 'describe', '--always', '--dirty'], capture_output=True, text=True, check=False)
    date = subprocess.run(['date', '-u', '+%F'], capture_output=True, text=True, check=True).stdout.strip()
    return {'cpu': cpu, 'cores': os.cpu_count(), 'kernel': platform.release(), 'memory': round(memory), 'commit': done.stdout.strip(),
            'date': date}


def number(value):
    """Three digits that matter."""
    if value == 0:
        return '0'
    if abs(value) >= 100:
        return f'{value:,.0f}'
    if abs(value) >= 10:
        return f'{value:.1f}'
    return f'{value:.2f}'


def median(figure, results):
    values = [v for v in (figure.value(result) for result in results) if v is not None]
    return statistics.median(values) if values else None


def cell(figure, results):
    """Median, database beside it, spread."""
    values = [v for v in (figure.value(result) for result in results) if v is not None]
    if not values:
        return '-'
    text = number(statistics.median(values))
    others = [v for v in (figure.database_value(result) for result in results) if v is not None]
    if others:
        text += ' + ' + number(statistics.median(others))
    if len(values) > 1:
        text += f' ({number(min(values))} to {number(max(values))})'
    return text


def line(measurement, result):
    """One result in a line."""
    words = []
    for figure in measurement.figures:
        if figure.value(result) is None:
            continue
        words.append(f'{figure.label} {cell(figure, [result])} {figure.unit}'.strip())
    busy = result.get('load_cpu_share') or result.get('delivery', {}).get('load_cpu_share')
    others = disturbance(result)
    return ', '.join(words + ([f'load {busy:.0%} busy'] if busy else []) + ([f'others {others:.0%}'] if others > 0.05 else []))


def disturbance(result):
    """The greatest share of a core that other programs had while it was measured. Of a part that took but a moment the kernel's clock, which
    ticks a hundred times a second, says nothing."""
    inner = [disturbance(value) for value in result.values() if isinstance(value, dict)]
    own = result.get('others_cpu_share', 0) if result.get('seconds', 0) >= TELLING_S else 0
    return max([own, *inner])


def disturbed(whole):
    """How quiet it was, in a sentence."""
    shares = sorted(disturbance(result) for by_peer in whole['results'].values() for results in by_peer.values() for result in results)
    return f'Other programs had {statistics.median(shares):.0%} of a core in the middle and {shares[-1]:.0%} in the worst of {len(shares)} measurements.'


def ratio(figure, by_peer):
    ours, floor = (median(figure, by_peer.get(name, [])) for name in ('teahouse', 'floor'))
    return f'{ours / floor:.1f}' if ours and floor else ''


def tables(whole):
    """One table: a row for each figure of each measurement."""
    peers = [name for name in ALL if any(name in by_peer for by_peer in whole['results'].values())]
    rows = ['| work | figure | ' + ' | '.join(NAMES[p] for p in peers) + ' | Teahouse : floor |', '| --- ' * (len(peers) + 3) + '|']
    for measurement in MEASUREMENTS:
        by_peer = whole['results'].get(measurement.name)
        if not by_peer:
            continue
        title = measurement.title
        for figure in measurement.figures:
            cells = [cell(figure, by_peer.get(p, [])) for p in peers]
            if all(c == '-' for c in cells):
                continue
            compared = figure.unit in ('µs', 'ms', 'KiB') and not figure.label.startswith('p')
            label = f'{figure.label}, {figure.unit}' if figure.unit else figure.label
            rows.append(f'| {title} | {label} | ' + ' | '.join(cells) + f' | {ratio(figure, by_peer) if compared else ""} |')
            title = ''
    return '\n'.join(rows) + '\n'


MEMORY = '''## Memory stays bounded

The greatest rise of resident memory (the kernel's own mark, VmHWM) above that of just before, and the bound by Teahouse's limits in `src/`
(`bench/bounds.py`). For a session that does not read {queue} MiB wait to be written, and behind them {held} MiB of stanzas, and may have one more each; then it is closed with
resource-constraint, and what is queued goes when it is read or 5 s have passed. With XEP-0198 the stanzas that it did not acknowledge are among those {held} MiB.
Both count memory, not XML. In the room and the flood everybody reads: stated is what this load has under way;
a client that falls behind is bounded as the others are. The kernel's buffers are not the server's and not counted, nor is ejabberd's database. Other pairs chat
meanwhile, and lose nothing; what they noticed is above.

'''


def memory(whole):
    """Stated and measured, of what was measured."""
    peers = [name for name in ALL if name != 'floor']
    rows = []
    for measurement in MEASUREMENTS:
        by_peer = whole['results'].get(measurement.name)
        if not by_peer or not measurement.bound:
            continue
        bound = measurement.bound()
        figure = next(f for f in measurement.figures if f.path == ('memory', 'server', 'rise_kib'))
        cells = ' | '.join(cell(figure, by_peer.get(p, [])) for p in peers)
        ours = median(figure, by_peer.get('teahouse', []))
        share = '-' if ours is None else f'{ours / bound.mib:.0%}' + ('' if ours <= bound.mib else ', **beyond**')
        rows.append(f'| {measurement.title} | {bound.words}: {number(bound.mib)} MiB | {cells} | {share} |')
    if not rows:
        return ''
    head = ('| work | stated bound | ' + ' | '.join(f'{NAMES[p]}, MiB' for p in peers) + ' | of the bound |\n' + '| --- ' * (len(peers) + 3) + '|\n')
    about = MEMORY.format(queue=bounds.queue_bytes() // bounds.MIB, held=bounds.held_bytes() // bounds.MIB)
    return about + head + '\n'.join(rows) + '\n\n'


def commands(whole):
    """How to take any one of them again."""
    rows = []
    for measurement in MEASUREMENTS:
        if measurement.name in whole['results']:
            words = ' '.join([*measurement.options, *(['--tenants', str(measurement.tenants)] if measurement.tenants > 1 else [])])
            per_peer = '; '.join(f'{NAMES[p]} {" ".join(o)}' for p, o in measurement.per_peer.items())
            rows.append(f'| {measurement.title} | `script/bench {measurement.name}` | `{(measurement.work + " " + words).strip()}`, '
                        f'{measurement.via}{"; " + per_peer if per_peer else ""} |')
    return '| work | again | bench_load |\n| --- | --- | --- |\n' + '\n'.join(rows) + '\n'


def write(whole):
    """docs/performance.md and the charts."""
    about = whole['about']
    versions = '; '.join(f'{name} {version}' if name.lower() not in version.lower() else version for name, version in whole['versions'].items())
    text = HEAD.format(command=whole['command'].strip(), rounds=whole['rounds'], plural='s' if whole['rounds'] > 1 else '', seconds=whole['seconds'], disturbed=disturbed(whole),
                       versions=f'{versions}; commit {about["commit"]}', **about)
    for name, title in charts.write(whole, median):
        text += f'![{title}](images/{name})\n\n'
    text += '## All figures\n\n' + tables(whole) + '\n' + memory(whole) + '## Commands\n\n' + commands(whole)
    if whole['failures']:
        text += '\n## Not done\n\n' + ''.join(f'- {" ".join(failure.split())}\n' for failure in whole['failures'])
    text += '\n' + BY_HAND + by_hand()
    with open(PAGE, 'w', encoding='utf-8') as file:
        file.write(text)


def by_hand():
    """What people wrote at the end of the page stays."""
    if not os.path.exists(PAGE):
        return ''
    with open(PAGE, encoding='utf-8') as file:
        return file.read().partition(BY_HAND)[2]
