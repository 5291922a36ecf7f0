// Snapshot: both planes of a house as they were at one moment, as files. It is made in DIR/snapshot.new, is whole
// when it is DIR/snapshot, and is in DIR/snapshot.reading while a backup reads it, so that another is never put in its
// place. Tables are shared with the house by hard links, so it costs little; one that is left keeps removed ones on the
// disk.
//
// Thread: any; all block. Errors: internal_server_error, and conflict where there are no hard links from data/ to DIR;
// then nothing is left.
#pragma once

#include <string>

#include "base/result.h"
#include "store/control_plane.h"
#include "store/data_plane.h"

namespace teahouse {

// In place of one that is there, unless it is claimed. While the data plane is copied no statement of the control plane
// runs. REQUIRES: no other is being made.
Result<void> make_snapshot(store::ControlPlane& control, store::DataPlane& data, const std::string& directory);
// The folder where the one that was made is from now on. REQUIRES of this and the next: the directory's FolderLock.
Result<std::string> claim_snapshot(const std::string& directory);
// The one that was made, and the claimed one.
Result<void> remove_snapshots(const std::string& directory);
// At a start: those, and what was begun, unless a backup is at work.
void remove_left_snapshots(const std::string& directory);

}  // namespace teahouse
