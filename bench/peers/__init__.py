"""The servers that are measured, by name."""
from .ejabberd import Ejabberd
from .floor import Floor
from .peer import PeerFailed
from .prosody import Prosody
from .teahouse import Teahouse

PEERS = {peer.name: peer for peer in (Floor, Teahouse, Ejabberd, Prosody)}
__all__ = ['PEERS', 'PeerFailed']
