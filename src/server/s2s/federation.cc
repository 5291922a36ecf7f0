#include "server/s2s/federation.h"

#include <algorithm>

#include "base/random.h"
#include "server/home.h"
#include "server/s2s/incoming.h"
#include "server/s2s/outgoing.h"
#include "tenant/federation.h"
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
  hooked_.push_back(hooks.tenant_removed.add([this](const TenantPtr& tenant) { follow(tenant->id); }));
  hooked_.push_back(hooks.peer_heard.add([this](const HostPtr& host, const std::string& peer) {
    const auto found = outgoing_.find({host->domain, peer});
    if (found != outgoing_.end()) found->second->forget_failure();
  }));
}

// The streams end before what they use.
Federation::~Federation() {
  trials_.clear();
  outgoing_.clear();
  incoming_.clear();
  closing_.clear();
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
  for (const auto& stream : incoming) stream->end("system-shutdown", "The server is being shut down.");
  end_outgoing([](const Outgoing& each) { return !each.is_ready(); });
  if (count() == 0) return chores_.stop();
  chores_ = home_.loop().start_timer(last_words_ms, [this] { end_outgoing([](const Outgoing&) { return true; }); });
}

void Federation::end_outgoing(const std::function<bool(const Outgoing&)>& unwanted) {
  for (const auto& [pair, outgoing] : outgoing_) {
    if (unwanted(*outgoing)) outgoing->end(shut_down());
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
  if (refuses_more_ && !outgoing->is_ready()) return refuse_remote(home_, stanza, ticket, shut_down());
  outgoing->send(std::move(stanza), std::move(ticket));
}

Outgoing* Federation::find_or_make(const HostPtr& host, const Pair& pair) {
  const auto found = outgoing_.find(pair);
  if (found != outgoing_.end()) return found->second.get();
  if (outgoing_.size() >= outgoing_max) return nullptr;
  if (!chores_.running()) look_after();
  auto made = std::make_unique<Outgoing>(way(), pair, host->tenant);
  made->on_broken = [this, pair] { ask_for(pair); };
  made->on_lost = [this, pair] {
    const HostPtr now = home_.hosts().find(pair.ours);
    if (now) home_.shared().homes.send_each(PeerLost{now, pair.peer});
  };
  return outgoing_.emplace(pair, std::move(made)).first->second.get();
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

// A tenant that is removed, or has another of our hosts now, has none of them any more.
void Federation::follow(TenantId tenant) {
  const auto incoming = incoming_;
  for (const auto& stream : incoming) stream->follow();
  std::erase_if(outgoing_, [this, tenant](const auto& each) {
    const auto& [pair, outgoing] = each;
    if (outgoing->tenant() != tenant) return false;
    const HostPtr host = home_.hosts().find(pair.ours);
    if (host && host->tenant->id == tenant && federates_with(*host->tenant, pair.peer)) return false;
    outgoing->end(closed(pair));
    return true;
  });
}

void Federation::look_after() {
  std::erase_if(outgoing_, [](const auto& each) { return each.second->is_idle(); });
  chores_ = home_.loop().start_timer(chores_ms, [this] { look_after(); });
}

}  // namespace teahouse::s2s
