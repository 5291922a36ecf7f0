"""Certificates of a peer that one must not believe: each with what is wrong."""
import asyncio
import os

from service.authority import PAST, THEN, Authority, Issued


async def of_another(network, _):
    return await network.issue('another.example')


async def expired(network, domain):
    return await network.issue(domain, f'rooms.{domain}', begin=PAST, end=THEN)


async def of_nobody(network, domain):
    """By an authority that none of them knows."""
    folder = os.path.join(network.folder, f'nobody-{domain}')
    os.mkdir(folder)
    authority = await asyncio.to_thread(Authority, folder)
    return await asyncio.to_thread(authority.issue, domain, f'rooms.{domain}')


async def alone(network, domain):
    """Good, but without the one between it and the authority's."""
    issued = await network.issue(domain, f'rooms.{domain}')
    end = '-----END CERTIFICATE-----\n'
    return Issued(issued.chain[:issued.chain.index(end) + len(end)], issued.key)


DOUBTFUL = {'of-another': of_another, 'expired': expired, 'of-nobody': of_nobody, 'alone': alone}
