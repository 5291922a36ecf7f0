#include "calls/calls_module.h"

#include "base/random.h"

namespace teahouse {

using calls::Turn;
using calls::Use;

// Credentials that are left over open nothing from the moment that all loops' limits know it, which is before this.
struct CallsModule::AccountEnded {
  TenantId tenant;
  std::string account;  // as the relay names it
  void arrive(Module* module, const HostPtr&) const {
    auto* here = static_cast<CallsModule*>(module);
    if (!here || !here->relay_) return;
    here->relay_->turn().end([this](const Use& use) { return use.tenant()->id == tenant && use.account() == account; });
  }
};

// Nonces are good until the server ends.
CallsModule::House::House(std::string secret, calls::PeerGuard guard, int64_t allocations_max,
                          std::unique_ptr<calls::RelayAddresses> its_addresses)
    : turn{calls::CallCredentials(std::move(secret)), calls::Nonces(random_bytes(32)), std::move(guard),
           calls::Limits(allocations_max)},
      addresses(std::move(its_addresses)) {}

const ModuleInfo& CallsModule::info() const {
  static const ModuleInfo info{
      .name = "calls",
      .summary = "A relay for calls (STUN and TURN) between users whose machines can't reach each other.",
      .metrics = {{"allocations", MetricInfo::Kind::gauge, "Addresses that users have of the calls' relay."},
                  {"relayed_bytes", MetricInfo::Kind::counter, "Bytes that the calls' relay has relayed, both ways."},
                  {"dropped_packets", MetricInfo::Kind::counter,
                   "Packets that the calls' relay has dropped because of a plan's limits."}},
      .is_optional = true};
  return info;
}

void CallsModule::attach(ModuleContext& context) {
  context_ = &context;
  context.measure("allocations", [this] { return relay_ ? static_cast<int64_t>(relay_->turn().allocations()) : 0; });
  relayed_bytes_ = &context.count_as("relayed_bytes");
  dropped_packets_ = &context.count_as("dropped_packets");
}

void CallsModule::detach() {
  if (relay_) relay_->stop();
}

void CallsModule::move_in(std::shared_ptr<House> house) {
  house_ = std::move(house);
  relay_ = std::make_unique<calls::CallRelay>(
      context_->loop(), context_->clock(), house_->turn, *house_->addresses,
      [this](TenantId id) -> TenantPtr {
        const auto found = tenants_.find(id);
        return found == tenants_.end() ? nullptr : found->second;
      },
      Turn::Counters{*relayed_bytes_, *dropped_packets_});
  context_->for_each_tenant([this](const TenantPtr& tenant) { follow(tenant); });
  context_->on(&Hooks::account_removed, [this](const HostPtr& host, const BareJid& account, const RemovalPtr&) {
    const TenantId id = host->tenant->id;
    const std::string name = house_->turn.credentials.name_of(id, account.str());
    house_->turn.limits.end_account(id, name, context_->clock().wall_ms());
    context_->send_each(AccountEnded{id, name});
  });
  context_->on(&Hooks::tenant_changed, [this](const TenantPtr& tenant) { follow(tenant); });
  context_->on(&Hooks::tenant_removed, [this](const TenantPtr& tenant) { leave(tenant->id); });
  context_->on(&Hooks::stopping, [this] { relay_->stop(); });
}

void CallsModule::follow(const TenantPtr& tenant) {
  const HostPtr host = context_->find_host(*tenant, tenant->domain());
  if (!host || !context_->is_at(*host) || tenant->suspended || tenant->being_removed) return leave(tenant->id);
  tenants_.insert_or_assign(tenant->id, tenant);
  relay_->turn().follow(tenant);
}

void CallsModule::leave(TenantId tenant) {
  tenants_.erase(tenant);
  relay_->turn().end([tenant](const Use& use) { return use.tenant()->id == tenant; });
}

std::vector<ServiceOffer> CallsModule::services(const Host& host, std::string_view bare_jid) const {
  if (!relay_ || !context_->is_at(host)) return {};
  const std::string& name = reach_.host.empty() ? host.domain : reach_.host;
  const auto made = house_->turn.credentials.make(host.tenant->id, bare_jid, context_->clock().wall_ms());
  std::vector<ServiceOffer> services;
  const auto add = [&](std::string type, std::string transport, uint16_t port) {
    if (port == 0) return;
    ServiceOffer& offer = services.emplace_back();
    if (type != "stun") offer.credentials = {made.username, made.password, made.expires_ms};
    offer.service.type = std::move(type);
    offer.service.transport = std::move(transport);
    offer.service.host = name;
    offer.service.port = port;
  };
  add("stun", "udp", reach_.udp);
  add("turn", "udp", reach_.udp);
  add("turn", "tcp", reach_.tcp);
  add("turns", "tcp", reach_.tls);
  return services;
}

}  // namespace teahouse
