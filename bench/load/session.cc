#include "bench/load/session.h"

#include <algorithm>
#include <stdexcept>

#include "bench/wire/stanza.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse::bench {
namespace {

constexpr std::string_view sasl_ns = "urn:ietf:params:xml:ns:xmpp-sasl";

std::string make_sasl(std::string_view name, std::string_view attributes, std::string_view data) {
  return "<" + std::string(name) + " xmlns='" + std::string(sasl_ns) + "'" + std::string(attributes) + ">" +
         crypto::to_base64(data) + "</" + std::string(name) + ">";
}

std::string parse_sasl(std::string_view element, std::string_view name) {
  const auto data = crypto::parse_base64(find_text(element, name));
  return data ? *data : std::string();
}

bool is_header(std::string_view element) {
  return element.starts_with("<?") || is_named(element, "stream:stream") || is_named(element, "open");
}

}  // namespace

Session::Session(Realm& realm, User user, size_t number, Events& events)
    : realm_(realm),
      user_(std::move(user)),
      number_(number),
      events_(events),
      channel_(realm.poller, realm.target, realm.tls, *this) {}

void Session::start() {
  ready_ = authenticated_ = leaving_ = resumed_ = false;
  step_ = Step::connect;
  channel_.connect(user_.domain);
}

void Session::leave() {
  leaving_ = true;
  ready_ = false;
  resume_id_.clear();
  channel_.end_stream();
  if (!channel_.is_open()) events_.on_lost(*this, {});
}

void Session::fail(const std::string& why) {
  ready_ = false;
  channel_.close();
  events_.on_lost(*this, user_.bare() + ": " + why);
}

void Session::on_connected() {
  if (realm_.target.is_floor()) {
    step_ = Step::settle;
    jid_ = user_.bare();
    return channel_.send("<hello from='" + jid_ + "'/>");
  }
  step_ = Step::header;
  channel_.open_stream();
}

void Session::on_closed(std::string_view why) {
  ready_ = false;
  events_.on_lost(*this, leaving_ ? "" : user_.bare() + ": " + std::string(why));
}

void Session::on_element(std::string_view element) {
  if ((step_ == Step::ready || step_ == Step::settle) && on_stream_management(element)) return;
  if (step_ == Step::ready) {
    if (element.starts_with("</") || is_named(element, "close")) return;  // the server closes next
    if (is_named(element, "stream:error")) return fail(std::string(element));
    ++handled_;
    return events_.on_stanza(*this, element);
  }
  if (is_header(element)) return;
  if (is_named(element, "stream:features")) return on_features(element);
  if (step_ == Step::proceed && is_named(element, "proceed")) return channel_.start_tls();
  if (step_ == Step::sasl) return on_sasl(element);
  if (step_ == Step::bind) return on_bound(element);
  if (is_named(element, "resumed")) {
    resumed_ = true;
    return get_ready();
  }
  if (is_named(element, "failed") && step_ == Step::resume) return bind();
  if (is_named(element, "enabled")) {
    resume_id_ = std::string(find_attribute(element, "id"));
    handled_ = 0;
    return settle();
  }
  if (step_ != Step::settle) return fail("expected something else than " + std::string(element));
  if (is_named(element, "ok") || find_attribute(element, "id") == "settled") return get_ready();
  ++handled_;
}

void Session::on_features(std::string_view features) {
  if (step_ == Step::header && realm_.target.transport == Transport::starttls && !authenticated_ &&
      features.find("urn:ietf:params:xml:ns:xmpp-tls") != std::string_view::npos) {
    step_ = Step::proceed;
    return channel_.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
  }
  if (step_ == Step::bind) return settle();  // it was bound with its login
  if (!authenticated_) {
    if (features.find(">" + realm_.target.mechanism + "<") == std::string_view::npos) {
      return fail("the server does not offer " + realm_.target.mechanism + ": " + std::string(features));
    }
    return authenticate();
  }
  if (resume_id_.empty()) return bind();
  step_ = Step::resume;
  channel_.send("<resume xmlns='urn:xmpp:sm:3' previd='" + resume_id_ + "' h='" + std::to_string(handled_) + "'/>");
}

void Session::authenticate() {
  step_ = Step::sasl;
  const std::string& mechanism = realm_.target.mechanism;
  const std::string attribute = " mechanism='" + mechanism + "'";
  if (signs_in_by_token()) return authenticate_by_sasl2();
  if (mechanism == "PLAIN") {
    return channel_.send(make_sasl("auth", attribute, '\0' + user_.localpart + '\0' + realm_.target.password));
  }
  scram_.emplace(realm_.salted, mechanism == "SCRAM-SHA-1" ? crypto::Hash::sha1 : crypto::Hash::sha256,
                 realm_.target.password);
  channel_.send(make_sasl("auth", attribute, scram_->make_first(user_.localpart)));
}

// The first time by the password, which gets it a token; then by that.
void Session::authenticate_by_sasl2() {
  const std::string& wanted = realm_.target.mechanism;
  const bool has_token = !token_.empty();
  const auto hash = wanted.starts_with("HT-SHA-512") ? crypto::Hash::sha512 : crypto::Hash::sha256;
  const std::string data = has_token ? user_.localpart + '\0' + crypto::hmac(hash, token_, "Initiator")
                                     : '\0' + user_.localpart + '\0' + realm_.target.password;
  const std::string wish = has_token ? "<fast xmlns='urn:xmpp:fast:0'/>"
                                     : "<request-token xmlns='urn:xmpp:fast:0' mechanism='" + wanted + "'/>";
  const std::string number = std::to_string(number_);
  const std::string agent =
      "00000000-0000-4000-8000-" + std::string(12 - std::min<size_t>(number.size(), 12), '0') + number.substr(0, 12);
  channel_.send("<authenticate xmlns='urn:xmpp:sasl:2' mechanism='" + (has_token ? wanted : std::string("PLAIN")) +
                "'><initial-response>" + crypto::to_base64(data) + "</initial-response><user-agent id='" + agent +
                "'/><bind xmlns='urn:xmpp:bind:0'/>" + wish + "</authenticate>");
}

void Session::on_sasl2_success(std::string_view element) {
  jid_ = std::string(find_text(element, "authorization-identifier"));
  constexpr std::string_view attribute = " token='";
  const size_t at = element.find(attribute);
  if (at != element.npos) {
    const std::string_view rest = element.substr(at + attribute.size());
    token_ = std::string(rest.substr(0, rest.find('\'')));
  }
  if (token_.empty()) return fail("no token came: " + std::string(element));
  authenticated_ = true;
  step_ = Step::bind;
}

void Session::on_sasl(std::string_view element) {
  if (is_named(element, "success") && signs_in_by_token()) return on_sasl2_success(element);
  if (is_named(element, "challenge") && scram_) {
    try {
      return channel_.send(make_sasl("response", {}, scram_->make_final(parse_sasl(element, "challenge"))));
    } catch (const std::runtime_error& error) { return fail(error.what()); }
  }
  if (!is_named(element, "success")) return fail("not let in: " + std::string(element));
  if (scram_ && !scram_->is_proof(parse_sasl(element, "success"))) return fail("the server has no proof");
  scram_.reset();
  authenticated_ = true;
  step_ = Step::header;
  channel_.open_stream();
}

void Session::bind() {
  step_ = Step::bind;
  channel_.send("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>" + user_.resource +
                "</resource></bind></iq>");
}

void Session::on_bound(std::string_view element) {
  jid_ = std::string(find_text(element, "jid"));
  if (jid_.empty()) return fail("not bound: " + std::string(element));
  if (!realm_.target.stream_management) return settle();
  step_ = Step::enable;
  channel_.send("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
}

// The answer to a last request says that all before it is done.
void Session::settle() {
  step_ = Step::settle;
  if (realm_.target.carbons) channel_.send("<iq type='set' id='carbons'><enable xmlns='urn:xmpp:carbons:2'/></iq>");
  if (!realm_.target.presence) return get_ready();
  channel_.send("<presence/>");
  channel_.send("<iq type='get' id='settled' to='" + user_.domain + "'><ping xmlns='urn:xmpp:ping'/></iq>");
}

void Session::get_ready() {
  if (!realm_.target.is_floor() && step_ == Step::settle && realm_.target.presence) ++handled_;
  step_ = Step::ready;
  ready_ = true;
  events_.on_ready(*this);
}

bool Session::on_stream_management(std::string_view element) {
  if (!realm_.target.stream_management) return false;
  if (is_named(element, "r")) {
    if (!acknowledges_) return true;
    channel_.send("<a xmlns='urn:xmpp:sm:3' h='" + std::to_string(handled_) + "'/>");
    return true;
  }
  return is_named(element, "a");
}

}  // namespace teahouse::bench
