"""profanity (Debian 12: 0.13.1) in a terminal of tmux: keys are sent, the screen is read."""
import asyncio
import os
import shutil
import tempfile

from fixtures import limits
from fixtures.client import Unexpected, show
from fixtures.poll import poll
from fixtures.stage import case_table

CASES, case = case_table('profanity: ')


class Terminal:
    """A profanity of its own home directory in a tmux server of its own."""

    def __init__(self, stage):
        self.home = tempfile.mkdtemp(prefix='teahouse-profanity-')
        self.socket = os.path.join(self.home, 'tmux')
        self.stage = stage
        stage.closers.append(self.close)

    async def tmux(self, *arguments):
        environment = {**os.environ, 'HOME': self.home, 'XDG_CONFIG_HOME': self.home + '/config', 'TERM': 'xterm',
                       'XDG_DATA_HOME': self.home + '/data', 'LC_ALL': 'C.UTF-8'}
        environment.pop('TMUX', None)
        process = await asyncio.create_subprocess_exec('tmux', '-S', self.socket, *arguments, env=environment,
                                                       stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
        return (await process.communicate())[0].decode('utf-8', 'replace')

    async def start(self):
        await self.tmux('-f', '/dev/null', 'new-session', '-d', '-x', '160', '-y', '50', 'profanity', '-l', 'DEBUG')
        await self.shows('Profanity')

    async def type(self, line):
        await self.tmux('send-keys', '-l', line)
        await self.tmux('send-keys', 'Enter')

    async def shows(self, text):
        """Waits until the screen has the text."""
        await poll(lambda: self.tmux('capture-pane', '-p'), lambda screen: text in screen, f'{text!r} on the screen', limits.ANSWER_S * 2)

    async def login(self, user):
        await self.start()
        await self.type(f'/connect {self.stage.jid(user)} server 127.0.0.1 port {self.stage.port()} tls trust')
        await self.shows('Enter password')
        await self.type(self.stage.password(user))
        await self.shows('logged in successfully')

    async def close(self):
        await self.tmux('kill-server')
        shutil.rmtree(self.home, ignore_errors=True)


async def heard(client, text):
    """One of our own clients gets a message with this body; gives the message."""
    return await client.pick(lambda e: e.tag == '{jabber:client}message' and e.findtext('{jabber:client}body') == text)


@case('login and chat')
async def chat(stage):
    """Profanity logs in and talks with a user of the other tenant."""
    juliet, nurse = await stage.enter('juliet'), await stage.enter('nurse')
    profanity = Terminal(stage)
    await profanity.login('romeo')
    await profanity.type(f'/msg {stage.jid("juliet")} Hello from a terminal')
    message = await heard(juliet, 'Hello from a terminal')
    juliet.send(f"<message to='{message.get('from')}' type='chat'><body>Hello to a terminal</body></message>")
    await profanity.shows('Hello to a terminal')
    if nurse.inbox:
        raise Unexpected('nurse received something')


async def enter(client, place):
    """Profanity says that the room is unlocked when it has asked for it, so it may not be yet: then ask again."""
    while True:
        client.send(f"<presence to='{place}/Juliet'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
        answer = await client.pick(lambda e: e.find('{jabber:client}subject') is not None or e.get('type') == 'error')
        if answer.get('type') != 'error':
            return
        if answer.find('.//{urn:ietf:params:xml:ns:xmpp-stanzas}item-not-found') is None:
            raise Unexpected(f'juliet could not enter the room: {show(answer)}')


@case('room')
async def room(stage):
    """Profanity makes a room, talks in it and hears others."""
    place = f'garden@rooms.{stage.domains["montague"]}'
    juliet = await stage.enter('juliet')
    profanity = Terminal(stage)
    await profanity.login('romeo')
    await profanity.type(f'/join {place} nick Romeo')
    await profanity.shows('/room accept')
    await profanity.type('/room accept')
    await profanity.shows('unlocked')
    await enter(juliet, place)
    await profanity.shows('Juliet')
    juliet.send(f"<message to='{place}' type='groupchat'><body>Hello, room</body></message>")
    await profanity.shows('Hello, room')
    await profanity.type('Hello, Juliet')
    await heard(juliet, 'Hello, Juliet')


@case('roster')
async def roster(stage):
    """Profanity asks for a subscription, is approved, and sees the other's presence."""
    juliet = await stage.enter('juliet')
    profanity = Terminal(stage)
    await profanity.login('romeo')
    await profanity.type(f'/sub request {stage.jid("juliet")}')
    await juliet.pick(lambda e: e.get('type') == 'subscribe')
    juliet.send(f"<presence to='{stage.jid('romeo')}' type='subscribed'/>")
    await profanity.shows('Subscription received')
    await profanity.shows('is online')


@case('blocking')
async def blocking(stage):
    """Profanity blocks a user, who hears that nobody is there, and lets them write again."""
    juliet, nurse = await stage.enter('juliet'), await stage.enter('nurse')
    profanity = Terminal(stage)
    await profanity.login('romeo')
    romeo = stage.jid('romeo')
    await profanity.type(f'/blocked add {stage.jid("juliet")}')
    await profanity.shows('successfully blocked')
    await profanity.type('/blocked')
    await profanity.shows('Blocked users:')
    juliet.send(f"<message to='{romeo}' type='chat' id='b1'><body>Are you there?</body></message>")
    refused = await juliet.pick(lambda e: e.get('id') == 'b1')
    if refused.find('.//{urn:ietf:params:xml:ns:xmpp-stanzas}service-unavailable') is None:
        raise Unexpected(f'juliet was not refused: {show(refused)}')
    nurse.send(f"<message to='{romeo}' type='chat'><body>I am not blocked</body></message>")
    await profanity.shows(f'<< chat message: {stage.jid("nurse")}')
    await profanity.type(f'/blocked remove {stage.jid("juliet")}')
    await profanity.shows('successfully unblocked')
    juliet.send(f"<message to='{romeo}' type='chat'><body>And now?</body></message>")
    await profanity.shows(f'<< chat message: {stage.jid("juliet")}')
