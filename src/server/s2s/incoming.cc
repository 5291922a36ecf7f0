#include "server/s2s/incoming.h"

#include <algorithm>
#include <utility>

#include "account/network.h"
#include "base/log.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "server/c2s/stream_management.h"
#include "server/forged.h"
#include "server/home.h"
#include "server/own_namespace.h"
#include "server/s2s/federation.h"
#include "server/s2s/resumptions.h"
#include "server/s2s/server_stream.h"
#include "tenant/federation.h"
#include "xml/writer.h"

namespace teahouse::s2s {
namespace {

constexpr int64_t bytes_per_s = 8 << 20, burst_bytes = 16 << 20;
constexpr int64_t pending_rest_ms = 50;

bool is_stanza_name(std::string_view name) { return name == "message" || name == "presence" || name == "iq"; }

std::optional<std::string> read_domain(std::string_view text) {
  const auto jid = BareJid::parse(text);
  return jid && !jid->has_localpart() ? std::optional(jid->str()) : std::nullopt;
}

}  // namespace

Incoming::Incoming(Federation& federation) : federation_(&federation), xml_(server_stream, *this) {}
Incoming::~Incoming() = default;

void Incoming::start(std::unique_ptr<net::Connection> connection, std::string_view early) {
  network_ = network_of(connection->peer_address());
  xml_.start(c2s::make_tcp_transport(std::move(connection), xml_.transport_events(), ns::client, early));
  xml_.transport().set_limits(c2s::StreamLimits::of_stranger());
  start_clock();
  if (!early.empty()) xml_.transport().release();
}

void Incoming::start_clock() {
  clock_ = federation_->home().loop().start_timer(federation_->house().login_timeout_ms, [this] {
    end("connection-timeout", "No domain was proved on this stream in time.");
  });
}

HostPtr Incoming::find_host(std::string_view domain) const {
  HostPtr host = federation_->home().hosts().find(domain);
  return host && federates(*host->tenant) ? host : nullptr;
}

void Incoming::on_header(const xml::Element& header) {
  const auto to = read_domain(header.attribute("to").value_or(""));
  const auto said = header.attribute("from");
  const auto from = said ? read_domain(*said) : std::nullopt;
  if (!to || (said && !from)) {
    return end("improper-addressing", "A stream between servers says the domains that it is from and to.");
  }
  if (!find_host(*to)) return end("host-unknown", "No server of " + *to + " talks with others here.");
  if (from && federation_->home().hosts().find(*from)) {
    return end("invalid-from", *from + " is served here: no other server speaks for it.");
  }
  if (has_pairs() && (*to != ours_ || from.value_or("") != peer_)) {
    return end("improper-addressing", "A stream goes on with the domains with which it has begun.");
  }
  ours_ = *to;
  peer_ = from.value_or("");
  id_ = xml_.open(peer_);
  send_features();
}

void Incoming::send_features() {
  std::string out;
  xml::Writer writer(out);
  writer.open("stream:features").attribute("xmlns:stream", ns::stream);
  if (xml_.is_plain()) {
    writer.open("starttls", ns::tls).open("required").close().close();
  } else {
    if (!has_pairs() && !peer_.empty() && judge(peer_)) {
      writer.open("mechanisms", ns::sasl).leaf("mechanism", "EXTERNAL").close();
    }
    writer.open("dialback", ns::dialback_feature).open("errors").close().close();
    writer.open("sm", ns::sm).close();
    const HostPtr host = find_host(ours_);
    const auto limits = c2s::StreamLimits::of(host->tenant->limits());
    writer.open("limits", ns::stream_limits);
    writer.leaf("max-bytes", std::to_string(limits.element.element_bytes_max));
    writer.leaf("idle-seconds", std::to_string(federation_->house().idle_ms * 2 / 1000)).close();
  }
  writer.close();
  xml_.send(std::move(out));
}

// The last verdict is kept: a peer proves many pairs of one domain.
const Result<void>& Incoming::judge(const std::string& peer) {
  if (!judged_ || judged_->peer != peer) {
    judged_.emplace(
        Judged{peer, net::judge_server(federation_->house().trust, xml_.transport().peer_chain(), names_of(peer))});
  }
  return judged_->verdict;
}

void Incoming::on_element(xml::Document document) {
  const xml::Element element = document.root();
  if (xml_.is_plain()) {
    if (element.is("starttls", ns::tls)) {
      clock_.stop();
      return xml_.start_tls(federation_->house().contexts, {.without_alpn = true, .keeps_chain = true});
    }
    return end("policy-violation", "Nothing is said before the stream is encrypted (STARTTLS).");
  }
  if (element.is("auth", ns::sasl)) return on_auth(element);
  if (element.ns() == ns::dialback) {
    const auto word = read_dialback(element);
    if (!word) return end("improper-addressing", word.error().text);
    if (!word->type.empty()) return;  // an answer; we ask on streams of our own
    return word->is_verify ? on_verify(*word) : on_result(*word);
  }
  if (element.ns() == ns::sm) {
    if (has_pairs()) slow_down(document.bytes().size());
    return on_management(element);
  }
  const bool says_ns = element.ns() == ns::server && is_stanza_name(element.name());
  if (!says_ns && !Stanza::is_stanza(element)) {
    return end("unsupported-stanza-type", "Servers send each other message, presence and iq alone.");
  }
  if (!has_pairs()) return end("not-authorized", "No domain is proved on this stream yet.");
  slow_down(document.bytes().size());
  // A stanza that comes once the server stops is not taken, and not counted: the peer says it again.
  if (count_ && federation_->home().refuses_more()) return;
  const TicketPtr ticket = count_ ? count_->receive() : nullptr;
  if (!says_ns) return on_stanza(document, ticket);
  const auto usual = in_client_namespace(element, ns::server);
  if (!usual) return refuse(element, usual.error());
  on_stanza(*usual, ticket);
}

// An authorization identity that is another than the stream's is nobody that the certificate speaks for.
void Incoming::on_auth(const xml::Element& auth) {
  const std::string data = auth.text();
  const auto decoded = data.empty() || data == "=" ? Result<std::string>("") : crypto::parse_base64(data);
  const auto as = decoded && !decoded->empty() ? read_domain(*decoded) : std::optional(peer_);
  const HostPtr host = find_host(ours_);
  const char* refused = nullptr;
  if (has_pairs() || !decoded) refused = "malformed-request";
  if (!refused && auth.attribute("mechanism").value_or("") != "EXTERNAL") refused = "invalid-mechanism";
  if (!refused && (peer_.empty() || as != peer_)) refused = "invalid-authzid";
  if (!refused && (!host || !federates_with(*host->tenant, peer_) || !judge(peer_))) refused = "not-authorized";
  if (refused) { return xml_.send("<failure xmlns='" + std::string(ns::sasl) + "'><" + refused + "/></failure>"); }
  is_external_ = true;
  xml_.send("<success xmlns='" + std::string(ns::sasl) + "'/>");
  prove({ours_, peer_}, "EXTERNAL");
  xml_.restart();
}

void Incoming::answer(const DialbackWord& word, std::string_view type, std::string_view condition) {
  xml_.send(answer_dialback(word, type, condition));
}

// We are the receiving server.
void Incoming::on_result(const DialbackWord& word) {
  Home& home = federation_->home();
  if (home.hosts().find(word.from)) return end("invalid-from", word.from + " is served here.");
  const HostPtr host = find_host(word.to);
  if (!host) return answer(word, "error", "item-not-found");
  if (!federates_with(*host->tenant, word.from)) return answer(word, "error", "not-allowed");
  const Pair pair{word.to, word.from};
  if (has(pair) || judge(word.from)) return on_verified(word, true);
  if (verifications_.contains(pair)) return;
  if (verifications_.size() >= verifications_max || proved_.size() >= pairs_max || !federation_->may_verify(network_)) {
    return answer(word, "error", "resource-constraint");
  }
  auto verification =
      std::make_unique<Verification>(federation_->way(), word, id_, [this, word, pair](const Result<bool>& verdict) {
        const auto kept = shared_from_this();
        const auto ended = verifications_.extract(pair);  // it is what calls
        on_verified(word, verdict);
      });
  Verification& asked = *verification;
  verifications_.insert_or_assign(pair, std::move(verification));
  asked.start();
}

void Incoming::on_verified(const DialbackWord& word, const Result<bool>& verdict) {
  if (xml_.is_over()) return;
  if (!verdict) {
    log::info("s2s", "A dialback key could not be verified",
              {{"ours", word.to}, {"peer", word.from}, {"why", verdict.error().text}});
    return answer(word, "error", to_string(verdict.error().kind));
  }
  const HostPtr host = find_host(word.to);
  if (!*verdict || !host || !federates_with(*host->tenant, word.from)) {
    log::info("s2s", "A dialback key is not its domain's", {{"ours", word.to}, {"peer", word.from}});
    return answer(word, "invalid");
  }
  if (proved_.size() >= pairs_max) return answer(word, "error", "resource-constraint");
  answer(word, "valid");
  prove({word.to, word.from}, "dialback");
}

// We are the authoritative server: the key is ours, if it is the one that we would make for that stream.
void Incoming::on_verify(const DialbackWord& word) {
  const HostPtr host = find_host(word.to);
  if (!host) return answer(word, "error", "item-not-found");
  const std::string secret = make_dialback_secret(federation_->house().dialback_secret, host->tenant->id);
  const std::string wanted = make_dialback_key(secret, word.from, word.to, word.id);
  const bool is_ours = crypto::constant_time_equal(wanted, word.key) && federates_with(*host->tenant, word.from);
  answer(word, is_ours ? "valid" : "invalid");
}

void Incoming::prove(Pair pair, std::string_view how) {
  const bool is_first = proved_.empty();
  if (!proved_.insert(pair).second) return;
  log::info("s2s", "Another server has proved a domain",
            {{"ours", pair.ours},
             {"peer", pair.peer},
             {"address", xml_.transport().peer_address()},
             {"proof", std::string(how)},
             {"certificate", judged_ && judged_->peer == pair.peer && judged_->verdict ? "good" : "not good"}});
  if (is_first) {
    xml_.transport().admit();
    heard_ms_ = federation_->home().clock().monotonic_ms();
    look_idle();
  }
  if (const HostPtr host = find_host(pair.ours)) use_plan(host->tenant->limits());
  federation_->on_proved(*this, pair);
}

void Incoming::look_idle() {
  const int64_t idle_ms = 2 * federation_->house().idle_ms;
  const int64_t left_ms = heard_ms_ + idle_ms - federation_->home().clock().monotonic_ms();
  if (left_ms <= 0) return xml_.close();
  clock_ = federation_->home().loop().start_timer(left_ms, [this] { look_idle(); });
}

void Incoming::use_plan(const PlanLimits& plan) {
  xml_.transport().set_limits(c2s::StreamLimits::of(plan));
  xml_.set_unread_bytes_max(Session::held_bytes_max);
  is_limited_ = plan.stanzas_per_s >= 0;
  const int64_t now_ms = federation_->home().clock().monotonic_ms();
  const int64_t per_s = std::max<int64_t>(plan.stanzas_per_s, 1) * stanzas_factor;
  stanzas_.set_rate(now_ms, TokenRate::per_second(per_s, 2 * per_s));
  bytes_.set_rate(now_ms, TokenRate::per_second(bytes_per_s, burst_bytes));
}

void Incoming::slow_down(size_t bytes) {
  const int64_t now_ms = federation_->home().clock().monotonic_ms();
  heard_ms_ = now_ms;
  if (count_ && count_->pending() > pending_max) xml_.rest(federation_->home().loop(), pending_rest_ms);
  if (!is_limited_) return;
  stanzas_.take_or_owe(now_ms, 1);
  bytes_.take_or_owe(now_ms, static_cast<int64_t>(bytes));
  const int64_t wait_ms = std::max(stanzas_.wait_ms(now_ms, 0), bytes_.wait_ms(now_ms, 0));
  if (wait_ms > 0) xml_.rest(federation_->home().loop(), wait_ms);
}

void Incoming::on_stanza(const xml::Document& document, const TicketPtr& ticket) {
  Home& home = federation_->home();
  auto stanza = Stanza::read(document);
  if (!stanza) return refuse(document.root(), stanza.error());
  if (!stanza->from || !stanza->to) {
    return end("improper-addressing", "A stanza between servers has a 'from' and a 'to'.");
  }
  const Pair pair{std::string(stanza->to->domainpart()), std::string(stanza->from->domainpart())};
  if (!has(pair)) { return end("invalid-from", pair.peer + " is not proved on this stream, for " + pair.ours + "."); }
  if (is_request(*stanza) && (stanza->id.empty() || stanza->root().child_count() != 1)) {
    return refuse(document.root(),
                  {ErrorKind::bad_request, "An iq of type get or set has an id and exactly one child element."});
  }
  if (home.refuses_more()) {
    const Error stops{ErrorKind::resource_constraint, "The server is being shut down: send it again soon."};
    return home.router().refuse(*stanza, nullptr, stops);
  }
  if (stanza->kind == StanzaKind::message) remove_forged(*stanza, stanza->from->bare());
  home.router().lead_to_account(*stanza->to);
  home.router().route(std::move(*stanza), ticket);
}

// The answer to what could not be read goes to where it came from, as far as that is an address that is proved.
void Incoming::refuse(const xml::Element& element, const Error& error) {
  const std::string_view type = element.attribute("type").value_or("");
  auto from = Jid::parse(element.attribute("from").value_or(""));
  auto to = Jid::parse(element.attribute("to").value_or(""));
  if (!from || !to) return end("improper-addressing", "A stanza between servers has a 'from' and a 'to'.");
  if (!has({std::string(to->domainpart()), std::string(from->domainpart())})) {
    return end("invalid-from", "That is not proved on this stream.");
  }
  if (type == "error" || type == "result") return;
  Stanza cause = Stanza::make(element.name() == "message"    ? StanzaKind::message
                              : element.name() == "presence" ? StanzaKind::presence
                                                             : StanzaKind::iq,
                              StanzaType::none, {});
  cause.id = element.attribute("id").value_or("");
  cause.from = std::move(*from);
  cause.to = std::move(*to);
  federation_->home().router().route(make_error(cause, error));
}

void Incoming::follow() {
  if (xml_.is_over() || ours_.empty()) return;
  std::erase_if(proved_, [this](const Pair& pair) {
    const HostPtr host = find_host(pair.ours);
    return !host || !federates_with(*host->tenant, pair.peer);
  });
  const HostPtr host = find_host(ours_);
  if (!host) return end("host-gone", "No server of " + ours_ + " talks with others here any more.");
  if (!peer_.empty() && !federates_with(*host->tenant, peer_) && proved_.empty()) {
    return end("policy-violation", ours_ + " does not talk with " + peer_ + ".");
  }
  if (has_pairs()) use_plan(host->tenant->limits());
}

void Incoming::on_peer_error(const xml::Element& error) {
  has_error_ = true;
  const auto condition = error.first_child();
  log::info("s2s", "Another server ended its stream with an error",
            {{"ours", ours_}, {"peer", peer_}, {"condition", std::string(condition ? condition->name() : "")}});
}

void Incoming::on_over() {
  clock_.stop();
  verifications_.clear();
  is_over_ = true;
  is_proper_ = !has_error_;
}

void Incoming::on_gone(std::string_view why) {
  clock_.stop();
  verifications_.clear();
  if (has_pairs()) {
    log::info("s2s", "Another server's stream is over", {{"ours", ours_}, {"peer", peer_}, {"why", std::string(why)}});
  }
  if (count_) count_->on_answer = nullptr;
  if (count_ && !resume_id_.empty()) {
    count_->on_taken = nullptr;
    if (is_over_) {
      federation_->house().resumptions->remove(resume_id_);
    } else {
      federation_->keep(resume_id_, count_);
    }
  }
  federation_->forget(*this, !is_proper_);
}

}  // namespace teahouse::s2s
