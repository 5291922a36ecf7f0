// Snapshot: both planes of a house as they were at one moment, as files in DIR/snapshot, from where a backup takes
// them. Tables are shared with the house by hard links, so it costs little; one that is left keeps removed ones on the
// disk.
//
// Thread: any; all block. Errors: internal_server_error; then nothing is left.
#pragma once

#include <string>

#include "base/result.h"
#include "store/control_plane.h"
#include "store/data_plane.h"

namespace teahouse {

std::string snapshot_folder(const std::string& directory);

// In place of one that is there. While the data plane is copied no statement of the control plane runs.
Result<void> make_snapshot(store::ControlPlane& control, store::DataPlane& data, const std::string& directory);
// Does it open, and is each page of the control plane whole?
Result<void> check_snapshot(const std::string& directory);
Result<void> remove_snapshot(const std::string& directory);
// The same at a start, unless a backup reads it.
void remove_left_snapshot(const std::string& directory);

}  // namespace teahouse
