// Bond: what the two planes know of each other, so that each start can tell that they belong together.
//
// Both hold the house's random id and the number of its last run; the data plane also holds the highest tenant id that
// was ever drawn. A control plane that is new or of an earlier time would draw the ids of tenants whose rooms and
// archives are in the data plane still; a data plane that is, shows an empty house. A house from before this is given
// its id at the next start.
//
// The number of a run is written in three steps: the control plane says which run begins, the data plane that it has
// begun, the control plane the same. So a start that was cut short is known from a plane that was put back.
//
// Thread: tie() before any loop runs; the others any.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "store/control_plane.h"
#include "store/data_plane.h"

namespace teahouse::store {

class Bond {
 public:
  Bond(ControlPlane& control, DataPlane& data) : control_(control), data_(data) {}
  static std::vector<Migration> migrations();

  // Compares the planes and begins a run. `drawn` is the highest tenant id that the control plane has drawn.
  // Errors: internal_server_error with what to put back. With accept_loss planes of one house are tied as they are, and
  // the log says so; those of two houses never.
  Result<void> tie(TenantId drawn, bool accept_loss);
  // Why they don't belong together; empty where they do. `noted` is what the data plane holds of it, `last` the tenant
  // of the highest id that has anything there. Changes nothing.
  static Result<std::string> compare(ControlPlane& control, TenantId drawn, std::string_view noted, TenantId last);
  // The highest tenant id of either plane: none up to it may be drawn again. REQUIRES: tie().
  TenantId highest_tenant() const { return static_cast<TenantId>(highest_.load()); }
  // The house's id, for ever. REQUIRES: tie().
  const std::string& house() const { return id_; }
  // This id is drawn. Ends when the data plane knows; REQUIRES: before it holds anything of that tenant.
  Task<Result<void>> note_tenant(Executor& home, TenantId tenant);

 private:
  struct Side;

  static Result<Side> read_control(ControlPlane& control);
  Result<Side> read_data() const;
  Result<void> begin_run();
  Result<void> write_control(const Side& side);
  KeyValueStore notes() const;
  Lsn store_note(uint64_t number);
  static Side parse_data(std::string_view note, TenantId last);
  static std::string find_older(const Side& control, const Side& data);
  static std::string tell_older(const std::string& older, const Side& control, const Side& data);

  ControlPlane& control_;
  DataPlane& data_;
  std::string id_;
  int64_t run_ = 0;
  std::atomic<uint64_t> highest_ = 0;
  std::mutex mutex_;  // so that notes are written in the order of their numbers
  uint64_t noting_ = 0;
};

// True for a control plane that no house has lived in: no tenant was ever drawn, and it is tied to no data plane.
// REQUIRES: it is migrated.
Result<bool> is_unused(ControlPlane& control, TenantId drawn);

}  // namespace teahouse::store
