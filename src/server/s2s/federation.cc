#include "server/s2s/federation.h"

#include <algorithm>

#include "base/log.h"
#include "base/random.h"
#include "server/home.h"
#include "server/s2s/incoming.h"
#include "server/s2s/outgoing.h"
#include "server/s2s/resumptions.h"
#include "tenant/federation.h"
#include "tenant/tenants.h"
#include "xmpp/namespaces.h"

namespace teahouse::s2s {
namespace {

constexpr int64_t chores_ms = 60'000, last_words_ms = 300;

// No domain has a space in it.
Place place_of(const Homes& homes, const Pair& pair) { return homes.place_of(pair.ours + " " + pair.peer); }

Error closed(const Pair& pair) {
  return {ErrorKind::not_allowed, pair.ours + " does not talk with " + pair.peer + "."};
}

Error shut_down() { return {ErrorKind::remote_server_timeout, "The server is being shut down."}; }

}  // namespace

struct Federation::ToPeer {
  std::shared_ptr<Stanza> stanza;
  TicketPtr ticket;
  void arrive(Home& here) {
    for (const auto& each : here.hooks().remote) {
      if (each.hook(*stanza, ticket) == Flow::stop) return;
    }
  }
};

struct Federation::PeerHeard {
  HostPtr host;
  std::string peer;
  void arrive(Home& here) { here.hooks().peer_heard(host, peer); }
};

struct Federation::PeerLost {
  HostPtr host;
  std::string peer;
  void arrive(Home& here) { here.hooks().peer_lost(host, peer); }
};

Federation::Federation(Home& home, std::unique_ptr<net::Dns> dns, std::shared_ptr<const House> house)
    : home_(home), dns_(std::move(dns)), house_(std::move(house)) {
  Hooks& hooks = home.hooks();
  hooked_.push_back(hooks.remote.add([this](Stanza& stanza, TicketPtr& ticket) { return take(stanza, ticket); }));
  hooked_.push_back(hooks.tenant_changed.add([this](const TenantPtr& tenant) { follow(tenant->id); }));
  hooked_.push_back(hooks.tenant_removed.add([this](const TenantPtr& tenant) {
    leave(tenant->id);
    follow(tenant->id);
  }));
  hooked_.push_back(hooks.peer_heard.add([this](const HostPtr& host, const std::string& peer) {
    const auto found = outgoing_.find({host->domain, peer});
    if (found != outgoing_.end()) found->second->forget_failure();
  }));
  self_ = std::make_shared<Federation*>(this);
  if (!home.shared().tenants) return;  // in tests
  home.loop().post([self = std::weak_ptr(self_), &home] { spawn(restore(self, home)); });
}

// The streams end before what they use.
Federation::~Federation() {
  trials_.clear();
  outgoing_.clear();
  incoming_.clear();
  closing_.clear();
  lost_.clear();
}

size_t Federation::strangers_of(const std::string& network) const {
  return static_cast<size_t>(std::ranges::count_if(incoming_, [&network](const auto& each) {
    return each->is_stranger() && (network.empty() || each->network() == network);
  }));
}

void Federation::accept(std::unique_ptr<net::Connection> connection, std::string_view early) {
  if (refuses_more_) return;
  const auto stream = std::make_shared<Incoming>(*this);
  incoming_.insert(stream);
  stream->start(std::move(connection), early);
  if (strangers_of(stream->network()) > strangers_max || strangers_of({}) > strangers_total_max) {
    stream->end("resource-constraint", "Too many streams have proved nothing yet.");
  }
}

// The streams out stay a moment longer: they carry the last presence of those whose sessions end now, on any home.
void Federation::stop() {
  refuses_more_ = true;
  const auto incoming = incoming_;
  for (const auto& stream : incoming) stream->stop();
  rest_outgoing([](const Outgoing& each) { return !each.is_ready(); });
  if (count() == 0) return chores_.stop();
  chores_ = home_.loop().start_timer(last_words_ms, [this] { rest_outgoing([](const Outgoing&) { return true; }); });
}

void Federation::rest_outgoing(const std::function<bool(const Outgoing&)>& unwanted) {
  for (const auto& [pair, outgoing] : outgoing_) {
    if (unwanted(*outgoing)) outgoing->rest(shut_down());
  }
}

size_t Federation::count() const {
  const auto open = std::ranges::count_if(outgoing_, [](const auto& each) { return each.second->is_ready(); });
  return incoming_.size() + closing_.size() + static_cast<size_t>(open);
}

Result<void> Federation::try_peer(const Pair& pair, Trial::Done done) {
  const HostPtr host = home_.hosts().find(pair.ours);
  if (!host || !federates_with(*host->tenant, pair.peer)) return closed(pair);
  if (home_.hosts().find(pair.peer)) {
    return Error{ErrorKind::not_allowed,
                 pair.peer + " is served by this server itself, which does not talk with itself."};
  }
  if (refuses_more_) return shut_down();
  if (trials_.size() >= trials_max) {
    return Error{ErrorKind::resource_constraint, "Too many domains are being tried now; try again in a minute."};
  }
  const auto weak = std::make_shared<std::weak_ptr<Trial>>();
  const auto trial = std::make_shared<Trial>(way(), pair, host->tenant->id, [this, weak, done](TrialOutcome outcome) {
    const auto ended = weak->lock();
    home_.loop().at_turn_end([ended] {});  // the caller is one of its own call-backs
    trials_.erase(ended);
    done(std::move(outcome));
  });
  *weak = trial;
  trials_.insert(trial);
  trial->start();
  return {};
}

bool Federation::may_verify(const std::string& network) {
  const TokenRate rate = TokenRate::per_minute(verifications_per_min, verifications_per_min);
  return verifications_.take_ms(network, home_.clock().monotonic_ms(), rate) == 0;
}

Flow Federation::take(Stanza& stanza, TicketPtr& ticket) {
  const Pair pair{std::string(stanza.from->domainpart()), std::string(stanza.to->domainpart())};
  const HostPtr host = home_.hosts().find(pair.ours);
  if (!host) return Flow::go_on;  // it was removed meanwhile
  if (!federates_with(*host->tenant, pair.peer)) {
    refuse_remote(home_, stanza, ticket, closed(pair));
    return Flow::stop;
  }
  const Place there = place_of(home_.shared().homes, pair);
  if (there == home_.place()) {
    send(host, pair, std::move(stanza), std::move(ticket));
  } else {
    home_.shared().homes.send(there, ToPeer{std::make_shared<Stanza>(std::move(stanza)), std::move(ticket)});
  }
  return Flow::stop;
}

void Federation::send(const HostPtr& host, const Pair& pair, Stanza&& stanza, TicketPtr ticket) {
  Outgoing* const outgoing = find_or_make(host, pair);
  if (!outgoing) {
    return refuse_remote(home_, stanza, ticket,
                         {ErrorKind::resource_constraint, "Too many other servers are talked with already."});
  }
  outgoing->send(std::move(stanza), std::move(ticket));
}

Outgoing* Federation::find_or_make(const HostPtr& host, const Pair& pair) {
  const auto found = outgoing_.find(pair);
  if (found != outgoing_.end()) return found->second.get();
  size_t& same = outgoing_of_[host->tenant->id];
  if (outgoing_.size() >= outgoing_max || same >= of_tenant_max) return nullptr;
  ++same;
  look_after_soon();
  auto made = std::make_unique<Outgoing>(way(), pair, host->tenant);
  made->on_broken = [this, pair] { ask_for(pair); };
  made->on_lost = [this, pair] {
    const HostPtr now = home_.hosts().find(pair.ours);
    if (now) home_.shared().homes.send_each(PeerLost{now, pair.peer});
  };
  if (refuses_more_) made->rest(shut_down());
  return outgoing_.emplace(pair, std::move(made)).first->second.get();
}

void Federation::drop_outgoing(const std::function<bool(const Pair&, Outgoing&)>& unwanted) {
  for (auto at = outgoing_.begin(); at != outgoing_.end();) {
    if (!unwanted(at->first, *at->second)) {
      ++at;
      continue;
    }
    const auto same = outgoing_of_.find(at->second->tenant());
    if (--same->second == 0) outgoing_of_.erase(same);
    at = outgoing_.erase(at);
  }
}

void Federation::on_proved(Incoming& stream, const Pair& pair) {
  const auto same = std::ranges::count_if(incoming_, [&pair](const auto& each) { return each->has(pair); });
  if (static_cast<size_t>(same) > streams_of_pair_max) {
    return stream.end("resource-constraint", "This pair of domains has too many streams already.");
  }
  const HostPtr host = home_.hosts().find(pair.ours);
  if (host) home_.shared().homes.hand(place_of(home_.shared().homes, pair), PeerHeard{host, pair.peer});
}

void Federation::forget(Incoming& stream, bool has_broken) {
  const auto kept = stream.shared_from_this();
  if (incoming_.erase(kept) > 0) home_.loop().at_turn_end([kept] {});  // the caller may be one of its own call-backs
  if (!has_broken || refuses_more_) return;
  for (const Pair& pair : stream.pairs()) ask_for(pair);
}

// A ping on the way of all stanzas: where the peer can't be reached any more, Outgoing tells.
void Federation::ask_for(const Pair& pair) {
  const auto ours = BareJid::make({}, pair.ours), peer = BareJid::make({}, pair.peer);
  if (refuses_more_ || !ours || !peer) return;
  Stanza ping = Stanza::make(StanzaKind::iq, StanzaType::get, std::string("<ping xmlns='") + ns::ping + "'/>");
  ping.id = "s2s-" + random_token(10);
  ping.from = *ours;
  ping.to = *peer;
  home_.router().route(std::move(ping));
}

void Federation::keep(const std::string& id, const std::shared_ptr<HandledCount>& count) {
  if (refuses_more_ || lost_.size() >= lost_max) return house_->resumptions->remove(id);
  count->on_taken = [this, id] { lost_.erase(id); };
  lost_[id] = {count, home_.clock().monotonic_ms() + Incoming::resume_max_s * 1000};
  look_after_soon();
}

// A tenant that is removed, or has another of our hosts now, has none of them any more.
void Federation::follow(TenantId tenant) {
  const auto incoming = incoming_;
  for (const auto& stream : incoming) stream->follow();
  drop_outgoing([this, tenant](const Pair& pair, Outgoing& outgoing) {
    return outgoing.tenant() == tenant && !follow(pair, outgoing);
  });
  take_up_rested(tenant);
}

// False: it has ended.
bool Federation::follow(const Pair& pair, Outgoing& outgoing) {
  const HostPtr host = home_.hosts().find(pair.ours);
  const bool is_there = host && host->tenant->id == outgoing.tenant();
  if (is_there && federates_with(*host->tenant, pair.peer)) {
    outgoing.set_tenant(host->tenant);
    return true;
  }
  if (is_there && host->tenant->suspended) {
    outgoing.rest(closed(pair));
    rested_.insert(pair);
  } else {
    outgoing.end(closed(pair));
  }
  return false;
}

// Its rows go with all that it has.
void Federation::leave(TenantId tenant) {
  drop_outgoing([tenant](const Pair& /*pair*/, const Outgoing& outgoing) { return outgoing.tenant() == tenant; });
}

void Federation::take_up(const HostPtr& host, const Pair& pair) {
  if (host->tenant->suspended) {
    rested_.insert(pair);
  } else if (Outgoing* const outgoing = find_or_make(host, pair)) {
    if (!federates_with(*host->tenant, pair.peer)) outgoing->end(closed(pair));
  } else {
    log::error("s2s", "Messages wait for another server until the next start: too many others are talked with",
               {{"ours", pair.ours}, {"peer", pair.peer}});
  }
}

void Federation::take_up_rested(TenantId tenant) {
  const auto rested = rested_;
  for (const Pair& pair : rested) {
    const HostPtr host = home_.hosts().find(pair.ours);
    if (host && (host->tenant->id != tenant || host->tenant->suspended)) continue;
    rested_.erase(pair);
    if (host) take_up(host, pair);
  }
}

Task<void> Federation::restore(std::weak_ptr<Federation*> self, Home& home) {
  const auto tenants = home.shared().tenants->list();
  for (const TenantPtr& tenant : tenants) {
    auto asking = home.data().map(tenant->id, PeerQueue::store_name).keys(home.loop());
    const auto keys = co_await asking;
    const auto there = self.lock();
    if (!there) co_return;
    if (!keys) {
      log::error("s2s", "What waits for other servers could not be read: it waits until the next start",
                 {{"tenant", tenant->name}, {"why", keys.error().text}});
      continue;
    }
    for (const std::string& key : *keys) {
      const auto pair = PeerQueue::parse_key(key);
      if (!pair || place_of(home.shared().homes, *pair) != home.place()) continue;
      const HostPtr host = home.hosts().find(pair->ours);
      if (host && host->tenant->id == tenant->id) (*there)->take_up(host, *pair);
    }
  }
}

void Federation::look_after_soon() {
  if (!chores_.running()) chores_ = home_.loop().start_timer(chores_ms, [this] { look_after(); });
}

void Federation::look_after() {
  for (const auto& [pair, outgoing] : outgoing_) outgoing->look_after();
  drop_outgoing([](const Pair& /*pair*/, const Outgoing& outgoing) { return outgoing.is_idle(); });
  const int64_t now_ms = home_.clock().monotonic_ms();
  std::erase_if(lost_, [this, now_ms](const auto& each) {
    if (each.second.until_ms > now_ms) return false;
    house_->resumptions->remove(each.first);
    return true;
  });
  chores_ = home_.loop().start_timer(chores_ms, [this] { look_after(); });
}

}  // namespace teahouse::s2s
