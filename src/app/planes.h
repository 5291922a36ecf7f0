// Planes: the two planes of storage of one house, opened together: a plane that is missing, damaged or of another
// time is refused with a sentence that says what to put back.
//
// Thread: the main thread's.
// Errors: internal_server_error; conflict for a directory where no house may live (backup/restore.h); storage_failing
// and storage_full. A house that is refused keeps all that is there; its control plane may be migrated by then.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/result.h"
#include "store/bond.h"
#include "store/control_plane.h"
#include "store/data_plane.h"
#include "store/questions.h"

namespace teahouse {

struct Planes {
  std::unique_ptr<store::ControlPlane> control;  // its tables are up to date
  std::unique_ptr<store::DataPlane> data;
  std::unique_ptr<store::Bond> bond;
  std::shared_ptr<store::Questions> questions;  // that the data plane has not answered
};

struct PlaneSettings {
  bool accept_loss = false;            // `--accept-loss`: goes on with what is whole of one house
  size_t scrub_bytes_per_s = 1 << 20;  // as of store::RocksdbSettings
  bool is_disk_tight = false;          // DiskWatch::is_tight()
  std::shared_ptr<store::DiskHealth> health = std::make_shared<store::DiskHealth>();
};

Result<Planes> open_planes(const std::string& directory, const PlaneSettings& settings);

// The error for the person at the start, where the disk takes nothing: it names the part of the directory that could
// not be written or read. Other errors are given back as they are.
Error tell_disk(Error error, const std::string& directory, const store::DiskHealth& health);

// False for a directory that no house has lived in: then the planes are made.
bool has_planes(const std::string& directory);

}  // namespace teahouse
