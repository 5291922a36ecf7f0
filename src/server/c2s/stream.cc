#include "server/c2s/stream.h"

#include <utility>

#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::c2s {
namespace {

constexpr size_t unbound_answers_max = 64 * 1024;
constexpr size_t lang_bytes_max = 35;

// What one session may send: a burst, and so much a second. Far less than what may wait for one that
// reads slowly (Session::held_bytes_max), so that nobody's flood can throw out another who does read.
constexpr int64_t burst_bytes = 2 << 20, bytes_per_s = 1 << 20;

constexpr int64_t sooner = 10;  // so many times, a client is asked whether it is there where its place is wanted

const char* condition_of(xml::StreamFault fault) {
  switch (fault) {
    case xml::StreamFault::not_well_formed: return "not-well-formed";
    case xml::StreamFault::bad_format: return "bad-format";
    case xml::StreamFault::restricted_xml: return "restricted-xml";
    case xml::StreamFault::unsupported_encoding: return "unsupported-encoding";
    case xml::StreamFault::policy_violation: return "policy-violation";
  }
  return "not-well-formed";
}

// XEP-0440.
void write_channel_bindings(xml::Writer& writer, const sasl::Offer& offer) {
  if (!offer.has_plus()) return;
  writer.open("sasl-channel-binding", ns::channel_binding);
  for (const ChannelBinding& binding : offer.channel_bindings) {
    if (binding.offered) writer.open("channel-binding").attribute("type", binding.type).close();
  }
  writer.close();
}

}  // namespace

Stream::Stream(Clients& clients) : clients_(&clients), bytes_(TokenRate::per_second(bytes_per_s, burst_bytes)) {}
Stream::~Stream() = default;

void Stream::start(std::unique_ptr<Transport> transport) {
  transport_ = std::move(transport);
  transport_->set_limits(StreamLimits::of_stranger());
  start_clock();
}

// A client whose password was refused waits for its user, often for ever. What it hears of as a failure of the
// connection makes many begin anew by themselves, with the same password; so it has more time, and then a proper end.
void Stream::start_clock() {
  const bool refused = state_ == State::negotiating && wrong_secrets_ > 0;
  const Options& options = clients_->options();
  timer_ = clients_->home().loop().start_timer(1000 * (refused ? options.refused_timeout_s : options.login_timeout_s),
                                               [this, refused] {
                                                 if (refused) {
                                                   on_stream_close();
                                                 } else {
                                                   end("connection-timeout", "The stream was not bound in time.");
                                                 }
                                               });
}

// What a client sends is the sign that it lives, whatever it is: while something comes, nothing is asked, for each
// question wakes a phone. One that is not read from can't be heard, and one that slowly takes what waits for it lives.
void Stream::look_after(int64_t now_ms) {
  if (state_ != State::bound || !session_) return;
  if (look(now_ms, clients_->options().probe_after_s * 1000) == Silence::Then::give_up) give_up();
}

Silence::Then Stream::look(int64_t now_ms, int64_t probe_after_ms) {
  const bool heard = lives();
  transport_->connection().take_sign_of_life();
  const auto then = silence_.look(now_ms, heard, probe_after_ms, clients_->options().probe_answer_ms());
  if (then == Silence::Then::probe) probe();
  return then;
}

bool Stream::lives() const { return transport_->connection().has_sign_of_life() || transport_->is_held(); }

int64_t Stream::heard_ms() const {
  return lives() || silence_.since_ms() == 0 ? clients_->home().clock().monotonic_ms() : silence_.since_ms();
}

// Somebody wants its place: then it is asked sooner. One that has no answer for long is given up by look_after().
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
  if (transport_->send_ping()) return;
  std::string payload;
  xml::Writer(payload).open("ping", ns::ping).close();
  Stanza ping = Stanza::make(StanzaKind::iq, StanzaType::get, std::move(payload));
  ping.id = "probe-" + random_token(8);
  ping.from = BareJid::make({}, host_->domain).value();
  ping.to = session_->jid();
  session_->deliver(std::move(ping));
}

// As if its connection had broken, which it has, and without a word: an end of the stream would end the session too,
// which a client that only slept may want to resume.
void Stream::give_up() {
  transport_->connection().abort();
  on_gone("it was silent and did not answer a probe");
}

void Stream::on_secure() { start_clock(); }

// Those that are bound end with their sessions (Home); those that are not authenticated hear of it by SASL.
void Stream::follow_tenant() {
  if (!host_ || state_ == State::over) return;
  HostPtr now = clients_->home().hosts().find(host_->domain);
  if (!now || now->tenant->id != host_->tenant->id) {
    if (!session_) end("host-gone", "This server was removed.");
    return;
  }
  host_ = std::move(now);
  if (state_ == State::authenticated && host_->tenant->suspended) {
    end("account-disabled", host_->tenant->suspend_reason);
  } else if (state_ == State::authenticated || state_ == State::bound) {
    use_plan();
  }
}

void Stream::use_plan() {
  const PlanLimits& plan = host_->tenant->limits();
  transport_->set_limits(StreamLimits::of(plan));
  stanzas_.set_rate(clients_->home().clock().monotonic_ms(),
                    TokenRate::per_second(plan.stanzas_per_s, 2 * plan.stanzas_per_s));
}

void Stream::on_header(const xml::Element& header, std::string_view default_ns) {
  if (state_ == State::over) return;
  if (!awaits_header_) {
    end("bad-format", "The stream has its header already.");
    return;
  }
  if (!accept_header(header, default_ns)) return;
  awaits_header_ = false;
  const auto from = Jid::parse(header.attribute("from").value_or(""));
  transport_->send_header({host_->domain, random_token(22), "en", from ? from->bare().str() : std::string()});
  header_sent_ = true;
  if (state_ == State::fresh) state_ = State::negotiating;
  send_features();
}

// A client that has seen another tenant's certificate was led here, and must not tell that tenant's user's password. A
// name of nobody here (the server's own, a proxy's) says nothing.
bool Stream::asked_tls_for_another(const Host& host) const {
  const auto asked = BareJid::parse(transport_->sni());
  const HostPtr found = asked ? clients_->home().hosts().find(asked->str()) : nullptr;
  return found && found->tenant->id != host.tenant->id;
}

// REQUIRES: authenticated.
bool Stream::is_of_account(std::string_view address) const {
  const auto jid = Jid::parse(address);
  return jid && jid->domainpart() == host_->domain && account_named(std::string(jid->localpart())) == localpart_;
}

// RFC 6120 section 4.7 and 4.9.3; RFC 7395 section 3.3.
bool Stream::accept_header(const xml::Element& header, std::string_view default_ns) {
  if (!transport_->is_websocket()) {
    if (header.ns() != ns::stream || default_ns != ns::client) {
      end("invalid-namespace", "A client stream is <stream:stream> with the default namespace jabber:client.");
      return false;
    }
    if (header.name() != "stream") {
      end("bad-format", "A stream begins with <stream:stream>.");
      return false;
    }
  }
  if (!header.attribute("version").value_or("").starts_with("1.")) {
    end("unsupported-version", "This server speaks XMPP 1.0: the stream header needs version='1.0'.");
    return false;
  }
  const auto to = header.attribute("to");
  const auto jid = BareJid::parse(to.value_or(""));
  HostPtr host = jid && !jid->has_localpart() ? clients_->home().hosts().find(jid->domainpart()) : nullptr;
  if (!host || host->kind != HostKind::accounts) {
    end("host-unknown", "No accounts are served for '" + std::string(to.value_or("")) + "' here.");
    return false;
  }
  if (host_ && host_->domain != host->domain) {
    end("host-unknown", "A stream can't change its host half-way.");
    return false;
  }
  if (asked_tls_for_another(*host)) {
    end("host-unknown", "The TLS connection was made to another server than the stream: '" + transport_->sni() + "'.");
    return false;
  }
  // RFC 6120 section 4.9.3.9.
  const auto from = header.attribute("from");
  if (state_ == State::authenticated && from && !is_of_account(*from)) {
    end("invalid-from", "This stream was authenticated for another address than the one in 'from'.");
    return false;
  }
  host_ = std::move(host);
  lang_ = cut(header.attribute(ns::xml, "lang").value_or(""), lang_bytes_max);
  return true;
}

void Stream::send_features() {
  std::string out;
  xml::Writer writer(out);
  writer.open("stream:features").attribute("xmlns:stream", ns::stream);
  if (state_ == State::authenticated) {
    writer.open("bind", ns::bind).close();
    writer.open("session", ns::session).open("optional").close().close();
    writer.open("sm", ns::sm).close();
    writer.open("ver", ns::roster_versioning).close();
    writer.open("sub", ns::pre_approval).close();
  } else {
    const bool plain = !transport_->is_websocket() && !transport_->connection().is_secure();
    if (plain) {
      writer.open("starttls", ns::tls);
      if (clients_->options().require_tls) writer.open("required").close();
      writer.close();
    }
    const sasl::Offer offered = offer();
    const auto mechanisms = sasl::offered_mechanisms(offered);
    if (!mechanisms.empty() && !(plain && clients_->options().require_tls)) {
      writer.open("mechanisms", ns::sasl);
      for (const std::string_view mechanism : mechanisms) writer.leaf("mechanism", mechanism);
      writer.close();
      write_channel_bindings(writer, offered);
    }
    if (host_->tenant->registration_allowed) writer.open("register", ns::register_feature).close();
  }
  writer.close();
  transport_->send_nonza(std::move(out));
}

void Stream::on_element(xml::Document document) {
  if (state_ == State::over) return;
  const xml::Element element = document.root();
  if (element.is("error", ns::stream)) {
    on_stream_close();  // RFC 6120 section 4.9.1.1: whoever is told of an error closes, and says no more
  } else if (awaits_header_) {
    end("bad-format", "A stream begins with its header.");
  } else if (state_ == State::negotiating) {
    on_negotiation(element);
  } else if (state_ == State::authenticated) {
    on_authenticated(document);
  } else if (state_ == State::bound) {
    on_bound(std::move(document));
  }
  if (state_ != State::over) wait_for_reader();
}

// Who leaves its answers unread is not read from until it has read them.
void Stream::wait_for_reader() {
  const size_t enough = state_ == State::bound ? 2 * Session::out_queue_bytes_max : unbound_answers_max;
  if (unread_ || queued_bytes() <= enough) return;
  unread_ = true;
  transport_->hold();
}

void Stream::on_drained() {
  if (session_) session_->on_drained();
  if (std::exchange(unread_, false) && state_ != State::over) transport_->release();
}

void Stream::on_stream_close() {
  if (Session* session = std::exchange(session_, nullptr)) {
    session->attach(nullptr);
    session->home().close_session(*session);
  }
  if (state_ == State::over) return;
  state_ = State::over;
  transport_->close();
  timer_.stop();
}

void Stream::on_fault(xml::StreamFault fault, const std::string& text) { end(condition_of(fault), text); }

void Stream::on_gone(std::string_view why) {
  give_up_turn();
  state_ = State::over;
  timer_.stop();
  if (Session* session = std::exchange(session_, nullptr)) {
    log::debug("c2s", "A stream is gone", {{"jid", session->jid().str()}, {"why", std::string(why)}});
    session->home().stream_lost(*session);
  }
  finish();
}

// RFC 6120 has account-disabled for SASL only; on an open stream it comes as the application's own condition.
void Stream::end(std::string_view condition, std::string_view text) {
  if (condition == "account-disabled") {
    std::string disabled;
    xml::Writer(disabled).open("account-disabled", ns::sasl).close();
    end_with("policy-violation", text, disabled);
  } else {
    end_with(condition, text, {});
  }
}

void Stream::end_with(std::string_view condition, std::string_view text, std::string_view application) {
  if (state_ == State::over) return;
  state_ = State::over;
  timer_.stop();
  // RFC 6120 section 4.9.1.2: an error before our header comes behind one.
  if (!header_sent_) {
    transport_->send_header({host_ ? host_->domain : std::string(), random_token(22), "en", {}});
    header_sent_ = true;
  }
  std::string out;
  xml::Writer writer(out);
  writer.open("stream:error").attribute("xmlns:stream", ns::stream);
  writer.open(condition, ns::streams_error).close();
  if (!text.empty()) writer.leaf("text", text, ns::streams_error);
  writer.raw(application).close();
  transport_->send_nonza(std::move(out));
  transport_->close();
  if (Session* session = std::exchange(session_, nullptr)) {
    session->attach(nullptr);
    session->home().close_session(*session);
  }
}

void Stream::finish() { clients_->forget(*this); }

}  // namespace teahouse::c2s
