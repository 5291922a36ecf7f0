"""Programs that draw on a terminal: each in a tmux server of its own, where keys are sent and the screen is read."""
import asyncio
import contextlib
import os
import shutil
import signal
import tempfile

from fixtures import limits
from fixtures.client import Unexpected
from fixtures.poll import poll
from fixtures.shown import show


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

    async def say(self, line):
        """Types it, and the Enter key: what the program sends to where it is, or a command of its own."""
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


async def heard_nothing(client):
    """Asked behind all that the server had for it until now."""
    await client.answer("<iq type='get' id='mark'><ping xmlns='urn:xmpp:ping'/></iq>")
    if client.inbox:
        raise Unexpected(f'{client.name} received\n{show(client.inbox[0])}')


async def enter(client, place):
    """Into a room whose owner has just asked for it to be unlocked, so that it may not be yet: then ask again."""
    async def ask():
        client.send(f"<presence to='{place}'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
        return await client.pick(lambda e: e.find('{jabber:client}subject') is not None or e.get('type') == 'error')

    answer = await poll(ask, lambda e: e.find('.//{urn:ietf:params:xml:ns:xmpp-stanzas}item-not-found') is None, 'an unlocked room')
    if answer.get('type') == 'error':
        raise Unexpected(f'{client.name} could not enter the room: {show(answer)}')


async def chat(stage, program):
    """It logs in and talks with a user of the other tenant; the user beside that one hears nothing."""
    juliet, nurse = await stage.enter('juliet'), await stage.enter('nurse')
    await program.login('romeo')
    await program.tell(stage.jid('juliet'), 'Hello from a terminal')
    message = await heard(juliet, 'Hello from a terminal')
    juliet.send(f"<message to='{message.get('from')}' type='chat'><body>Hello to a terminal</body></message>")
    await program.shows('Hello to a terminal')
    await heard_nothing(nurse)


async def talk_in(stage, program, place):
    """It talks in a room that it has just made, with a user of the other tenant; the user beside that one hears nothing."""
    juliet, nurse = await stage.enter('juliet'), await stage.enter('nurse')
    await enter(juliet, f'{place}/Juliet')
    await program.shows('Juliet')
    juliet.send(f"<message to='{place}' type='groupchat'><body>Hello, room</body></message>")
    await program.shows('Hello, room')
    await program.say('Hello, Juliet')
    await heard(juliet, 'Hello, Juliet')
    await heard_nothing(nurse)
