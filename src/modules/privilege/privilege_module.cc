#include "modules/privilege/privilege_module.h"

#include "base/random.h"
#include "modules/privilege/privileged.h"
#include "server/forged.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {

using privilege::address_of;
using privilege::permissions_of;

namespace {

constexpr std::string_view privilege_id_prefix = "privilege-";

// The address of an account that components of this host's tenant can be allowed to do something for.
bool is_managed(const Host& host, const Jid& address) {
  return address.is_bare() && address.has_localpart() && address.domainpart() == host.tenant->domain();
}

}  // namespace

// `inner` is the message or iq inside the request; null for one of the roster.
struct PrivilegeModule::DoForAccount {
  BareJid account;
  StanzaPtr request, inner;

  void arrive(Module* module, const HostPtr& /*host*/) const {
    auto* here = static_cast<PrivilegeModule*>(module);
    if (!here) return;
    here->context_->with_account(account, [here, self = *this](Result<Resident*> resident) {
      if (resident) return here->do_for(**resident, self.request, self.inner);
      const bool is_nobody = resident.error().kind == ErrorKind::item_not_found;
      here->context_->reply_error(
          *self.request, is_nobody ? Error{ErrorKind::item_not_found, "There is no account " + self.account.str() + "."}
                                   : resident.error());
    });
  }
};

const ModuleInfo& PrivilegeModule::info() const {
  static const ModuleInfo info{
      .name = "privilege",
      .summary = "What external components may do in the name of accounts.",
      .xeps =
          {{356, "0.4.1", "Privileged Entity",
            "of components (XEP-0114) and accounts of their own tenant; of what an account alone may ask of "
            "itself, its roster, its block list, its archive's preferences, its vCard and what its clients keep for "
            "each other can be had by an iq; of contacts behind other components presence is shown as it changes "
            "alone"}},
      .needs = {"roster", "presence"}};
  return info;
}

void PrivilegeModule::attach(ModuleContext& context) {
  context_ = &context;
  roster_ = &context.need<RosterModule>("roster");
  presence_ = &context.need<PresenceModule>("presence");
  context.on(&Hooks::component_entered, [this](const HostPtr& host) { enter(host); });
  context.on(&Hooks::component_left, [this](const std::string& domain) { connected_.erase(domain); });
  context.on(&Hooks::component_sent, [this](const HostPtr& host, Stanza& stanza) { return take(host, stanza); });
  context.on(&Hooks::tenant_changed, [this](const TenantPtr& tenant) { follow(*tenant); });
  context.on(&Hooks::tenant_removed, [this](const TenantPtr& tenant) { known_.erase(tenant->id); });
  context.on_inbound(InboundPhase::handle, StanzaKind::iq, [this](Inbound& inbound) { return take_answer(inbound); });
  context.on_inbound(InboundPhase::handle, StanzaKind::presence, [this](Inbound& inbound) {
    hear_contact(inbound);
    return Flow::go_on;
  });
  context.for_each_tenant([this](const TenantPtr& tenant) { follow(*tenant); });
  roster_->on_pushed = [this](Resident& resident, const std::string& item) { push(resident, item); };
  presence_->on_broadcast = [this](Resident& resident, const Stanza& presence) { show_own(resident, presence); };
}

void PrivilegeModule::detach() {
  roster_->on_pushed = nullptr;
  presence_->on_broadcast = nullptr;
  waiting_.clear();
  connected_.clear();
  sweep_timer_.stop();
}

Flow PrivilegeModule::take(const HostPtr& host, Stanza& stanza) {
  if (stanza.kind == StanzaKind::message) {
    const auto privilege = stanza.child("privilege", ns::privilege);
    const bool is_for_server = stanza.to->is_bare() && !stanza.to->has_localpart() &&
                               context_->kind_of(stanza.to->domainpart()) == HostKind::accounts;
    if (!privilege || !is_for_server || stanza.type == StanzaType::error) return Flow::go_on;
    take_message(host, stanza, *privilege);
    return Flow::stop;
  }
  if (!is_request(stanza)) return Flow::go_on;
  const xml::Element query = *stanza.first_child();
  if (query.is("privileged_iq", ns::privilege)) {
    take_iq(host, stanza);
    return Flow::stop;
  }
  if (!query.is("query", ns::roster) || !is_managed(*host, *stanza.to)) return Flow::go_on;
  take_roster_request(host, stanza);
  return Flow::stop;
}

void PrivilegeModule::take_message(const HostPtr& host, Stanza& stanza, const xml::Element& privilege) {
  const std::string& accounts_domain = host->tenant->domain();
  const bool may = permissions_of(*host->tenant, host->domain).message_outgoing;
  if (!may || stanza.to->domainpart() != accounts_domain) {
    return context_->reply_error(
        stanza, {ErrorKind::forbidden, "The component may not send messages in the name of this server's accounts."});
  }
  auto message = privilege::read_forwarded_message(privilege, accounts_domain);
  if (!message) return context_->reply_error(stanza, message.error());
  context_->lead_to_account(*message->to);
  if (!message->from->has_localpart()) {
    remove_forged(*message, message->from->bare());
    return context_->route(std::move(*message));
  }
  context_->lead_to_account(*message->from);
  const BareJid account = message->from->bare();
  context_->send(host->tenant->id, account,
                 DoForAccount{account, std::make_shared<Stanza>(std::move(stanza)),
                              std::make_shared<Stanza>(std::move(*message))});
}

void PrivilegeModule::take_roster_request(const HostPtr& host, Stanza& stanza) {
  const IqAccess wanted = stanza.type == StanzaType::get ? IqAccess::get : IqAccess::set;
  if (!allows(permissions_of(*host->tenant, host->domain).roster, wanted)) {
    return context_->reply_error(
        stanza, {ErrorKind::forbidden, "The component may not do this with the rosters of this server's accounts."});
  }
  const BareJid account = stanza.to->bare();
  context_->send(host->tenant->id, account,
                 DoForAccount{account, std::make_shared<Stanza>(std::move(stanza)), nullptr});
}

void PrivilegeModule::take_iq(const HostPtr& host, Stanza& stanza) {
  if (!is_managed(*host, *stanza.to)) {
    return context_->reply_error(
        stanza, {ErrorKind::forbidden,
                 "A <privileged_iq/> is for the bare address of an account of " + host->tenant->domain() + "."});
  }
  auto inner = privilege::read_encapsulated_iq(stanza, permissions_of(*host->tenant, host->domain));
  if (!inner) return context_->reply_error(stanza, inner.error());
  context_->lead_to_account(*inner->to);
  const BareJid account = stanza.to->bare();
  context_->send(
      host->tenant->id, account,
      DoForAccount{account, std::make_shared<Stanza>(std::move(stanza)), std::make_shared<Stanza>(std::move(*inner))});
}

void PrivilegeModule::do_for(Resident& resident, const StanzaPtr& request, const StanzaPtr& inner) {
  if (!inner) {
    const xml::Element query = *request->first_child();
    const TicketPtr nobody_waits;
    roster_->answer_for({*request, query, resident.host(), &resident, nullptr, nobody_waits});
  } else if (inner->kind == StanzaKind::message) {
    context_->send_as(resident, std::move(*inner));
  } else {
    ask(resident, request, std::move(*inner));
  }
}

void PrivilegeModule::ask(Resident& resident, const StanzaPtr& request, Stanza inner) {
  auto& waiting = waiting_[resident.tenant().id];
  if (waiting.size() >= waiting_max) {
    return context_->reply_error(
        *request, {ErrorKind::resource_constraint, "Too many iqs wait for their answers: try again soon."});
  }
  if (!context_->may_say(resident, inner)) {
    return context_->reply_error(
        *request, {ErrorKind::not_acceptable, "The account has blocked the address in 'to' (XEP-0191)."});
  }
  const int64_t until_ms = context_->clock().monotonic_ms() + answer_ms;
  const std::string id = std::string(privilege_id_prefix) + random_token(20);
  waiting.emplace(id, Waiting{resident.jid().str(), request, std::exchange(inner.id, id), until_ms});
  if (!sweep_timer_.running()) sweep_timer_ = context_->loop().start_timer(sweep_ms, [this] { sweep(); });
  context_->send_as(resident, std::move(inner));
}

Flow PrivilegeModule::take_answer(Inbound& inbound) {
  Stanza& answer = inbound.stanza;
  if (is_request(answer) || !answer.to->is_bare() || !answer.id.starts_with(privilege_id_prefix)) return Flow::go_on;
  const auto of_tenant = waiting_.find(inbound.resident.tenant().id);
  if (of_tenant == waiting_.end()) return Flow::go_on;
  const auto found = of_tenant->second.find(answer.id);
  if (found == of_tenant->second.end() || found->second.account != inbound.resident.jid().str()) return Flow::go_on;
  const Waiting waiting = std::move(found->second);
  of_tenant->second.erase(found);
  answer.id = waiting.id;
  context_->reply(*waiting.request, privilege::make_forwarded(answer));
  return Flow::stop;
}

void PrivilegeModule::sweep() {
  const int64_t now_ms = context_->clock().monotonic_ms();
  std::vector<StanzaPtr> late;
  for (auto& [tenant, waiting] : waiting_) {
    std::erase_if(waiting, [&](const auto& each) {
      const bool is_late = each.second.until_ms <= now_ms;
      if (is_late) late.push_back(each.second.request);
      return is_late;
    });
  }
  std::erase_if(waiting_, [](const auto& of_tenant) { return of_tenant.second.empty(); });
  if (!waiting_.empty()) sweep_timer_ = context_->loop().start_timer(sweep_ms, [this] { sweep(); });
  for (const StanzaPtr& request : late) {
    context_->reply_error(*request, {ErrorKind::remote_server_timeout, "The iq inside was not answered in time."});
  }
}

void PrivilegeModule::push(Resident& resident, const std::string& item) {
  for (const auto& [domain, may] : resident.tenant().component_permissions) {
    if (!may.roster_push) continue;
    std::string payload;
    xml::Writer(payload).open("query", ns::roster).raw(item).close();
    Stanza push = Stanza::make(StanzaKind::iq, StanzaType::set, std::move(payload));
    push.id = "push-" + random_token(10);
    push.from = resident.jid();
    push.to = address_of(domain);
    context_->route(std::move(push));
  }
}

}  // namespace teahouse
