#include "modules/pubsub/pep.h"

#include <algorithm>

#include "modules/pubsub/notify.h"
#include "xmpp/namespaces.h"

namespace teahouse::pubsub {
namespace {

// XEP-0163 section 6.2: what a node is where nobody says otherwise.
NodeConfig pep_defaults() {
  NodeConfig config;
  config.access = AccessModel::presence;
  return config;
}

bool wants(const caps::FeaturesPtr& features, std::string_view node) {
  return features && features->has(std::string(node) + "+notify");
}

}  // namespace

class Pep::AccountFront final : public Front {
 public:
  AccountFront(const Pep& pep, Resident& resident) : pep_(pep), resident_(resident) {}

  bool has_presence() const override { return true; }
  NodeConfig defaults() const override { return pep_defaults(); }
  std::string_view account() const override { return resident_.jid().str(); }
  bool may_create(const BareJid& entity) const override { return entity == resident_.jid(); }
  bool sees_presence(const BareJid& entity) const override {
    const RosterItem* item = pep_.roster_.of(resident_).find(entity);
    return entity == resident_.jid() || (item && item->subscription.from);
  }
  bool is_in_group(const BareJid& entity, const std::vector<std::string>& groups) const override {
    const RosterItem* item = pep_.roster_.of(resident_).find(entity);
    if (!item) return false;
    const auto is_allowed = [&](const std::string& group) {
      return std::find(groups.begin(), groups.end(), group) != groups.end();
    };
    return std::any_of(item->groups.begin(), item->groups.end(), is_allowed);
  }
  // Contacts that do not see the account's presence follow nothing.
  std::vector<Jid> followers(std::string_view node) const override {
    std::vector<Jid> found;
    const Followers* followers = pep_.followers_.find(resident_);
    if (!followers) return found;
    for (const auto& [jid, follower] : *followers) {
      if (wants(follower.features, node) && sees_presence(jid.bare())) found.push_back(jid);
    }
    return found;
  }
  AnswerLines& answers() const override { return pep_.answers_; }
  void changed(std::string_view node) const override { changed_.emplace_back(node); }
  const std::vector<std::string>& changed_nodes() const { return changed_; }
  Send send() const override {
    return [context = &pep_.context_, host = resident_.host(), account = resident_.jid()](Stanza stanza) {
      Resident* resident = context->find_resident(*host->tenant, account.str());
      if (resident) context->route_for(*resident, std::move(stanza));
    };
  }

 private:
  const Pep& pep_;
  Resident& resident_;
  mutable std::vector<std::string> changed_;
};

Pep::Pep(ModuleContext& context, RosterModule& roster, CapsModule& caps, DiscoModule& disco)
    : context_(context),
      roster_(roster),
      caps_(caps),
      disco_(disco),
      nodes_(context.attach_to_residents<Nodes>()),
      followers_(context.attach_to_residents<Followers>()),
      own_nodes_(context, *this) {
  for (const char* ns : {ns::pubsub, ns::pubsub_owner}) {
    for (const StanzaType type : {StanzaType::get, StanzaType::set}) {
      context.on_iq(IqTarget::account, type, "pubsub", ns, [this](const IqRequest& iq) { handle(iq); });
      context.on_iq(IqTarget::nobody, type, "pubsub", ns, [this](const IqRequest& iq) {
        refuse(context_, iq.stanza, iq.ticket, make_stranger_fault(iq.stanza));
      });
    }
  }
  context.on(&Hooks::resident_load, [this](Resident& resident) { return load(*this, resident); });
  context.on(&Hooks::account_removed, [this](const HostPtr& host, const BareJid& account, const RemovalPtr&) {
    Storage(context_, *host->tenant, account).remove_all();
  });
  context.on(&Hooks::contact_gone, [this](Resident& resident, const BareJid& contact, const RemovalPtr& removal) {
    contact_gone(resident, contact, removal);
  });
  context.on_inbound(InboundPhase::handle, StanzaKind::presence, [this](Inbound& inbound) {
    if (inbound.stanza.from) note_presence(inbound.resident, *inbound.stanza.from, inbound.stanza);
    return Flow::go_on;
  });
  context.on(&Hooks::session_available, [this](Session& session, bool) {
    if (session.presence()) note_presence(session.resident(), session.jid(), *session.presence());
  });
  context.on(&Hooks::visibility_changed, [this](Resident& resident, const Jid& address, bool is_visible) {
    if (is_visible) became_visible(resident, address);
  });
  context.on(&Hooks::session_closing, [this](Session& session) { leave(session); });
  context.on_outbound(OutboundPhase::copy, StanzaKind::presence, [this](Outbound& out) {
    if (out.session && !out.stanza.to && out.stanza.type == StanzaType::unavailable) leave(*out.session);
    return Flow::go_on;
  });
  context.on_outbound(OutboundPhase::handle, StanzaKind::message, [this](Outbound& out) { return take_approval(out); });
  disco.on_account_node = [this](const IqRequest& iq) { return answer_node(iq); };
  disco.on_account_items = [this](const IqRequest& iq, xml::Writer& writer) { list_nodes(iq, writer); };
}

void Pep::detach() {
  disco_.on_account_node = nullptr;
  disco_.on_account_items = nullptr;
}

// An account without nodes keeps nothing in memory.
Task<Result<void>> Pep::load(Pep& self, Resident& resident) {
  const Storage storage(self.context_, resident.tenant(), resident.jid());
  auto nodes = co_await storage.load(self.context_.loop(), pep_defaults());
  if (!nodes) co_return nodes.error();
  if (!nodes->by_name.empty()) self.nodes_.of(resident) = std::move(*nodes);
  co_return Result<void>();
}

void Pep::with_service(Resident& resident, const std::function<void(const Service&)>& work) {
  const AccountFront front(*this, resident);
  Nodes none;
  Nodes* known = nodes_.find(resident);
  Nodes& nodes = known ? *known : none;
  work(Service(context_, resident.host(), resident.jid(), nodes, front));
  if (!known && !none.by_name.empty()) nodes_.of(resident) = std::move(none);
  for (const std::string& node : front.changed_nodes()) {
    const auto watcher = own_nodes_.watchers.find(node);
    if (watcher != own_nodes_.watchers.end()) watcher->second(resident);
  }
}

std::vector<Jid> Pep::own_followers(Resident& resident, std::string_view node) const {
  std::vector<Jid> found;
  const Followers* followers = followers_.find(resident);
  if (!followers) return found;
  for (const auto& [jid, follower] : *followers) {
    if (jid.bare_view() == resident.jid().str() && wants(follower.features, node)) found.push_back(jid);
  }
  return found;
}

void Pep::contact_gone(Resident& resident, const BareJid& contact, const RemovalPtr& removal) {
  if (!nodes_.find(resident)) return;
  with_service(resident, [&](const Service& service) { removal->await(service.forget(contact)); });
}

bool Pep::serve(const IqRequest& iq) const {
  if (iq.stanza.from->bare() != iq.resident->jid()) return false;
  for (auto action = iq.query.first_child(); action; action = action->next_sibling()) {
    const auto server = own_nodes_.servers.find(action->attribute("node").value_or(""));
    if (server != own_nodes_.servers.end()) return server->second(iq, *action);
  }
  return false;
}

void Pep::handle(const IqRequest& iq) {
  if (serve(iq)) return;
  with_service(*iq.resident, [&](const Service& service) { handle_request(service, iq.stanza, iq.query, iq.ticket); });
}

// False: the asker sees no such node.
bool Pep::answer_node(const IqRequest& iq) {
  if (!context_.is_at(*iq.host)) return false;
  bool is_answered = false;
  with_service(*iq.resident, [&](const Service& service) {
    const std::string_view node = iq.query.attribute("node").value_or("");
    const BareJid asker = iq.stanza.from->bare();
    auto payload =
        iq.query.ns() == ns::disco_info ? make_node_info(service, node, asker) : make_node_items(service, node, asker);
    is_answered = payload.has_value();
    if (payload) context_.reply(iq.stanza, std::move(*payload));
  });
  return is_answered;
}

void Pep::list_nodes(const IqRequest& iq, xml::Writer& writer) {
  if (!nodes_.find(*iq.resident)) return;
  with_service(*iq.resident, [&](const Service& service) { write_nodes(service, iq.stanza.from->bare(), writer); });
}

// The account answers its own service, to which the form of a subscriber came from its own address.
Flow Pep::take_approval(const Outbound& outbound) {
  if (!outbound.stanza.to || outbound.stanza.to->str() != outbound.resident.jid().str()) return Flow::go_on;
  if (!outbound.stanza.child("x", ns::data_forms) || !nodes_.find(outbound.resident)) return Flow::go_on;
  bool is_taken = false;
  with_service(outbound.resident,
               [&](const Service& service) { is_taken = handle_approval(service, outbound.stanza); });
  return is_taken ? Flow::stop : Flow::go_on;
}

void Pep::leave(Session& session) {
  if (Followers* followers = followers_.find(session.resident())) followers->erase(session.jid());
}

void Pep::note_presence(Resident& resident, const Jid& from, const Stanza& presence) {
  const bool is_there = presence.type == StanzaType::none;
  if (!from.is_full() || (!is_there && presence.type != StanzaType::unavailable)) return;
  const auto name = is_there ? caps::read_caps(presence) : std::nullopt;
  Followers* known = followers_.find(resident);
  if (!name) {
    if (known) known->erase(from);
    return;
  }
  // Those whose presence the account does not get tell nothing when they go.
  if (from.bare() != resident.jid() && !roster_.of(resident).find(from.bare())) return;
  Followers& followers = followers_.of(resident);
  if (followers.size() >= followers_max && !followers.contains(from)) return;
  Follower& follower = followers[from];
  std::string key = name->key();
  if (follower.caps == key) return;
  follower.caps = key;
  caps_.learn(resident, from, *name,
              [this, host = resident.host(), account = resident.jid(), from, key](const caps::FeaturesPtr& features) {
                learned(host, account, from, key, features);
              });
}

// A client that does not tell what it can do follows nothing, and is asked again when it comes anew.
void Pep::learned(const HostPtr& host, const BareJid& account, const Jid& from, const std::string& caps,
                  const caps::FeaturesPtr& features) {
  Resident* resident = context_.find_resident(*host->tenant, account.str());
  Followers* followers = resident ? followers_.find(*resident) : nullptr;
  const auto found = followers ? followers->find(from) : Followers::iterator();
  if (!followers || found == followers->end() || found->second.caps != caps) return;
  if (!features) {
    followers->erase(found);
    return;
  }
  const caps::FeaturesPtr before = std::exchange(found->second.features, features);
  send_last_items(*resident, from, before, features);
}

void Pep::became_visible(Resident& resident, const Jid& address) {
  const Followers* followers = followers_.find(resident);
  if (!followers) return;
  for (const auto& [jid, follower] : *followers) {
    const bool is_meant = address == jid || address.str() == jid.bare_view() || address.str() == jid.domainpart();
    if (is_meant && follower.features) send_last_items(resident, jid, nullptr, follower.features);
  }
}

void Pep::send_last_items(Resident& resident, const Jid& to, const caps::FeaturesPtr& before,
                          const caps::FeaturesPtr& features) {
  if (!nodes_.find(resident)) return;
  with_service(resident, [&](const Service& service) {
    std::vector<LastItem> items;
    for (const auto& [name, node] : service.nodes().by_name) {
      if (node.config.send_last != SendLast::on_sub_and_presence || !node.config.deliver_notifications) continue;
      if (!wants(features, name) || wants(before, name)) continue;
      if (!service.front().sees_presence(to.bare()) || service.judge(node, to.bare(), Action::retrieve)) continue;
      if (auto last = find_last(node)) items.push_back(std::move(*last));
    }
    if (items.empty()) return;
    spawn(send_last(context_, service.storage(), service.address(), to, std::move(items), service.front().send()));
  });
}

}  // namespace teahouse::pubsub
