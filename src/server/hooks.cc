#include "server/hooks.h"

namespace teahouse {
namespace {

std::string iq_key(IqTarget target, StanzaType type, std::string_view name, std::string_view ns) {
  std::string key;
  key.reserve(ns.size() + name.size() + 3);
  key.push_back("aonh"[static_cast<size_t>(target)]);
  key.push_back(type == StanzaType::get ? 'g' : 's');
  return key.append(name).append(" ").append(ns);
}

}  // namespace

Flow Hooks::run(Phase phase, Outbound& outbound) const {
  checker_.check();
  for (const auto& each : outbound_[static_cast<size_t>(phase)][static_cast<size_t>(outbound.stanza.kind)]) {
    if (each.hook(outbound) == Flow::stop) return Flow::stop;
  }
  return Flow::go_on;
}

Flow Hooks::run(Phase phase, Inbound& inbound) const {
  checker_.check();
  for (const auto& each : inbound_[static_cast<size_t>(phase)][static_cast<size_t>(inbound.stanza.kind)]) {
    if (each.hook(inbound) == Flow::stop) return Flow::stop;
  }
  return Flow::go_on;
}

Hooked Hooks::on_iq(IqTarget target, StanzaType type, std::string_view name, std::string_view ns, IqHandler handler) {
  std::string key = iq_key(target, type, name, ns);
  [[maybe_unused]] const bool fresh = iq_.emplace(key, std::move(handler)).second;
  assert(fresh && "two handlers for one iq");
  return Hooked([this, key = std::move(key)] { iq_.erase(key); });
}

Hooked Hooks::on_service(HostKind kind, ServiceHandler handler) {
  [[maybe_unused]] const bool fresh = services_.emplace(kind, std::move(handler)).second;
  assert(fresh && "two services for one kind of host");
  return Hooked([this, kind] { services_.erase(kind); });
}

const Hooks::IqHandler* Hooks::find_iq(const IqRequest& request) const {
  checker_.check();
  if (!request.resident) return find_iq(IqTarget::host, request);
  const IqHandler* own = request.is_own_account() ? find_iq(IqTarget::own_account, request) : nullptr;
  return own ? own : find_iq(IqTarget::account, request);
}

bool Hooks::is_for_own_account(StanzaType type, std::string_view name, std::string_view ns) const {
  return iq_.contains(iq_key(IqTarget::own_account, type, name, ns));
}

const Hooks::IqHandler* Hooks::find_iq(IqTarget target, const IqRequest& request) const {
  const auto found = iq_.find(iq_key(target, request.stanza.type, request.query.name(), request.query.ns()));
  return found == iq_.end() ? nullptr : &found->second;
}

const Hooks::ServiceHandler* Hooks::find_service(HostKind kind) const {
  const auto found = services_.find(kind);
  return found == services_.end() ? nullptr : &found->second;
}

}  // namespace teahouse
