// RoomsApi: the rooms as the HTTP API sees them: each call goes to the room's home and back.
//
// The site acts with full rights: it may do what an owner may, and take the last owner away.
//
// Thread: any.
#pragma once

#include "server/module_context.h"
#include "server/rooms.h"

namespace teahouse::muc {

class RoomsApi final : public Rooms {
 public:
  explicit RoomsApi(SharedContext context) : context_(context) {}

  Task<Result<Put>> put(Executor& home, TenantPtr tenant, std::string id, RoomChange change) override;
  Task<Result<RoomInfo>> find(Executor& home, TenantPtr tenant, std::string id) override;
  Task<Result<RoomPage>> list(Executor& home, TenantPtr tenant, std::string cursor, size_t rows_max) override;
  Task<Result<void>> remove(Executor& home, TenantPtr tenant, std::string id) override;
  Task<Result<void>> set_member(Executor& home, TenantPtr tenant, std::string id, std::string user,
                                std::string affiliation) override;
  Task<Result<store::ArchiveId>> say(Executor& home, TenantPtr tenant, std::string id, Speech speech) override;
  Task<Result<store::ArchivePage>> messages(Executor& home, TenantPtr tenant, std::string id,
                                            store::ArchiveQuery query) override;
  Task<Result<void>> retract(Executor& home, TenantPtr tenant, std::string id, store::ArchiveId message,
                             std::string reason) override;
  Result<std::string> occupant_id(const Tenant& tenant, const std::string& id, const std::string& localpart,
                                  int64_t incarnation) const override;
  Task<Result<std::vector<std::string>>> occupants(Executor& home, TenantPtr tenant, std::string id) override;

 private:
  const SharedContext context_;
};

}  // namespace teahouse::muc
