"""One of ours among Prosody and ejabberd of Debian 12 (and jabberd2, where it is named): every talk both ways, and certificates that nobody may
believe."""
import asyncio

from fixtures import limits, tap
from peers.doubtful import DOUBTFUL
from peers.network import Network
from peers.prosody import Prosody
from peers.talks import TALKS, Pair, accounts, is_for, refusal, talk
from peers.teahouse import Teahouse, Tenant
from with_peers import KINDS, is_chosen

OURS = 'teahouse.example'
BELIEVED, DOUBTED = 'federation: ', 'federation, certificate '
REFUSED = ('remote-server-not-found', 'remote-server-timeout', 'not-allowed', 'not-authorized')


async def refuse(pair, here, there):
    """Neither of two whose certificate is not believed is written to, and who writes is told, once."""
    await refusal(await pair.enter(here, 'ann'), f'ann@{there.domain}', REFUSED)


async def play(name, out, network, talk_, here, there):
    try:
        await asyncio.wait_for(Pair(network, here, there, talk_).play(), limits.EXCHANGE_S)
        out.ok(name)
    except Exception as error:
        out.not_ok(name, f'{talk_.__doc__}\n{tap.told(error)}\n{here.log()}\n{there.log()}')


def tell_of_acknowledging(kinds, log, out):
    """Of XEP-0198 between servers: Prosody does by its mod_smacks; ejabberd and jabberd2 do not."""
    does = {line.split('peer=')[1].split()[0] for line in log.splitlines() if 'A stream to another server is there' in line and 'acknowledges=yes' in line}
    for domain, kind in kinds.items():
        name = f'{BELIEVED}{Tenant.name} and {kind.name}: acknowledged'
        if (domain in does) == (kind is Prosody):
            out.ok(name)
        else:
            out.not_ok(name, f'those that acknowledge what they are told: {sorted(does)}')


async def among_good(kinds, wanted, out):
    async with Network() as network, Teahouse(network) as teahouse:
        ours, *peers = await asyncio.gather(
            teahouse.tenant(OURS, accounts(OURS, *kinds)), *(network.start(kind, domain, accounts(domain, OURS)) for domain, kind in kinds.items()))
        for talk_ in TALKS:
            pairs = [pair for peer in peers for pair in ((ours, peer), (peer, ours)) if is_for(talk_, *pair)]
            named = [(f'{BELIEVED}{here.name} and {there.name}: {talk_.__name__}', here, there) for here, there in pairs]
            await asyncio.gather(*(play(name, out, network, talk_, here, there) for name, here, there in named if wanted(name)))
            network.leave()
        tell_of_acknowledging(kinds, teahouse.server.words_of_start(), out)


async def among_doubtful(wanted, out):
    """Where certificates must be good, nothing goes to a peer with another; where they need not be, dialback lets it talk."""
    for must_be_good in (True, False):
        wish, talk_ = ('refused', refuse) if must_be_good else ('by dialback', talk)
        named = {f'{DOUBTED}{kind}: {wish}': kind for kind in DOUBTFUL if wanted(f'{DOUBTED}{kind}: {wish}')}
        if not named:
            continue
        async with Network() as network, Teahouse(network, f's2s.require_valid_certificates={str(must_be_good).lower()}') as teahouse:
            domains = [f'{kind}.example' for kind in named.values()]
            ours = await teahouse.tenant(OURS, accounts(OURS, *domains, talks=(talk_,)))
            for name, kind in named.items():
                domain = f'{kind}.example'
                peer = await network.start(Prosody, domain, accounts(domain, OURS, talks=(talk_,)), await DOUBTFUL[kind](network, domain), secure=False)
                await play(name, out, network, talk_, ours, peer)
                network.leave()


async def run_all(words, out):
    def wanted(name):
        return not words or any(word in name for word in words)

    kinds = {domain: kind for domain, kind in KINDS.items()
             if any(is_chosen(f'{BELIEVED}{Tenant.name} and {kind.name}: {talk_.__name__}', words) for talk_ in TALKS)}
    if kinds:
        await among_good(kinds, wanted, out)
    await among_doubtful(wanted, out)
