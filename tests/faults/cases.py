"""All cases: (name, what plays it)."""
import backups
import clocks
import control_plane
import crowd
import damage
import events
import failing_disk
import files
import kills
import pushes
import removal
import repeats
import restarts
import resumption
import rot
import rounds
import slow_disk
import waiting

CASES = (kills.CASES + events.CASES + waiting.CASES + repeats.CASES + restarts.CASES + resumption.CASES + removal.CASES + slow_disk.CASES + clocks.CASES +
         crowd.CASES + damage.CASES + control_plane.CASES + failing_disk.CASES + rot.CASES + rounds.CASES + backups.CASES + files.CASES + pushes.CASES)
