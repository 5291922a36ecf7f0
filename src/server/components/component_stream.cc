#include "server/components/component_stream.h"

#include <algorithm>

#include "base/log.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "server/components/components.h"
#include "server/forged.h"
#include "server/home.h"
#include "server/own_namespace.h"
#include "xmpp/namespaces.h"

namespace teahouse::components {
namespace {

constexpr c2s::StreamKind component_stream{"component", ns::component, false};
constexpr int64_t bytes_per_s = 8 << 20, burst_bytes = 16 << 20;

bool is_stanza_name(std::string_view name) { return name == "message" || name == "presence" || name == "iq"; }

}  // namespace

ComponentStream::ComponentStream(Components& components) : components_(&components), xml_(component_stream, *this) {}

void ComponentStream::start(std::unique_ptr<net::Connection> connection) {
  xml_.start(c2s::make_tcp_transport(std::move(connection), xml_.transport_events(), ns::client));
  xml_.transport().set_limits(c2s::StreamLimits::of_stranger());
  clock_ = components_->home().loop().start_timer(1000 * components_->login_timeout_s(), [this] {
    end("connection-timeout", "The component was not known in time.");
  });
}

HostPtr ComponentStream::find_host() const {
  HostPtr host = components_->home().hosts().find(domain_);
  return host && host->kind == HostKind::component && host->tenant->id == tenant_ ? host : nullptr;
}

void ComponentStream::on_header(const xml::Element& header) {
  const std::string_view to = header.attribute("to").value_or("");
  const auto jid = BareJid::parse(to);
  const HostPtr host = jid && !jid->has_localpart() ? components_->home().hosts().find(jid->domainpart()) : nullptr;
  if (!host || host->kind != HostKind::component) {
    return end("host-unknown", "No component is expected for '" + std::string(to.substr(0, 300)) + "' here.");
  }
  domain_ = host->domain;
  tenant_ = host->tenant->id;
  id_ = xml_.open({});
}

void ComponentStream::on_element(xml::Document document) {
  const xml::Element element = document.root();
  if (!is_known_) return shake_hands(element);
  const bool says_ns = element.ns() == ns::component && is_stanza_name(element.name());
  if (!says_ns && !Stanza::is_stanza(element)) {
    return end("unsupported-stanza-type", "After its handshake a component sends message, presence and iq alone.");
  }
  slow_down(components_->home().clock().monotonic_ms(), document.bytes().size());
  if (!says_ns) return on_stanza(document);
  const auto usual = in_client_namespace(element, ns::component);
  if (!usual) return refuse(element, usual.error());
  on_stanza(*usual);
}

void ComponentStream::shake_hands(const xml::Element& element) {
  if (element.name() != "handshake" || (element.ns() != ns::client && element.ns() != ns::component)) {
    return end("not-authorized", "The first word of a component is its handshake (XEP-0114).");
  }
  const HostPtr host = find_host();
  const auto secret =
      host ? components_->home().shared().keys.components.find(host->tenant->id, domain_) : std::nullopt;
  const std::string wanted = secret ? crypto::to_hex(crypto::sha1(id_ + secret->secret)) : std::string();
  const std::string shown = element.text();
  if (!secret || !crypto::constant_time_equal(wanted, shown)) {
    log::info("component", "A component showed a wrong secret",
              {{"name", domain_}, {"address", xml_.transport().peer_address()}});
    return end("not-authorized", "The handshake is not that of this component's secret.");
  }
  secret_id_ = secret->id;
  xml_.transport().admit();
  xml_.transport().hold();
  const Place there = components_->home().shared().homes.place_of(domain_);
  // Not from here: callers still look at the stream on this loop.
  components_->home().loop().post([self = shared_from_this(), there] {
    if (!self->xml_.is_over()) self->components_->move(self, there);
  });
}

// At the home of its name, where what is for it is led.
void ComponentStream::arrive() {
  if (xml_.is_over()) return;
  clock_.stop();
  is_known_ = true;
  follow();  // on its way it was told nothing
  if (xml_.is_over()) return;
  components_->take_place(*this);
  log::info("component", "A component is there", {{"name", domain_}, {"address", xml_.transport().peer_address()}});
  xml_.send(std::string("<handshake/>"));
  const HostPtr host = find_host();
  components_->home().hooks().component_entered.call_at(*host, host);
}

void ComponentStream::leave_loop() {
  clock_.stop();
  xml_.leave_loop();
}

void ComponentStream::follow() {
  if (xml_.is_over() || domain_.empty()) return;
  const HostPtr host = find_host();
  if (!host) return end("host-gone", "This component was removed.");
  if (!is_known_) return;
  if (host->tenant->suspended) return end("policy-violation", host->tenant->suspend_reason);
  const auto secret = components_->home().shared().keys.components.find(host->tenant->id, domain_);
  if (!secret || secret->id != secret_id_) return end("reset", "The component's secret is another one now.");
  use_plan(host->tenant->limits());
}

void ComponentStream::use_plan(const PlanLimits& plan) {
  xml_.transport().set_limits(c2s::StreamLimits::of(plan));
  xml_.set_unread_bytes_max(Session::held_bytes_max);
  is_limited_ = plan.stanzas_per_s >= 0;
  const int64_t now_ms = components_->home().clock().monotonic_ms();
  const int64_t per_s = std::max<int64_t>(plan.stanzas_per_s, 1) * stanzas_factor;
  stanzas_.set_rate(now_ms, TokenRate::per_second(per_s, 2 * per_s));
  bytes_.set_rate(now_ms, TokenRate::per_second(bytes_per_s, burst_bytes));
}

void ComponentStream::slow_down(int64_t now_ms, size_t bytes) {
  if (!is_limited_) return;
  stanzas_.take_or_owe(now_ms, 1);
  bytes_.take_or_owe(now_ms, static_cast<int64_t>(bytes));
  const int64_t pause_ms = std::max(stanzas_.wait_ms(now_ms, 0), bytes_.wait_ms(now_ms, 0));
  if (pause_ms > 0) xml_.rest(components_->home().loop(), pause_ms);
}

void ComponentStream::on_stanza(const xml::Document& document) {
  Home& home = components_->home();
  if (home.refuses_more()) return;
  auto stanza = Stanza::read(document);
  if (!stanza) return refuse(document.root(), stanza.error());
  if (!stanza->from || !stanza->to) {
    return end("improper-addressing", "A component's stanza has a 'from' and a 'to' (XEP-0114).");
  }
  if (stanza->from->domainpart() != domain_) {
    return end("invalid-from", "A component sends as addresses at " + domain_ + " alone.");
  }
  if (is_request(*stanza) && (stanza->id.empty() || stanza->root().child_count() != 1)) {
    return refuse(document.root(),
                  {ErrorKind::bad_request, "An iq of type get or set has an id and exactly one child element."});
  }
  if (stanza->kind == StanzaKind::message) remove_forged(*stanza, stanza->from->bare());
  home.router().lead_to_account(*stanza->to);
  if (const HostPtr host = find_host(); host && is_taken(host, *stanza)) return;
  home.router().route(std::move(*stanza));
}

// A module does what the stanza asks for.
bool ComponentStream::is_taken(const HostPtr& host, Stanza& stanza) {
  for (const auto& each : components_->home().hooks().component_sent) {
    if (each.is_at(*host) && each.hook(host, stanza) == Flow::stop) return true;
  }
  return false;
}

// The answer to what could not be read comes from where it was to go, as far as that is an address.
void ComponentStream::refuse(const xml::Element& element, const Error& error) {
  const std::string_view type = element.attribute("type").value_or("");
  if (type == "error" || type == "result") return;
  Stanza cause = Stanza::make(element.name() == "message"    ? StanzaKind::message
                              : element.name() == "presence" ? StanzaKind::presence
                                                             : StanzaKind::iq,
                              StanzaType::none, {});
  cause.id = element.attribute("id").value_or("");
  if (auto from = Jid::parse(element.attribute("from").value_or(""))) cause.from = std::move(*from);
  if (auto to = Jid::parse(element.attribute("to").value_or(""))) cause.to = std::move(*to);
  if (!cause.from || cause.from->domainpart() != domain_) cause.from = Jid(BareJid::make({}, domain_).value());
  if (!cause.to) cause.to = Jid(BareJid::make({}, domain_).value());
  send(make_error(cause, error));
}

bool ComponentStream::send(const Stanza& stanza) {
  if (xml_.is_over()) return false;
  if (xml_.queued_bytes() > Session::held_bytes_max) {
    end("resource-constraint", "The component reads too slowly: too much waits for it.");
    return false;
  }
  xml_.send(stanza);
  return true;
}

void ComponentStream::on_over() {
  clock_.stop();
  components_->leave_place(*this);
}

void ComponentStream::on_gone(std::string_view why) {
  clock_.stop();
  if (is_known_) log::info("component", "A component is gone", {{"name", domain_}, {"why", std::string(why)}});
  components_->forget(*this);
}

}  // namespace teahouse::components
