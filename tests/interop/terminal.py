"""Programs that draw on a terminal: each in a tmux server of its own, where keys are sent and the screen is read."""
import asyncio
import contextlib
import os
import shutil
import signal
import tempfile

from fixtures import limits
from fixtures.client import Unexpected, show
from fixtures.poll import poll


class Terminal:
    """Of one program, with a home directory of its own that goes with it."""

    program = ()   # and its arguments

    def __init__(self, stage):
        self.home = tempfile.mkdtemp(prefix=f'teahouse-{self.program[0]}-')
        self.socket = os.path.join(self.home, 'tmux')
        self.stage, self.pid = stage, None
        stage.closers.append(self.close)

    async def tmux(self, *arguments):
        environment = {**os.environ, 'HOME': self.home, 'XDG_CONFIG_HOME': self.home + '/config', 'TERM': 'xterm',
                       'XDG_DATA_HOME': self.home + '/data', 'XDG_CACHE_HOME': self.home + '/cache', 'LC_ALL': 'C.UTF-8'}
        environment.pop('TMUX', None)
        process = await asyncio.create_subprocess_exec('tmux', '-S', self.socket, *arguments, env=environment,
                                                       stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
        return (await process.communicate())[0].decode('utf-8', 'replace')

    async def start(self):
        self.pid = int(await self.tmux('-f', '/dev/null', 'new-session', '-d', '-P', '-F', '#{pane_pid}', '-x', '160', '-y', '50', *self.program))

    async def press(self, *keys):
        await self.tmux('send-keys', *keys)

    async def type(self, line):
        await self.press('-l', line)
        await self.press('Enter')

    async def shows(self, text):
        """Waits until the screen has the text."""
        await poll(lambda: self.tmux('capture-pane', '-p'), lambda screen: text in screen, f'{text!r} on the screen', limits.ANSWER_S * 2)

    async def close(self):
        """Not by the end of its terminal alone: poezio may outlive that, and then asks for keys without an end."""
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        await self.tmux('kill-server')
        shutil.rmtree(self.home, ignore_errors=True)


async def heard(client, text):
    """One of our own clients gets a message with this body; gives the message."""
    return await client.pick(lambda e: e.tag == '{jabber:client}message' and e.findtext('{jabber:client}body') == text)


async def enter(client, place):
    """Into a room whose owner has just asked for it to be unlocked, so that it may not be yet: then ask again."""
    async def ask():
        client.send(f"<presence to='{place}'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
        return await client.pick(lambda e: e.find('{jabber:client}subject') is not None or e.get('type') == 'error')

    answer = await poll(ask, lambda e: e.find('.//{urn:ietf:params:xml:ns:xmpp-stanzas}item-not-found') is None, 'an unlocked room')
    if answer.get('type') == 'error':
        raise Unexpected(f'{client.name} could not enter the room: {show(answer)}')
