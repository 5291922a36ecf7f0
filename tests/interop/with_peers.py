"""Servers of other people that federate: Prosody, ejabberd and jabberd2 of Debian 12, each with a domain, in a network of their own.

Here they talk with each other, where that is asked for by name: it shows that names, certificates and talks are right before one of ours is
among them (with_federation.py)."""
import asyncio
import itertools

from fixtures import limits, tap
from peers.ejabberd import Ejabberd
from peers.jabberd2 import Jabberd2
from peers.network import Network
from peers.prosody import Prosody
from peers.talks import TALKS, Pair, accounts, is_for

KINDS = {'prosody.example': Prosody, 'ejabberd.example': Ejabberd, 'jabberd2.example': Jabberd2}
# Talks that fail between two of them by their own making (findings/): jabberd2 asks for a room by the stream that it has, and Prosody
# answers by another.
EXCEPT = {('prosody.example', 'jabberd2.example', 'ask'), ('jabberd2.example', 'prosody.example', 'ask')}


def cases():
    """(name, domains, talk) of each: what is the same from both sides is played once."""
    for here, there in itertools.combinations(KINDS, 2):
        for talk in TALKS:
            for one, two in ((here, there), (there, here)) if talk.__name__ in ('room', 'publish', 'block') else ((here, there),):
                if is_for(talk, KINDS[one], KINDS[two]) and (one, two, talk.__name__) not in EXCEPT:
                    yield f'peers: {KINDS[one].name} and {KINDS[two].name}: {talk.__name__}', (one, two), talk


def is_chosen(name, words):
    """jabberd2 only where it is asked for by name: it leaves errors of OpenSSL where the next use of another stream finds them ("SSL handshake
    error ... oid exists" in its log), so that streams which are in order end, and now and then a message is lost."""
    if Jabberd2.name in name:
        return any(Jabberd2.name in word for word in words) and any(word in name for word in words)
    return not words or any(word in name for word in words)


async def play(network, ends, talk):
    await asyncio.wait_for(Pair(network, *ends, talk).play(), limits.EXCHANGE_S)


async def run_all(words, out):
    chosen = [case for case in cases() if words and is_chosen(case[0], words)]
    if not chosen:
        return
    async with Network() as network:
        try:
            wanted = [domain for domain in KINDS if any(domain in domains for _, domains, _ in chosen)]
            ends = dict(zip(wanted, await asyncio.gather(
                *(network.start(KINDS[domain], domain, accounts(domain, *(other for other in wanted if other != domain))) for domain in wanted))))
        except Exception as error:
            return out.not_ok('peers: they start', tap.told(error))
        # Their accounts are their own, so that all pairs' talks of a kind are played at once.
        for talk in TALKS:
            of_talk = [case for case in chosen if case[2] is talk]
            played = await asyncio.gather(*(play(network, [ends[domain] for domain in domains], talk) for _, domains, _ in of_talk),
                                          return_exceptions=True)
            for (name, domains, _), error in zip(of_talk, played):
                if error is None:
                    out.ok(name)
                else:
                    out.not_ok(name, f'{talk.__doc__}\n{tap.told(error)}\n' + '\n'.join(ends[domain].log() for domain in domains))
            network.leave()
