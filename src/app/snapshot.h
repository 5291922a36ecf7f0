// Snapshot: both planes of a house as they were at one moment, as files. It is made in DIR/snapshot.new, is whole
// when it is DIR/snapshot, and is in DIR/snapshot.reading while a backup reads it, so that another is never put in its
// place. Tables and uploaded files are shared with the house by hard links, so it costs little; a snapshot that is left
// keeps removed ones on the disk.
//
// Thread: any; all block. Errors: internal_server_error; of make_snapshot() storage_failing and storage_full too, and
// conflict where there are no hard links from data/ to DIR; then nothing is left.
#pragma once

#include <string>

#include "base/result.h"
#include "store/control_plane.h"
#include "store/data_plane.h"

namespace teahouse {

// Makes a snapshot, in place of one that is there and is not claimed. While the data plane is copied no statement of
// the control plane runs. REQUIRES: no other is being made; Files::hold() while a server runs.
Result<void> make_snapshot(store::ControlPlane& control, store::DataPlane& data, const std::string& directory);
// Claims the snapshot; gives the folder where it is from now on. REQUIRES of this and the next: the directory's
// FolderLock.
Result<std::string> claim_snapshot(const std::string& directory);
// Removes the one that was made, and the claimed one.
Result<void> remove_snapshots(const std::string& directory);
// For a start: removes those, and one that was only begun, unless a backup is at work.
void remove_left_snapshots(const std::string& directory);

}  // namespace teahouse
