#!/usr/bin/env bash
# slixmpp can't read a time with more than six digits behind the point, as programs in Rust, Go and Java write them.
#
# XEP-0082 allows any number of digits. One would guess that a library which can hold microseconds leaves the rest out, as fromisoformat() of
# Python does since 3.11. slixmpp tries a pattern with microseconds, and raises ValueError when a program asks a delayed message for its time,
# so that it has none at all. xmpp-parsers 0.23.0 (Rust, not run here) writes nine digits of the time of now, as RFC3339Nano of Go and
# Instant.now() of Java do.
#
# Seen with slixmpp 1.17.0.
# shellcheck source=findings/lib.sh
. "$(dirname "$0")/lib.sh"

python_packages slixmpp==1.17.0
cat >stamps.py <<'PY'
import datetime

import slixmpp
from slixmpp.plugins.xep_0203 import Delay
from slixmpp.xmlstream import register_stanza_plugin

register_stanza_plugin(slixmpp.Message, Delay)


def by_slixmpp(stamp):
    message = slixmpp.Message()
    message['delay'].xml.set('stamp', stamp)
    return message['delay']['stamp']


for stamp in '2026-01-02T03:04:05Z', '2026-01-02T03:04:05.123456Z', '2026-01-02T03:04:05.123456789Z':
    for name, read in ('slixmpp', by_slixmpp), ('Python', datetime.datetime.fromisoformat):
        try:
            print(stamp, name, read(stamp))
        except ValueError as error:
            print(stamp, name, type(error).__name__)
PY
expect "$("$python" stamps.py)" <<'EXPECTED'
2026-01-02T03:04:05Z slixmpp 2026-01-02 03:04:05+00:00
2026-01-02T03:04:05Z Python 2026-01-02 03:04:05+00:00
2026-01-02T03:04:05.123456Z slixmpp 2026-01-02 03:04:05.123456+00:00
2026-01-02T03:04:05.123456Z Python 2026-01-02 03:04:05.123456+00:00
2026-01-02T03:04:05.123456789Z slixmpp ValueError
2026-01-02T03:04:05.123456789Z Python 2026-01-02 03:04:05.123456+00:00
EXPECTED
