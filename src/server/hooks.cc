#include "server/hooks.h"

namespace teahouse {
namespace {

std::string element_key(std::string_view name, std::string_view ns) {
  return std::string(ns) + ' ' + std::string(name);
}

std::string iq_key(IqTarget target, StanzaType type, std::string_view name, std::string_view ns) {
  std::string key;
  key.reserve(ns.size() + name.size() + 3);
  key.push_back("aonh"[static_cast<size_t>(target)]);
  key.push_back(type == StanzaType::get ? 'g' : type == StanzaType::set ? 's' : 'r');
  return key.append(name).append(" ").append(ns);
}

}  // namespace

Flow Hooks::run(Outbound& outbound) const {
  for (size_t phase = 0; phase < outbound_.size(); ++phase) {
    if (run(static_cast<OutboundPhase>(phase), outbound) == Flow::stop) return Flow::stop;
  }
  return Flow::go_on;
}

Flow Hooks::run(OutboundPhase phase, Outbound& outbound) const {
  checker_.check();
  const Host& host = *outbound.resident.host();
  for (const auto& each : outbound_[static_cast<size_t>(phase)][static_cast<size_t>(outbound.stanza.kind)]) {
    if (each.is_at(host) && each.hook(outbound) == Flow::stop) return Flow::stop;
  }
  return Flow::go_on;
}

Flow Hooks::run(InboundPhase phase, Inbound& inbound) const {
  checker_.check();
  const Host& host = *inbound.resident.host();
  for (const auto& each : inbound_[static_cast<size_t>(phase)][static_cast<size_t>(inbound.stanza.kind)]) {
    if (each.is_at(host) && each.hook(inbound) == Flow::stop) return Flow::stop;
  }
  return Flow::go_on;
}

Hooked Hooks::on_iq(IqTarget target, StanzaType type, std::string_view name, std::string_view ns, IqHandler handler,
                    uint64_t module) {
  std::string key = iq_key(target, type, name, ns);
  [[maybe_unused]] const bool fresh = iq_.emplace(key, OfModule<IqHandler>{std::move(handler), module}).second;
  assert(fresh && "two handlers for one iq");
  return Hooked([this, key = std::move(key)] { iq_.erase(key); });
}

Hooked Hooks::SessionHooks::add(std::string_view name, std::string_view ns, SessionHook handler, uint64_t module) {
  std::string key = element_key(name, ns);
  [[maybe_unused]] const bool fresh = hooks.emplace(key, OfModule<SessionHook>{std::move(handler), module}).second;
  assert(fresh && "two handlers for one element");
  return Hooked([this, key = std::move(key)] { hooks.erase(key); });
}

const Hooks::SessionHook* Hooks::SessionHooks::find(const Host& host, const xml::Element& element) const {
  const auto found = hooks.find(element_key(element.name(), element.ns()));
  return found == hooks.end() || !found->second.is_at(host) ? nullptr : &found->second.handler;
}

Hooked Hooks::on_nonza(std::string_view name, std::string_view ns, SessionHook handler, uint64_t module) {
  return nonzas_.add(name, ns, std::move(handler), module);
}

Hooked Hooks::on_bind_feature(std::string_view name, std::string_view ns, SessionHook handler, uint64_t module) {
  return bind_features_.add(name, ns, std::move(handler), module);
}

Hooked Hooks::on_service(HostKind kind, ServiceHandler handler, uint64_t module) {
  [[maybe_unused]] const bool fresh =
      services_.emplace(kind, OfModule<ServiceHandler>{std::move(handler), module}).second;
  assert(fresh && "two services for one kind of host");
  return Hooked([this, kind] { services_.erase(kind); });
}

const Hooks::IqHandler* Hooks::find_iq(const IqRequest& request) const {
  checker_.check();
  if (!request.resident) return find_iq(IqTarget::host, request);
  const IqHandler* own = nullptr;
  if (request.is_own_account()) own = find_iq(IqTarget::own_account, request);
  if (request.is_in_its_name()) own = find_iq(IqTarget::in_its_name, request);
  return own ? own : find_iq(IqTarget::account, request);
}

bool Hooks::is_for_own_account(const Host& host, StanzaType type, std::string_view name, std::string_view ns) const {
  const auto found = iq_.find(iq_key(IqTarget::own_account, type, name, ns));
  return found != iq_.end() && found->second.is_at(host);
}

const Hooks::IqHandler* Hooks::find_iq(IqTarget target, const IqRequest& request) const {
  const std::string_view id = request.stanza.id;
  const auto found = is_request(request.stanza)
                         ? iq_.find(iq_key(target, request.stanza.type, request.query.name(), request.query.ns()))
                         : iq_.find(iq_key(target, StanzaType::result, id.substr(0, id.find('-')), {}));
  return found == iq_.end() || !found->second.is_at(*request.host) ? nullptr : &found->second.handler;
}

const Hooks::SessionHook* Hooks::find_nonza(const Host& host, const xml::Element& element) const {
  checker_.check();
  return nonzas_.find(host, element);
}

const Hooks::SessionHook* Hooks::find_bind_feature(const Host& host, const xml::Element& element) const {
  return bind_features_.find(host, element);
}

const Hooks::ServiceHandler* Hooks::find_service(const Host& host) const {
  const auto found = services_.find(host.kind);
  return found == services_.end() || !found->second.is_at(host) ? nullptr : &found->second.handler;
}

}  // namespace teahouse
