#include "modules/offline/offline_module.h"

#include "base/log.h"
#include "xmpp/delay.h"
#include "xmpp/keeping.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

constexpr size_t portion_bytes = 1 << 20;
constexpr size_t copied_max = 1000;

// What comes back from a session that it was handed over to is kept in its old place: by its id in the account's
// archive, which it bears. Those of one archive are in order.
std::optional<store::ArchiveId> find_archive_id(std::string_view message, const BareJid& account,
                                                const ArchiveIds& ids) {
  std::optional<store::ArchiveId> id;
  const auto document = xml::Document::parse_own(SharedBytes(std::string(message)));
  if (!document) return id;
  document->root().for_each_child([&](const xml::Element& child) {
    if (!child.is("stanza-id", ns::stanza_id) || child.attribute("by") != account.str()) return;
    id = ids.parse(child.attribute("id").value_or(""));
  });
  return id;
}

bool may_receive(const Session& session) {
  return session.stream() && session.is_available() && session.priority() >= 0;
}

// What is not kept goes in silence: an error would tell any stranger whether somebody is online.
Flow pass_by(const Stanza& message) {
  return message.type == StanzaType::chat || message.type == StanzaType::none ? Flow::stop : Flow::go_on;
}

Error queue_is_full() {
  return {ErrorKind::service_unavailable, "This user is away and has as many messages waiting as the plan keeps."};
}

}  // namespace

const ModuleInfo& OfflineModule::info() const {
  static const ModuleInfo info{
      "offline",
      "Messages wait for a user who is away.",
      {{160, "1.0.1", "Best Practices for Handling Offline Messages", ""}, {203, "2.0", "Delayed Delivery", ""}},
      {"msgoffline"},
      {}};
  return info;
}

void OfflineModule::attach(Home& home) {
  home_ = &home;
  queue_.emplace(home.hooks().resident_slots);
  home.hooks().resident_load.push_back([this](Resident& resident) { return load(*this, resident); });
  home.hooks().on_inbound(Phase::notify, StanzaKind::message, [this](Inbound& inbound) { return keep(inbound); });
  home.hooks().at_nobody.push_back([this](const HostPtr& host, const Stanza& stanza, const ReceiptPtr& receipt) {
    return stanza.kind == StanzaKind::message ? vanish(*host->tenant, stanza, receipt) : Flow::go_on;
  });
  home.hooks().session_available.push_back([this](Session& session, bool) { hand_over(session); });
  home.hooks().session_resumed.push_back([this](Session& session) { hand_over(session); });
  home.hooks().session_has_room.push_back([this](Session& session) { go_on(session); });
  home.hooks().session_closing.push_back([this](Session& session) { pass_on(session); });
  home.hooks().account_removed.push_back([this](const HostPtr& host, const BareJid& jid, const ReceiptPtr&) {
    store(*host->tenant).remove_all(jid.str());
  });
}

Task<void> OfflineModule::load(OfflineModule& self, Resident& resident) {
  const auto count = co_await self.store(resident.tenant()).count(self.home_->loop(), resident.jid().str());
  if (count) self.queue_->of(resident).waiting = static_cast<int64_t>(*count);
}

Flow OfflineModule::keep(Inbound& inbound) {
  Resident& resident = inbound.resident;
  if (!is_worth_keeping(inbound.stanza, Keeper::offline_queue)) return pass_by(inbound.stanza);
  Queue& queue = queue_->of(resident);
  const int64_t limit = resident.tenant().limits().offline_messages;
  if (limit >= 0 && queue.waiting >= limit) {
    home_->reply_error(inbound.stanza, queue_is_full());
    return Flow::stop;
  }
  Stanza kept = inbound.stanza;
  const std::string& domain = resident.host()->domain;
  if (!is_delayed_by(kept, domain)) kept.stamp(make_delay(domain, home_->clock().wall_ms()));
  std::string bytes;
  kept.write(bytes, true);
  ++queue.waiting;
  const auto archived = find_archive_id(bytes, resident.jid(), home_->archive_ids());
  const std::string name = to_string(archived ? *archived : home_->make_arrival().id);
  for (const Session* session : inbound.copied_to) {
    if (queue.copied.size() < copied_max) queue.copied.emplace_back(session->number(), name);
  }
  await(inbound.receipt, store(resident.tenant()).store(resident.jid().str(), name, bytes));
  return Flow::stop;
}

// There is no account that it could wait for. What its sender sees is what keep() shows, and the acknowledgement takes
// as long: it waits for a write, which here changes nothing.
Flow OfflineModule::vanish(const Tenant& tenant, const Stanza& message, const ReceiptPtr& receipt) {
  if (message.type != StanzaType::chat && message.type != StanzaType::none) return Flow::go_on;
  if (!is_worth_keeping(message, Keeper::offline_queue)) return pass_by(message);
  if (tenant.limits().offline_messages == 0) {
    home_->reply_error(message, queue_is_full());
  } else {
    await(receipt, store(tenant).remove(message.to->bare().str(), "nobody"));
  }
  return Flow::stop;
}

void OfflineModule::hand_over(Session& session) {
  Queue& queue = queue_->of(session.resident());
  if (queue.waiting == 0 || !may_receive(session)) return;
  const Session* present = home_->find_session(queue.receiver);
  if (present && may_receive(*present)) return;
  queue.receiver = session.number();
  go_on(session);
}

void OfflineModule::go_on(Session& session) {
  if (queue_->of(session.resident()).receiver != session.number()) return;
  if (!may_receive(session)) return pass_on(session);
  spawn(deliver(*this, session.resident().host()->tenant, session.resident().jid(), session.number()));
}

// What it was not given yet is for another who is there, or stays.
void OfflineModule::pass_on(Session& session) {
  Queue& queue = queue_->of(session.resident());
  if (queue.receiver != session.number()) return;
  queue.receiver = 0;
  for (const auto& other : session.resident().sessions()) {
    if (other.get() != &session) hand_over(*other);
  }
}

Task<void> OfflineModule::deliver(OfflineModule& self, TenantPtr tenant, BareJid account, uint64_t session) {
  const store::MapStore store = self.store(*tenant);
  const auto entries = co_await store.load(self.home_->loop(), account.str(), portion_bytes);
  Session* receiver = self.home_->find_session(session);
  if (!receiver || self.queue_->of(receiver->resident()).receiver != session) co_return;
  Queue& queue = self.queue_->of(receiver->resident());
  if (!may_receive(*receiver)) {
    self.pass_on(*receiver);
    co_return;
  }
  if (!entries || entries->empty()) {
    queue.receiver = 0;
    if (!entries) co_return;
    queue.waiting = 0;
    queue.copied.clear();
    co_return;
  }
  const auto has_copy = [&](const std::string& name) {
    return std::find(queue.copied.begin(), queue.copied.end(), std::pair(session, name)) != queue.copied.end();
  };
  for (const auto& entry : *entries) {
    store.remove(account.str(), entry.name);
    if (has_copy(entry.name)) continue;
    auto message = Stanza::parse_stored(entry.value);
    if (message) {
      receiver->deliver(std::move(*message));
    } else {
      log::error("offline", "A kept message can't be read", {{"jid", account.str()}, {"why", message.error().text}});
    }
  }
  queue.waiting -= std::min(queue.waiting, static_cast<int64_t>(entries->size()));
  if (queue.waiting > 0) {
    receiver->ask_for_room();
  } else {
    queue.receiver = 0;
    queue.copied.clear();
  }
}

}  // namespace teahouse
