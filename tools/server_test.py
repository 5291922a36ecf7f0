#!/usr/bin/python3
"""Tests of script/server: it gets ready, what it prints is true, it starts again on the same data and stops whole.

Needs TEAHOUSE_BINARY in the environment. Prints TAP.
"""
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), '..'))
PORTS = ('C2S_PORT', 'C2S_TLS_PORT', 'HTTP_PORT', 'HTTPS_PORT', 'DEMO_PORT')
LIMIT_S = 120


def free_ports(count):
    sockets = [socket.create_server(('127.0.0.1', 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for one in sockets:
        one.close()
    return ports


def get(url):
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=30) as answer:
        return answer.read().decode()


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(('127.0.0.1', port)) == 0


class Run:
    """One run of script/server, up to the end of its welcome."""

    def __init__(self, data):
        self.ports = dict(zip(PORTS, free_ports(len(PORTS))))
        self.process = subprocess.Popen(
            ['script/server'], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, env={**os.environ, 'DATA': data, **{k: str(v) for k, v in self.ports.items()}})
        self.limit = threading.Timer(LIMIT_S, self.process.kill)
        self.limit.start()
        self.text = ''
        for line in self.process.stdout:
            self.text += line
            if 'Keys of the demo tenant' in line:
                return
        raise AssertionError('it ended before its welcome:\n' + self.text)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.text += self.process.stdout.read()
        self.process.wait()
        self.limit.cancel()
        assert self.process.returncode == 0, f'status {self.process.returncode}:\n{self.text}'
        left = [name for name, port in self.ports.items() if listens(port)]
        assert not left, f'still listening: {left}'


def check_pages(run):
    named = re.findall(r'http://127\.0\.0\.1:\d+/\S+', run.text)
    panel = [page for page in named if '/panel/first#' in page]
    pages = [page for page in named if page not in panel]
    assert len(pages) >= 2 and len(panel) == 1, run.text
    for page in pages:
        assert 'w.js' in get(page), f'{page} has no widget'
    assert '/panel/main-' in get(panel[0]), f'{panel[0]} is no panel'


def check_widget(run):
    assert len(get(f'http://127.0.0.1:{run.ports["HTTP_PORT"]}/w.js')) > 1000


def check_xmpp(run):
    with socket.create_connection(('127.0.0.1', run.ports['C2S_PORT']), timeout=30) as stream:
        stream.sendall(b"<?xml version='1.0'?><stream:stream to='demo.localhost' version='1.0' xmlns='jabber:client' "
                       b"xmlns:stream='http://etherx.jabber.org/streams'>")
        answer = b''
        while b'</stream:features>' not in answer:
            more = stream.recv(4096)
            assert more, answer
            answer += more
    assert b'starttls' in answer, answer


def users(run):
    return re.findall(r'(\w+@demo\.localhost) +password (\w+)', run.text)


def scenario(data):
    run = Run(data)
    try:
        first = users(run)
        yield 'it names two users', len(first) == 2, first
        for name, check in (('the pages it names have the widget', check_pages), ('the widget is served', check_widget),
                            ('an XMPP client gets an answer', check_xmpp)):
            try:
                check(run)
                yield name, True, ''
            except (AssertionError, OSError) as error:
                yield name, False, error
    finally:
        run.stop()
    yield 'it stops whole', True, ''
    again = Run(data)
    again.stop()
    yield 'it starts again with the same users', users(again) == first, again.text


def main():
    failed = count = 0
    with tempfile.TemporaryDirectory() as data:
        try:
            for name, passed, why in scenario(os.path.join(data, 'data')):
                count += 1
                failed += not passed
                print(f'ok {name}' if passed else f'not ok {name}: {why}', flush=True)
        except Exception as error:  # told and counted, whatever it is
            failed += 1
            print(f'# {error}\nnot ok script/server works: {type(error).__name__}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
