#include "server/parking.h"

#include <algorithm>
#include <unordered_map>

#include "base/log.h"
#include "server/home.h"
#include "tenant/tenants.h"

namespace teahouse {
namespace {

constexpr const char* store_name = "parked";
constexpr const char* entry_name = "sessions";

std::string name_modules_off(const Tenant& tenant) {
  std::string names;
  for (const std::string& name : tenant.modules_off) names.append(name).append(" ");
  return names;
}

std::string write(const Stanza& stanza) {
  std::string xml;
  stanza.write(xml, true);
  return xml;
}

// Makes the row of one account. Sessions share deliveries, which know the sessions by their numbers. A client may have
// bound while the server ended; its session is none of these.
class Writing {
 public:
  Writing(Home& home, const Resident& resident) : home_(home), resident_(resident) {
    for (const auto& session : resident.sessions()) {
      if (session->stream() || session->resume_key().empty()) continue;
      places_.emplace(session->number(), sessions_.size());
      sessions_.push_back(session.get());
    }
  }

  ParkedAccount write() {
    made_.incarnation = resident_.incarnation();
    made_.modules_off = name_modules_off(resident_.tenant());
    for (Session* session : sessions_) made_.sessions.push_back(write(*session));
    return std::move(made_);
  }

 private:
  ParkedSession write(Session& session) {
    const Session::Counted counted = session.counted();
    const auto patience = home_.sessions().patience_of(session);
    ParkedSession parked;
    parked.resource = session.jid().resourcepart();
    parked.resume_key = session.resume_key();
    parked.device = session.device();
    parked.certificate = session.certificate();
    parked.is_by_site = session.is_by_site();
    parked.max_s = patience.max_s;
    parked.until_ms = home_.clock().wall_ms() + patience.left_ms;
    parked.handled = counted.handled;
    parked.acknowledged = counted.acknowledged;
    parked.sent = counted.sent;
    parked.is_interested = session.interested;
    if (session.presence()) parked.presence = teahouse::write(*session.presence());
    home_.hooks().session_parking.call_at(*resident_.host(), session, parked.notes);
    for (const auto& waiting : counted.waiting) parked.waiting.push_back(write(waiting));
    return parked;
  }

  ParkedStanza write(const Session::Waiting& waiting) {
    ParkedStanza parked;
    parked.since_ms = waiting.since_ms;
    if (waiting.delivery && waiting.delivery->message) parked.delivery = place_of(*waiting.delivery);
    if (!parked.delivery || waiting.delivery->message != waiting.stanza) {
      parked.stanza = teahouse::write(*waiting.stanza);
    }
    return parked;
  }

  uint32_t place_of(const Delivery& delivery) {
    const auto [found, is_new] = deliveries_.emplace(&delivery, made_.deliveries.size());
    if (!is_new) return found->second;
    ParkedDelivery parked;
    parked.message = teahouse::write(*delivery.message);
    if (delivery.row) parked.row = delivery.row->name();
    parked.is_addressed = delivery.is_addressed;
    parked.is_of_copy = delivery.is_of_copy;
    parked.is_taken = delivery.is_taken();
    for (const uint64_t number : delivery.had_by()) {
      const auto place = places_.find(number);
      if (place != places_.end()) parked.had_by.push_back(place->second);
    }
    made_.deliveries.push_back(std::move(parked));
    return found->second;
  }

  Home& home_;
  const Resident& resident_;
  ParkedAccount made_;
  std::vector<Session*> sessions_;
  std::unordered_map<uint64_t, uint32_t> places_;  // by number of the session
  std::unordered_map<const Delivery*, uint32_t> deliveries_;
};

// Makes the sessions of a row. Those that can't be read are left out; what they held is in the offline queue.
class Reading {
 public:
  // `since_start_ms`: for how long clients could have come back to this server.
  Reading(Home& home, Resident& resident, const ParkedAccount& parked, int64_t since_start_ms)
      : home_(home), resident_(resident), parked_(parked), since_start_ms_(since_start_ms) {}

  Result<void> read() {
    for (const ParkedDelivery& each : parked_.deliveries) {
      auto message = Stanza::parse_stored(each.message);
      if (!message) return message.error();
      deliveries_.push_back(std::make_shared<Delivery>());
      Delivery& delivery = *deliveries_.back();
      delivery.message = std::make_shared<const Stanza>(std::move(*message));
      delivery.is_addressed = each.is_addressed;
      delivery.is_of_copy = each.is_of_copy;
      if (each.is_taken) delivery.note_taken();
    }
    for (const ParkedSession& each : parked_.sessions) {
      auto counted = read(each);
      if (!counted) return counted.error();
      counted_.push_back(std::move(*counted));
    }
    return {};
  }

  // Nothing of it can fail any more.
  void wake() {
    std::vector<Session*> sessions;
    for (size_t i = 0; i < parked_.sessions.size(); ++i) sessions.push_back(&wake(parked_.sessions[i], counted_[i]));
    for (size_t i = 0; i < deliveries_.size(); ++i) {
      const ParkedDelivery& parked = parked_.deliveries[i];
      for (const uint32_t place : parked.had_by) {
        const uint64_t number = sessions[place]->number();
        if (!deliveries_[i]->was_given(number)) deliveries_[i]->note_had(number);
      }
      if (parked.row.empty() || parked.is_taken) continue;
      home_.hooks().row_held.call_at(*resident_.host(), resident_, *deliveries_[i], parked.row);
    }
    for (size_t i = 0; i < sessions.size(); ++i) {
      home_.hooks().session_woken.call_at(*resident_.host(), *sessions[i], parked_.sessions[i].notes);
    }
  }

 private:
  struct Read {
    FullJid jid;
    std::optional<Stanza> presence;
    Session::Counted counted;
  };

  Result<Read> read(const ParkedSession& session) {
    auto jid = resident_.jid().with_resource(session.resource);
    if (!jid) return jid.error();
    Read made{std::move(*jid), std::nullopt, {session.handled, session.acknowledged, session.sent, {}}};
    if (!session.presence.empty()) {
      auto presence = Stanza::parse_stored(session.presence);
      if (!presence) return presence.error();
      made.presence = std::move(*presence);
    }
    for (const ParkedStanza& each : session.waiting) {
      const DeliveryPtr delivery = each.delivery ? deliveries_[*each.delivery] : nullptr;
      StanzaPtr waiting = delivery ? delivery->message : nullptr;
      if (!each.stanza.empty()) {
        auto stanza = Stanza::parse_stored(each.stanza);
        if (!stanza) return stanza.error();
        waiting = std::make_shared<const Stanza>(std::move(*stanza));
      }
      made.counted.waiting.push_back({std::move(waiting), delivery, each.since_ms});
    }
    return made;
  }

  Session& wake(const ParkedSession& parked, Read& read) {
    const int64_t most_ms = std::max<int64_t>(parked.max_s * 1000 - since_start_ms_, 0);
    const int64_t left_ms = parked.until_ms - home_.clock().wall_ms();
    const SessionDirectory::Patience patience{parked.max_s, std::clamp<int64_t>(left_ms, 0, most_ms)};
    Session& session =
        home_.sessions().wake(resident_, std::move(read.jid), patience, parked.resume_key, std::move(read.counted));
    session.set_device(parked.device);
    session.set_certificate(parked.certificate);
    session.set_by_site(parked.is_by_site);
    session.interested = parked.is_interested;
    session.set_presence(std::move(read.presence));
    return session;
  }

  Home& home_;
  Resident& resident_;
  const ParkedAccount& parked_;
  const int64_t since_start_ms_;
  std::vector<DeliveryPtr> deliveries_;
  std::vector<Read> counted_;
};

struct Woken {
  BareJid account;
  void arrive(Home& here) const {
    here.residents().with(account, [](const Result<Resident*>&) {});
  }
};

}  // namespace

Parking::Parking(Home& home) : home_(home), started_ms_(home.clock().monotonic_ms()) {}

void Parking::park() {
  home_.residents().for_each([this](Resident& resident) {
    if (!resident.sessions().empty()) park(resident);
  });
}

void Parking::park(const Resident& resident) {
  const ParkedAccount parked = Writing(home_, resident).write();
  const std::string row = write_parked_row(parked);
  if (parked.sessions.empty() || row.size() > row_bytes_max) return;
  home_.data().map(resident.tenant().id, store_name).store(resident.jid().str(), entry_name, row);
}

Task<Result<ParkedAccount>> Parking::take(TenantPtr tenant, BareJid account) {
  const store::MapStore rows = home_.data().map(tenant->id, store_name);
  auto loading = rows.load_entry(home_.loop(), account.str(), entry_name);
  const auto row = co_await loading;
  if (!row) co_return row.error();
  if (!*row) co_return ParkedAccount();
  const Lsn gone = rows.remove_all(account.str());
  const auto is_gone = co_await home_.data().wait(home_.loop(), gone);
  auto parked = is_gone ? parse_parked_row(**row) : Result<ParkedAccount>(is_gone.error());
  if (parked) co_return parked;
  // The messages that they held wait in the offline queue.
  log::error("server", "Sessions from before the restart are lost",
             {{"jid", account.str()}, {"why", parked.error().text}});
  co_return ParkedAccount();
}

void Parking::wake(Resident& resident, const ParkedAccount& parked) {
  if (parked.sessions.empty() || resident.tenant().suspended || parked.incarnation != resident.incarnation() ||
      parked.modules_off != name_modules_off(resident.tenant())) {
    return;
  }
  Reading reading(home_, resident, parked, home_.clock().monotonic_ms() - started_ms_);
  if (const auto read = reading.read(); !read) {
    log::error("server", "Sessions from before the restart are lost",
               {{"jid", resident.jid().str()}, {"why", read.error().text}});
    return;
  }
  reading.wake();
}

void Parking::wake_rest_in_time() {
  rest_timer_ = home_.loop().start_timer(SessionDirectory::resume_max_s * 1000, [this] { spawn(wake_rest(home_)); });
}

Task<void> Parking::wake_rest(Home& home) {
  const auto tenants = home.shared().tenants->list();
  for (const TenantPtr& tenant : tenants) {
    auto asking = home.data().map(tenant->id, store_name).keys(home.loop());
    const auto accounts = co_await asking;
    if (!accounts) continue;  // they wake with their accounts
    for (const std::string& each : *accounts) {
      const auto account = BareJid::parse(each);
      if (account) home.shared().homes.send(home.shared().homes.place_of(each), Woken{*account});
    }
  }
}

Lsn Parking::drop(const Tenant& tenant, const BareJid& account) {
  return home_.data().map(tenant.id, store_name).remove_all(account.str());
}

}  // namespace teahouse
