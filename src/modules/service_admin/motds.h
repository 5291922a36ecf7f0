// Motds: the tenants' messages of the day. A user gets one once, as a headline from the tenant's domain: at once, on
// all sessions that are available, or with the next available presence.
//
// A message is known by its id, and an account by its row for that it has had it; one that is edited keeps its id, so
// that those who have had it are not told again.
//
// Thread: its home loop. Each home has the message of a tenant in memory, from the first time that it needs it.
// Limits: one message a tenant, of announcement_bytes_max.
// Errors: those of the disk.
// Spec: XEP-0133 sections 4.24 to 4.26.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "server/module_context.h"

namespace teahouse {

struct Motd {
  std::string id, text;
};

class Motds {
 public:
  explicit Motds(ModuleContext& context);

  Task<Result<std::optional<Motd>>> load(TenantPtr tenant) const;
  Lsn store(const Tenant& tenant, const Motd& motd) const;
  Lsn remove(const Tenant& tenant) const;
  // The home knows this message from now on, or that there is none, and gives it to those who are here and have not had
  // it. REQUIRES: it is stored.
  void set(const HostPtr& host, std::optional<Motd> motd);

 private:
  void show(Session& session);
  static Task<void> load_and_show(Motds& self, TenantPtr tenant, uint64_t session);
  static Task<void> show_once(Motds& self, TenantPtr tenant, BareJid account, uint64_t session, std::string id);
  void deliver(Session& session, const Motd& motd, Lsn gate) const;
  store::MapStore rows(const Tenant& tenant) const { return context_.map(tenant, "motd"); }

  ModuleContext& context_;
  Attached<std::string> had_;  // the id of the message that the account has had, or is getting
  std::unordered_map<TenantId, std::optional<Motd>> known_;
};

}  // namespace teahouse
