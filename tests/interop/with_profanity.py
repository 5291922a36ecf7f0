"""profanity (Debian 12: 0.13.1) in a terminal."""
from fixtures.client import Unexpected
from fixtures.shown import show
from fixtures.stage import case_table
from terminal import Terminal, chat, talk_in

CASES, case = case_table('profanity: ')


class Profanity(Terminal):
    program = ('profanity', '-l', 'DEBUG')

    async def login(self, user):
        await self.start()
        await self.shows('Profanity')
        await self.say(f'/connect {self.stage.jid(user)} server 127.0.0.1 port {self.stage.port()} tls trust')
        await self.shows('Enter password')
        await self.say(self.stage.password(user))
        await self.shows('logged in successfully')

    async def tell(self, jid, text):
        await self.say(f'/msg {jid} {text}')


@case('login and chat')
async def login_and_chat(stage):
    """Profanity logs in and talks with a user of the other tenant."""
    await chat(stage, Profanity(stage))


@case('room')
async def room(stage):
    """Profanity makes a room, talks in it and hears a user of the other tenant."""
    place = f'garden@rooms.{stage.domains["montague"]}'
    profanity = Profanity(stage)
    await profanity.login('romeo')
    await profanity.say(f'/join {place} nick Romeo')
    await profanity.shows('/room accept')
    await profanity.say('/room accept')
    await profanity.shows('unlocked')
    await talk_in(stage, profanity, place)


@case('roster')
async def roster(stage):
    """Profanity asks for a subscription, is approved, and sees the other's presence."""
    juliet = await stage.enter('juliet')
    profanity = Profanity(stage)
    await profanity.login('romeo')
    await profanity.say(f'/sub request {stage.jid("juliet")}')
    await juliet.pick(lambda e: e.get('type') == 'subscribe')
    juliet.send(f"<presence to='{stage.jid('romeo')}' type='subscribed'/>")
    await profanity.shows('Subscription received')
    await profanity.shows('is online')


@case('blocking')
async def blocking(stage):
    """Profanity blocks a user, who hears that nobody is there, and lets them write again."""
    juliet, nurse = await stage.enter('juliet'), await stage.enter('nurse')
    profanity = Profanity(stage)
    await profanity.login('romeo')
    romeo = stage.jid('romeo')
    await profanity.say(f'/disco info {stage.domains["montague"]}')
    await profanity.shows('urn:xmpp:blocking')   # so that the answer to what it asked at log-in is there too, without which it does not try
    await profanity.say(f'/blocked add {stage.jid("juliet")}')
    await profanity.shows('successfully blocked')
    await profanity.say('/blocked')
    await profanity.shows('Blocked users:')
    juliet.send(f"<message to='{romeo}' type='chat' id='b1'><body>Are you there?</body></message>")
    refused = await juliet.pick(lambda e: e.get('id') == 'b1')
    if refused.find('.//{urn:ietf:params:xml:ns:xmpp-stanzas}service-unavailable') is None:
        raise Unexpected(f'juliet was not refused: {show(refused)}')
    nurse.send(f"<message to='{romeo}' type='chat'><body>I am not blocked</body></message>")
    await profanity.shows(f'<< chat message: {stage.jid("nurse")}')
    await profanity.say(f'/blocked remove {stage.jid("juliet")}')
    await profanity.shows('successfully unblocked')
    juliet.send(f"<message to='{romeo}' type='chat'><body>And now?</body></message>")
    await profanity.shows(f'<< chat message: {stage.jid("juliet")}')
