"""Group calls (XEP-0521): Janus (Debian 12: 1.1.2) as our engine, aiortc (Debian 12: 1.4.0) as the participants' WebRTC. Each sends a tone of
their own pitch, and is heard by it."""
import asyncio
import contextlib
import math
import os
import signal
import struct

from fixtures import janus, jingle_sdp, limits
from fixtures.client import Unexpected
from fixtures.server import Server
from fixtures.stage import case_table
from stage import Stage

try:
    import aiortc
    import aiortc.mediastreams
except ImportError:
    aiortc = None

CASES, case = case_table('janus: ')
RATE = 48_000
CLIENT = '{jabber:client}'
JINGLE = f'{{{jingle_sdp.JINGLE}}}jingle'
COIN_USER = '{urn:xmpp:coin:1}user'
INFO = '{urn:ietf:params:xml:ns:conference-info}'


def missing():
    """Why there is nothing to try here; None where there is."""
    return 'aiortc is not installed (script/setup test)' if aiortc is None else janus.missing()


if aiortc:
    class Tone(aiortc.mediastreams.AudioStreamTrack):
        """Their silence, which comes in time, with a wave in it."""

        def __init__(self, pitch):
            super().__init__()
            self.pitch, self.samples = pitch, 0

        async def recv(self):
            frame = await super().recv()
            wave = [int(8000 * math.sin(2 * math.pi * self.pitch * (self.samples + i) / frame.sample_rate)) for i in range(frame.samples)]
            frame.planes[0].update(struct.pack(f'<{frame.samples}h', *wave))
            self.samples += frame.samples
            return frame


def pitch_of(frames):
    """By how often the wave rises through zero; 0 where it is silent."""
    samples = []
    for frame in frames:
        words = struct.unpack(f'<{len(bytes(frame.planes[0])) // 2}h', bytes(frame.planes[0]))
        samples += words[:frame.samples * len(frame.layout.channels):len(frame.layout.channels)]
    if max(map(abs, samples), default=0) < 500:
        return 0
    return sum(a < 0 <= b for a, b in zip(samples, samples[1:])) * RATE / len(samples)


class Participant:
    """A client of ours with aiortc's connections: one for what it sends, one for each stream that it is called with."""

    def __init__(self, client, call, pitch):
        self.client, self.call, self.pitch = client, call, pitch
        self.connections = {}      # sid -> RTCPeerConnection
        self.heard = {}            # entity -> the frames of the last quarter of a second
        self.ended = []            # (sid, reason)
        self.infos = []            # <conference-info/>s of our own session
        self.progress = asyncio.Event()
        self.task = None

    def __aenter__(self):
        return self.join()

    async def __aexit__(self, *_):
        self.task.cancel()
        for each in self.connections.values():
            await each.close()

    def connection(self, sid):
        self.connections[sid] = aiortc.RTCPeerConnection(aiortc.RTCConfiguration(iceServers=[]))
        return self.connections[sid]

    def iq(self, sid, action, inner='', identity=None):
        return (f"<iq type='set' to='{self.call}' id='{identity or sid + action}'><jingle xmlns='{jingle_sdp.JINGLE}' action='{action}' sid='{sid}'>"
                f'{inner}</jingle></iq>')

    async def join(self, sid='own'):
        connection = self.connection(sid)
        connection.addTrack(Tone(self.pitch))
        connection.getTransceivers()[0].direction = 'sendonly'
        await connection.setLocalDescription(await connection.createOffer())
        answer = await self.client.answer(self.iq(sid, 'session-initiate', jingle_sdp.contents(connection.localDescription.sdp)))
        if answer.get('type') != 'result':
            raise Unexpected(f'the call is refused: {jingle_sdp.ElementTree.tostring(answer)}')
        self.task = self.task or asyncio.ensure_future(self.attend())
        return self

    async def attend(self):
        """Answers what the conference says, for as long as the case lasts."""
        while True:
            iq = await self.client.pick(lambda e: e.tag == f'{CLIENT}iq' and e.get('type') == 'set' and e.find(JINGLE) is not None, limits.EXCHANGE_S)
            self.client.send(f"<iq type='result' to='{iq.get('from')}' id='{iq.get('id')}'/>")
            jingle = iq.find(JINGLE)
            sid, action = jingle.get('sid'), jingle.get('action')
            if action == 'session-accept':
                await self.connections[sid].setRemoteDescription(aiortc.RTCSessionDescription(jingle_sdp.sdp_of(jingle, 'recvonly'), 'answer'))
            elif action == 'session-initiate':
                await self.take_call(sid, jingle)
            elif action == 'session-terminate':
                self.ended.append((sid, next(iter(jingle.find(f'{{{jingle_sdp.JINGLE}}}reason'))).tag.split('}')[1]))
            elif jingle.find(f'{INFO}conference-info') is not None:
                self.infos.append(jingle.find(f'{INFO}conference-info'))
            self.progress.set()

    async def take_call(self, sid, jingle):
        connection = self.connection(sid)
        entity = next(jingle.iter(COIN_USER)).get('entity')

        @connection.on('track')
        def _(track):
            asyncio.ensure_future(self.hear(entity, track))
        await connection.setRemoteDescription(aiortc.RTCSessionDescription(jingle_sdp.sdp_of(jingle, 'sendonly'), 'offer'))
        await connection.setLocalDescription(await connection.createAnswer())
        self.client.send(self.iq(sid, 'session-accept', jingle_sdp.contents(connection.localDescription.sdp)))

    async def hear(self, entity, track):
        with contextlib.suppress(aiortc.mediastreams.MediaStreamError):
            while True:
                frame = await track.recv()
                self.heard[entity] = (self.heard.get(entity, []) + [frame])[-12:]
                self.progress.set()

    async def until(self, is_so, what):
        async def wait():
            while not is_so():
                self.progress.clear()
                await self.progress.wait()
        try:
            await asyncio.wait_for(wait(), limits.ANSWER_S * 3)
        except asyncio.TimeoutError:
            raise Unexpected(f'{self.client.name} waited in vain until {what}; heard: { {k: pitch_of(v) for k, v in self.heard.items()} }, '
                             f'ended: {self.ended}') from None

    async def must_hear(self, entity, pitch):
        await self.until(lambda: abs(pitch_of(self.heard.get(entity, [])) - pitch) < 30, f'it hears {pitch} Hz of {entity}')


@contextlib.asynccontextmanager
async def with_calls(number, *settings):
    """A stage on a server of its own that has group calls; None where it can't."""
    ours = ['server.loops=2', *janus.settings(41_000), *settings]
    async with Server('group-calls', ours) as server:
        stage = Stage(server, f'{number}')
        await stage.set_up()
        try:
            yield stage
        finally:
            stage.leave()


async def enter(stage, user, room, nick):
    client = await stage.client(user).login()
    client.send(f"<presence to='{room}/{nick}'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
    await client.pick(lambda e: e.tag == f'{CLIENT}presence' and any(s.get('code') == '110' for s in e.iter('{http://jabber.org/protocol/muc#user}status')))
    return client


async def in_the_lobby(stage):
    """Three in a room, of two tenants."""
    domain = stage.domains['montague']
    room, call = f'lobby@rooms.{domain}', f'lobby@calls.{domain}'
    clients = [await enter(stage, user, room, user.title()) for user in ('romeo', 'benvolio', 'juliet')]
    return room, call, [Participant(client, call, pitch) for client, pitch in zip(clients, (440, 660, 880))]


@case('three hear each other, one leaves, and nobody outside is told')
async def hear(_stage):
    """XEP-0521: each gets one session for each other's stream, by whom it is; also of a user of another tenant who is in the room."""
    if missing():
        return print(f'# SKIP: {missing()}')
    async with with_calls('hear') as stage:
        room, call, (romeo, benvolio, juliet) = await in_the_lobby(stage)
        nurse = await stage.client('nurse').login()
        async with romeo, benvolio, juliet:
            everybody = {'Romeo': romeo, 'Benvolio': benvolio, 'Juliet': juliet}
            for one in everybody.values():
                for nick, other in everybody.items():
                    if one is not other:
                        await one.must_hear(f'xmpp:{room}/{nick}', other.pitch)
                if len(one.heard) != 2:
                    raise Unexpected(f'{one.client.name} hears {list(one.heard)}')
            juliet.client.send(juliet.iq('own', 'session-terminate', '<reason><success/></reason>'))
            for one in (romeo, benvolio):
                await one.until(lambda one=one: any(reason == 'success' for _, reason in one.ended), 'the stream of juliet has ended')
                await one.until(lambda one=one: one.infos and one.infos[-1].find(f'.//{INFO}user-count').text == '2', 'two are told')
        if nurse.inbox:
            raise Unexpected('nurse got something')


@case('the engine is killed in a call: all are told, and call again')
async def killed(_stage):
    """Who calls again is served by a new engine; and the engine ends with the server."""
    if missing():
        return print(f'# SKIP: {missing()}')
    async with with_calls('killed') as stage:
        room, _, (romeo, benvolio, _) = await in_the_lobby(stage)
        async with romeo, benvolio:
            await romeo.must_hear(f'xmpp:{room}/Benvolio', 660)
            await benvolio.must_hear(f'xmpp:{room}/Romeo', 440)
            pids = janus.processes(stage.server)
            if len(pids) != 1:
                raise Unexpected(f'there was to be one engine; there are {pids}')
            os.kill(pids[0], signal.SIGKILL)
            for one in (romeo, benvolio):
                await one.until(lambda one=one: ('own', 'connectivity-error') in one.ended, 'it is told')
                one.heard.clear()
            for one in (romeo, benvolio):
                await one.join('again')
            await romeo.must_hear(f'xmpp:{room}/Benvolio', 660)
            await benvolio.must_hear(f'xmpp:{room}/Romeo', 440)
            if janus.processes(stage.server) == pids:
                raise Unexpected('the engine is still the same')
