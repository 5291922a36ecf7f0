"""The servers that are measured, by name."""
from .floor import Floor
from .peer import PeerFailed
from .teahouse import Teahouse

PEERS = {peer.name: peer for peer in (Floor, Teahouse)}
__all__ = ['PEERS', 'PeerFailed']
