"""A book of the server's promises, and of those that it did not keep: all that an <a/> covered, the API answered with 2xx, came with a
stanza-id, or got a result must be there after any fault, once, in order, with nobody else.

Each message has in its body its number, its sender and its addressee, so that it is known wherever it turns up.
"""
from collections import defaultdict

from fixtures.client import Unexpected

KINDS = ('lost', 'doubled', 'crossed', 'out of order')


def account_of(text):
    return text.removeprefix('api:')


class Said:
    """A message: its number is its place in all that was said, `by` is its sender, after api: where the API sent it."""

    __slots__ = ('number', 'by', 'to', 'text', 'is_acknowledged', 'period', 'confirmed')

    def __init__(self, number, by, to, period, confirmed):
        self.number, self.by, self.to = number, by, to
        self.text = f'{number} {by} > {to}'
        self.is_acknowledged = False
        self.period = period         # in which time of its addressee's being away; None: they were there
        self.confirmed = confirmed   # so many messages its sender had acknowledged before it

    @property
    def parties(self):
        return {account_of(self.by), self.to}


class Book:
    """Of one house, over all its faults. `broken` has the promises that were not kept, by kind."""

    def __init__(self):
        self.said = {}                      # text -> Said
        self.archives = defaultdict(list)   # address -> [(archive id, text)], as far as they have been looked at
        self.known = defaultdict(set)       # address -> the texts that its sessions got
        self.live = []                      # (whose, archive, archive id, text) since the last check
        self.fresh = defaultdict(list)      # address -> the texts that its session has heard and not acknowledged
        self.confirmed = defaultdict(list)  # address -> the texts that its sessions have acknowledged
        self.stored = defaultdict(list)     # address -> their messages that the server has acknowledged
        self.ghosts = {}                    # address -> how much had been said when it lost a session that the server keeps until it ends
        self.away = {}                      # address -> the number of its time of being away
        self.refused = {}                   # number -> the error that its sender got
        self.facts = {}                     # fact -> the values that it may have: one, or two while a change is under way
        self.occupants = defaultdict(set)   # room -> the addresses that may hear it
        self.broken = defaultdict(list)
        self.checked = 0

    # --- promises

    def say(self, by, to):
        said = Said(len(self.said) + 1, by, to, self.away.get(to), len(self.confirmed[by]))
        self.said[said.text] = said
        return said

    def acknowledge(self, said):
        said.is_acknowledged = True
        self.stored[said.by].append(said)

    def settled(self, who):
        """So many of the messages that their sessions have acknowledged may never come again: a message of theirs behind that is stored.
        One that was refused is acknowledged too, and says nothing of what the disk has."""
        return max((said.confirmed for said in self.stored[who] if said.number not in self.refused), default=0)

    def acknowledged(self):
        return sum(said.is_acknowledged and said.number not in self.refused for said in self.said.values())

    def change(self, what, value):
        """A change of a fact is under way; until it is certain both may be."""
        self.facts.setdefault(what, {None}).add(value)

    def is_so(self, what, value):
        self.facts[what] = {value}

    # --- deliveries

    def hear(self, who, text, stamps, is_late):
        """`who` was delivered a message; is_late: with the time at which it first came."""
        said = self.said.get(text)
        if said is None or not (who in said.parties or who in self.occupants[said.to]):
            return self.blame('crossed', f'{who} was delivered {text!r}')
        if text in self.known[who]:
            if not is_late:
                self.blame('doubled', f'{who} was delivered {text!r} twice')
            elif text in self.confirmed[who][:self.settled(who)] and not self.waits_elsewhere(who, said):
                self.blame('doubled', f'{who} was delivered {text!r} again, having acknowledged it')
        self.known[who].add(text)
        self.fresh[who].append(text)
        self.live += [(who, archive, stamp, text) for archive, stamp in stamps]

    def lose_session(self, who):
        """Messages wait in it from now on; when the server gives it up, they go to sessions that have not had them (docs/life-of-a-stanza.md),
        also to one that began after another had taken them."""
        self.ghosts.setdefault(who, len(self.said))

    def waits_elsewhere(self, who, said):
        return who in self.ghosts and said.number > self.ghosts[who]

    def begin_session(self, who):
        """Messages that the session before did not acknowledge may come again, as may those whose <a/> perhaps was lost with it."""
        self.fresh[who].clear()
        del self.confirmed[who][self.settled(who):]

    def confirm(self, who):
        """The client of `who` acknowledges all that its session got. When a message of theirs behind that is acknowledged and
        not refused, the server has written that down."""
        self.confirmed[who] += self.fresh[who]
        self.fresh[who].clear()

    def blame(self, kind, why):
        self.broken[kind].append(why)

    # --- checks

    def check_archive(self, owner, rows):
        """The new rows of an archive: [(archive id, text)], in its order."""
        known = self.archives[owner]
        stamps, texts = ({row[i] for row in known} for i in (0, 1))
        last = {}
        for _, text in known:
            if text in self.said:
                last[self.said[text].by] = self.said[text].number
        for stamp, text in rows:
            said = self.said.get(text)
            if said is None or owner not in said.parties:
                self.blame('crossed', f'{text!r} is in the archive of {owner}')
                continue
            if stamp in stamps or text in texts:
                self.blame('doubled', f'{text!r} is in the archive of {owner} twice, or its id {stamp} is')
            elif said.number < last.get(said.by, 0):
                self.blame('out of order', f'{text!r} is in the archive of {owner} behind number {last[said.by]}')
            last[said.by] = said.number
            stamps.add(stamp)
            texts.add(text)
        known += rows

    def check_promises(self, rooms):
        """Each archive has been looked at: all that is acknowledged is in both, all that was delivered stands where it was said to."""
        texts = {owner: {text for _, text in rows} for owner, rows in self.archives.items()}
        for said in self.said.values():
            if said.is_acknowledged and said.number not in self.refused:
                owners = {said.to} if said.to in rooms else said.parties
                for owner in owners:
                    self.checked += 1
                    if said.text not in texts.get(owner, ()):
                        self.blame('lost', f'{said.text!r} was acknowledged and is not in the archive of {owner}')
        self.check_live()

    def check_live(self):
        places = {owner: {stamp: (place, text) for place, (stamp, text) in enumerate(rows)} for owner, rows in self.archives.items()}
        last = {}
        for who, archive, stamp, text in self.live:
            self.checked += 1
            place, found = places.get(archive, {}).get(stamp, (0, None))
            if found != text:
                self.blame('lost', f'{text!r} was delivered to {who} with the id {stamp} of {archive}, where that is {found!r}')
            elif archive != who and place < last.get((who, archive), 0):
                self.blame('out of order', f'{who} heard {text!r} in {archive} behind what came later')
            elif archive != who:
                last[who, archive] = place
        self.live.clear()

    def waiting_for(self, who, times):
        """The acknowledged messages that came while `who` was away, as they are now or were until now."""
        return {said.text for said in self.said.values() if said.to == who and said.is_acknowledged
                and said.number not in self.refused and said.period in times}

    def check_waiting(self, who, wanted):
        """`who` is there again and has been given all that waited."""
        self.checked += len(wanted)
        for text in sorted(wanted - self.known[who]):
            self.blame('lost', f'{text!r} was acknowledged and did not wait for {who}')

    def check_fact(self, what, value):
        self.checked += 1
        possible = self.facts.get(what, {None})
        if value not in possible:
            self.blame('lost', f'{what} is {value!r} and not {" or ".join(map(repr, possible))}')
        self.facts[what] = {value}

    def verdict(self):
        """Raises the promises that were not kept, if any."""
        if self.broken:
            counts = ', '.join(f'{len(self.broken[kind])} {kind}' for kind in KINDS if self.broken[kind])
            examples = [why for kind in KINDS for why in self.broken[kind][:4]]
            raise Unexpected(f'of {self.checked} promises: {counts}:\n' + '\n'.join(examples))
