#include "modules/service_admin/motds.h"

#include "base/random.h"
#include "xml/writer.h"

namespace teahouse {
namespace {

constexpr char tenant_key[] = "tenant";  // no account's address: it has no @
constexpr char text_entry[] = "text", id_entry[] = "id", had_entry[] = "had";

}  // namespace

Motds::Motds(ModuleContext& context) : context_(context), had_(context.attach_to_residents<std::string>()) {
  context.on(&Hooks::session_available, [this](Session& session, bool initial) {
    if (initial) show(session);
  });
  context.on(&Hooks::account_removed, [this](const HostPtr& host, const BareJid& account, const RemovalPtr&) {
    rows(*host->tenant).remove_all(account.str());
  });
  context.on(&Hooks::tenant_removed, [this](const TenantPtr& tenant) { known_.erase(tenant->id); });
}

Task<Result<std::optional<Motd>>> Motds::load(TenantPtr tenant) const {
  const store::MapStore map = rows(*tenant);
  const auto entries = co_await map.load(context_.loop(), tenant_key);
  if (!entries) co_return entries.error();
  Motd motd;
  for (const auto& entry : *entries) {
    if (entry.name == id_entry) motd.id = entry.value;
    if (entry.name == text_entry) motd.text = entry.value;
  }
  co_return motd.id.empty() ? std::optional<Motd>() : std::optional<Motd>(std::move(motd));
}

// The id comes last and goes first: a message with an id is whole.
Lsn Motds::store(const Tenant& tenant, const Motd& motd) const {
  rows(tenant).store(tenant_key, text_entry, motd.text);
  return rows(tenant).store(tenant_key, id_entry, motd.id);
}

Lsn Motds::remove(const Tenant& tenant) const {
  rows(tenant).remove(tenant_key, id_entry);
  return rows(tenant).remove(tenant_key, text_entry);
}

void Motds::set(const HostPtr& host, std::optional<Motd> motd) {
  const std::optional<Motd>& now = known_.insert_or_assign(host->tenant->id, std::move(motd)).first->second;
  if (!now) return;
  for (Resident* resident : context_.residents_of(host->tenant->id)) {
    if (had_.of(*resident) == now->id) continue;
    Lsn noted = Lsn::none;
    for (const auto& session : resident->sessions()) {
      if (!session->is_available()) continue;
      if (noted == Lsn::none) noted = rows(*host->tenant).store(resident->jid().str(), had_entry, now->id);
      deliver(*session, *now, noted);
    }
    if (noted != Lsn::none) had_.of(*resident) = now->id;
  }
}

void Motds::show(Session& session) {
  Resident& resident = session.resident();
  const TenantPtr& tenant = resident.host()->tenant;
  const auto known = known_.find(tenant->id);
  if (known == known_.end()) {
    spawn(load_and_show(*this, tenant, session.number()));
    return;
  }
  if (!known->second || had_.of(resident) == known->second->id) return;
  had_.of(resident) = known->second->id;
  spawn(show_once(*this, tenant, resident.jid(), session.number(), known->second->id));
}

Task<void> Motds::load_and_show(Motds& self, TenantPtr tenant, uint64_t session) {
  auto motd = co_await self.load(tenant);
  Session* found = self.context_.find_session(session);  // while it is there, so is its tenant
  if (!motd || !found) co_return;
  self.known_.try_emplace(tenant->id, std::move(*motd));
  self.show(*found);
}

Task<void> Motds::show_once(Motds& self, TenantPtr tenant, BareJid account, uint64_t session, std::string id) {
  const store::MapStore map = self.rows(*tenant);
  const auto had = co_await map.load_entry(self.context_.loop(), account.str(), had_entry);
  if (had && *had == id) co_return;
  const auto known = self.known_.find(tenant->id);
  const bool is_current = known != self.known_.end() && known->second && known->second->id == id;
  Session* found = self.context_.find_session(session);
  if (had && found && is_current) {
    self.deliver(*found, *known->second, map.store(account.str(), had_entry, id));
    co_return;
  }
  // The next session gets it.
  Resident* resident = self.context_.find_resident(*tenant, account.str());
  if (resident && self.had_.of(*resident) == id) self.had_.of(*resident).clear();
}

void Motds::deliver(Session& session, const Motd& motd, Lsn gate) const {
  std::string body;
  xml::Writer(body).leaf("body", motd.text);
  Stanza message = Stanza::make(StanzaKind::message, StanzaType::headline, std::move(body));
  message.from = *BareJid::parse(session.resident().host()->domain);
  message.to = session.jid();
  message.id = random_token(16);
  session.deliver(std::move(message), gate);
}

}  // namespace teahouse
