// The life of a stream, up to its login and at its end. The part after the login is in stream_bound.cc, what
// comes with a login by SASL2 in stream_inline.cc.
#include "server/c2s/stream.h"

#include <utility>

#include "base/log.h"
#include "base/random.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::c2s {
namespace {

constexpr StreamKind client_stream{"client", ns::client};

constexpr int64_t sooner = 10;  // so many times, a client is asked whether it is there where its place is wanted

}  // namespace

Stream::Stream(Clients& clients)
    : clients_(&clients), xml_(client_stream, *this), management_(xml_, *this, *this), intake_(xml_, *this) {}
Stream::~Stream() = default;

void Stream::start(std::unique_ptr<Transport> transport) {
  xml_.start(std::move(transport));
  xml_.transport().set_limits(StreamLimits::of_stranger());
  negotiation_ = std::make_unique<Negotiation>(*clients_, xml_, *this);
  start_clock(false);
}

// A client whose password was refused waits for its user, often for ever. An end that looks like a failure of the
// connection makes many clients begin anew by themselves, with the same password; so it has more time, and then a
// proper end.
void Stream::start_clock(bool was_refused) {
  const Options& options = clients_->options();
  clock_ = clients_->home().loop().start_timer(
      1000 * (was_refused ? options.refused_timeout_s : options.login_timeout_s), [this, was_refused] {
        if (was_refused) {
          xml_.close();
        } else {
          end("connection-timeout", "The stream was not bound in time.");
        }
      });
}

// Anything that a client sends is the sign that it lives: while something comes, nothing is asked, for each
// question wakes a phone. One that is not read from can't be heard, and one that slowly takes what waits for it lives.
void Stream::look_after(int64_t now_ms) {
  if (!session_ || look(now_ms, clients_->options().probe_after_s * 1000) != Silence::Then::give_up) return;
  // Without a word: an end of the stream would end the session too, which a client that only slept may want to resume.
  xml_.abort("it was silent and did not answer a probe");
}

Silence::Then Stream::look(int64_t now_ms, int64_t probe_after_ms) {
  checker_.check();
  const bool heard = lives();
  xml_.transport().take_sign_of_life();
  const auto then = silence_.look(now_ms, heard, probe_after_ms, clients_->options().probe_answer_ms());
  if (then == Silence::Then::probe) probe();
  return then;
}

bool Stream::lives() const { return xml_.transport().has_sign_of_life() || xml_.transport().is_held(); }

int64_t Stream::heard_ms() const {
  return lives() || silence_.since_ms() == 0 ? clients_->home().clock().monotonic_ms() : silence_.since_ms();
}

// Its place is wanted: then it is asked sooner. One that has no answer for long is given up by look_after().
bool Stream::ask() {
  const int64_t probe_after_s = clients_->options().probe_after_s;
  if (probe_after_s == 0) return false;
  look(clients_->home().clock().monotonic_ms(), probe_after_s * 1000 / sooner);
  return silence_.is_probed();
}

int64_t Stream::silent_since_ms() const {
  return !lives() && silence_.is_telling(clients_->home().clock().monotonic_ms()) ? silence_.since_ms() : 0;
}

// The cheapest question that its client must answer.
void Stream::probe() {
  if (session_->sm_enabled()) return session_->request_acknowledgement();
  if (xml_.transport().send_ping()) return;
  std::string payload;
  xml::Writer(payload).open("ping", ns::ping).close();
  Stanza ping = Stanza::make(StanzaKind::iq, StanzaType::get, std::move(payload));
  ping.id = "probe-" + random_token(8);
  ping.from = BareJid::make({}, host_->domain).value();
  ping.to = session_->jid();
  session_->deliver(std::move(ping));
}

// Those that are bound end with their sessions (Home); those that are not authenticated hear of it by SASL.
void Stream::follow_tenant() {
  checker_.check();
  if (!host_ || xml_.is_over()) return;
  HostPtr now = clients_->home().hosts().find(host_->domain);
  if (!now || now->tenant->id != host_->tenant->id) {
    if (!session_) end("host-gone", "This server was removed.");
    return;
  }
  host_ = std::move(now);
  if (state_ == State::negotiating) {
    negotiation_->use(host_);
  } else if (state_ == State::authenticated && host_->tenant->suspended) {
    end("account-disabled", host_->tenant->suspend_reason);
  } else {
    use_plan();
  }
}

void Stream::use_plan() {
  const PlanLimits& plan = host_->tenant->limits();
  xml_.transport().set_limits(StreamLimits::of(plan));
  intake_.use(clients_->home().clock().monotonic_ms(), plan);
}

void Stream::on_header(const xml::Element& header) {
  checker_.check();
  HostPtr host = find_host(header);
  if (!host) return;
  // RFC 6120 section 4.9.3.9.
  const auto from = header.attribute("from");
  if (identity_ && from && !is_of_account(*from)) {
    return end("invalid-from", "This stream was authenticated for another address than the one in 'from'.");
  }
  host_ = std::move(host);
  if (!identity_ && is_from_elsewhere(from)) {
    return end("invalid-from", "The address in 'from' is not of " + host_->domain + ", which the stream is to.");
  }
  intake_.set_lang(header.attribute(ns::xml, "lang").value_or(""));
  const auto client = Jid::parse(from.value_or(""));
  xml_.open(client ? client->bare().str() : std::string());
  if (identity_) {
    xml_.send(make_account_features(offered()));
  } else {
    negotiation_->use(host_);
    negotiation_->set_from(client ? client->bare().str() : std::string());
    negotiation_->send_features();
  }
}

ModuleFeatures Stream::offered() const {
  Home& home = clients_->home();
  std::string more;
  xml::Writer writer(more);
  home.hooks().stream_features.call_at(*host_, host_, writer);
  return {home.modules().infos(*host_), *host_->tenant, clients_->options().probe_after_s, std::move(more)};
}

// The host that the header is for; none: the stream has ended.
HostPtr Stream::find_host(const xml::Element& header) {
  const std::string_view to = header.attribute("to").value_or("");
  const auto jid = BareJid::parse(to);
  HostPtr host = jid && !jid->has_localpart() ? clients_->home().hosts().find(jid->domainpart()) : nullptr;
  if (!host || host->kind != HostKind::accounts) {
    end("host-unknown", "No accounts are served for '" + std::string(to) + "' here.");
  } else if (host_ && host_->domain != host->domain) {
    end("host-unknown", "A stream can't change its host half-way.");
  } else if (asked_tls_for_another(*host)) {
    end("host-unknown",
        "The TLS connection was made to another server than the stream: '" + xml_.transport().sni() + "'.");
  } else {
    return host;
  }
  return nullptr;
}

// A client that has seen another tenant's certificate was led here, and must not tell that tenant's user's password. A
// name of nobody here (the server's own, a proxy's) says nothing.
bool Stream::asked_tls_for_another(const Host& host) const {
  const auto asked = BareJid::parse(xml_.transport().sni());
  const HostPtr found = asked ? clients_->home().hosts().find(asked->str()) : nullptr;
  return found && found->tenant->id != host.tenant->id;
}

// XEP-0388 section 2.1: of a stream that is offered SASL2. An address that can't be one names nobody.
bool Stream::is_from_elsewhere(std::optional<std::string_view> from) const {
  if (!xml_.transport().is_private()) return false;
  const auto client = Jid::parse(from.value_or(""));
  return client && client->domainpart() != host_->domain;
}

bool Stream::is_of_account(std::string_view address) const {
  const auto jid = Jid::parse(address);
  return jid && jid->domainpart() == host_->domain &&
         account_named(*host_, std::string(jid->localpart())) == identity_->account.localpart();
}

void Stream::on_element(xml::Document document) {
  checker_.check();
  if (state_ == State::negotiating) {
    negotiation_->on_element(document);
  } else if (state_ == State::authenticated) {
    on_authenticated(document);
  } else {
    on_bound(document);
  }
}

void Stream::on_drained() {
  if (session_) session_->on_drained();
}

void Stream::on_answer(Stanza answer) {
  if (state_ != State::negotiating || xml_.is_over() || xml_.awaits_header()) return;
  answer.to.reset();
  xml_.send(answer);
}

// The client is known. It hears so at its account's home, where all that follows from it is at hand.
void Stream::on_identity(const Identity& identity) {
  xml_.transport().admit();
  xml_.transport().hold();
  const Place there = clients_->home().shared().homes.place_of(identity.account.str());
  // Not from here: callers still look at the stream on this loop.
  clients_->home().loop().post([self = shared_from_this(), there, identity] {
    if (self->xml_.is_over()) return;
    self->clients_->move(self, there, [self, identity] { self->begin_as(identity); });
  });
}

void Stream::leave_loop() {
  clock_.stop();
  checker_.release();
  xml_.leave_loop();
}

void Stream::begin_as(const Identity& identity) {
  if (xml_.is_over()) return;
  negotiation_.reset();
  identity_ = std::make_unique<Identity>(identity);
  state_ = State::authenticated;
  follow_tenant();  // on its way it was told nothing
  if (xml_.is_over()) return;
  start_clock(false);
  if (identity.request) return begin_inline();
  xml_.send(Negotiation::make_success(identity));
  xml_.restart();
}

// RFC 6120 has account-disabled for SASL only; on an open stream it comes as the application's own condition.
void Stream::end(std::string_view condition, std::string_view text) {
  if (condition != "account-disabled") return xml_.end(condition, text);
  std::string disabled;
  xml::Writer(disabled).open("account-disabled", ns::sasl).close();
  xml_.end("policy-violation", text, disabled);
}

void Stream::on_over() {
  checker_.check();
  clock_.stop();
  intake_.stop();
  if (negotiation_) negotiation_->stop();
  if (Session* session = std::exchange(session_, nullptr)) {
    session->attach(nullptr);
    session->home().sessions().close(*session);
  }
}

void Stream::on_gone(std::string_view why) {
  checker_.check();
  clock_.stop();
  intake_.stop();
  if (negotiation_) negotiation_->stop();
  if (Session* session = std::exchange(session_, nullptr)) {
    log::debug("c2s", "A stream is gone", {{"jid", session->jid().str()}, {"why", std::string(why)}});
    session->home().sessions().lose_stream(*session);
  }
  clients_->forget(*this);
}

}  // namespace teahouse::c2s
