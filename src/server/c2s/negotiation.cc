#include "server/c2s/negotiation.h"

#include <algorithm>

#include "crypto/encoding.h"
#include "server/c2s/features.h"
#include "server/c2s/stream_management.h"
#include "xml/values.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse::c2s {

Negotiation::Negotiation(Clients& clients, XmlStream& stream, Events& events)
    : clients_(clients),
      stream_(stream),
      events_(events),
      login_(clients.home(), stream.transport().peer_address(), *this) {}

void Negotiation::use(HostPtr host) {
  host_ = std::move(host);
  login_.use(host_);
}

void Negotiation::send_features() {
  certificate_.clear();
  std::string shown = stream_.transport().peer_certificate();
  if (shown.empty()) return write_features();
  const auto infos = clients_.home().modules().infos(*host_);
  if (std::ranges::none_of(infos, &ModuleInfo::signs_in_by_certificate)) return write_features();
  stream_.transport().hold();
  spawn(look_for_accounts(stream_.share(), this, std::move(shown)));
}

Task<void> Negotiation::look_for_accounts(std::shared_ptr<void> kept, Negotiation* self, std::string certificate) {
  Home& home = self->clients_.home();
  const TenantId tenant = self->host_->tenant->id;
  const auto owners = co_await home.shared().accounts.certificates().find_accounts(home.loop(), tenant, certificate);
  if (self->is_over()) co_return;
  if (owners && !owners->empty()) self->certificate_ = std::move(certificate);
  self->write_features();
  self->release();
}

void Negotiation::write_features() {
  offers_sha512_ = !clients_.home().shared().accounts.has_older_keys(host_->tenant->id);
  stream_.send(make_features({stream_.is_plain(), needs_tls(), offer(), stream_.transport().is_private()},
                             {clients_.home().modules().infos(*host_), *host_->tenant}));
}

sasl::Offer Negotiation::offer() const {
  sasl::Offer offer;
  const Transport& transport = stream_.transport();
  offer.encrypted = transport.is_private();
  offer.tokens = true;
  offer.sha512 = offers_sha512_;
  offer.certificate = certificate_;
  offer.device_tokens = clients_.home().shared().device_days > 0;
  offer.channel_bindings = transport.channel_bindings();
  offer.tls_version = transport.tls_version();
  offer.fake_secret = clients_.home().shared().fake_salt_secret + host_->domain;
  return offer;
}

// Of a client that logs in by SASL2: to the mechanism, or to a task (XEP-0388 sections 2.4 and 2.6.3).
bool Negotiation::is_answer(const xml::Element& element) const {
  if (element.is("abort", ns::sasl2)) return true;
  if (!login_.has_task()) return element.is("response", ns::sasl2);
  return element.is("next", ns::sasl2) || element.is("task-data", ns::sasl2);
}

void Negotiation::on_element(const xml::Document& document) {
  const xml::Element element = document.root();
  const std::string_view sasl = request_ ? ns::sasl2 : ns::sasl;
  if (request_ && login_.is_running() && !is_answer(element)) {
    stream_.end("policy-violation",
                login_.has_task() ? "Only <next/>, <task-data/> and <abort/> have a meaning while you have a task."
                                  : "Only <response/> and <abort/> have a meaning while you authenticate.");
  } else if (login_.has_task() && !element.is("abort", sasl)) {
    login_.on_task(element);
  } else if (element.is("starttls", ns::tls) && stream_.is_plain()) {
    login_.give_up();
    stream_.start_tls(clients_.contexts());
  } else if (element.is("auth", ns::sasl)) {
    on_auth(element);
  } else if (element.is("authenticate", ns::sasl2)) {
    on_authenticate(document);
  } else if (element.is("response", sasl) && login_.is_running()) {
    login_.respond(element.text());
  } else if (element.is("abort", sasl)) {
    login_.fail({sasl::Condition::aborted, ""});
  } else if (StreamManagement::is_element(element)) {
    stream_.send(StreamManagement::make_failed(ErrorKind::unexpected_request));
  } else if (Stanza::is_stanza(element)) {
    if (!on_unauthenticated_iq(element)) stream_.end("not-authorized", "Authenticate before you send stanzas.");
  } else {
    stream_.end("unsupported-stanza-type", "That element has no meaning before authentication.");
  }
}

void Negotiation::on_auth(const xml::Element& auth) {
  request_.reset();
  if (needs_tls()) {
    login_.refuse({sasl::Condition::encryption_required, "Use STARTTLS first."});
  } else {
    const std::string text = auth.text();  // none is no initial response, "=" is an empty one
    const auto initial = xml::trim(text).empty() ? std::nullopt : std::optional<std::string_view>(text);
    login_.begin(auth.attribute("mechanism").value_or(""), offer(), initial);
  }
}

void Negotiation::on_authenticate(const xml::Document& authenticate) {
  request_ = std::make_shared<const Sasl2Request>(authenticate);
  if (!stream_.transport().is_private()) {
    login_.refuse({sasl::Condition::encryption_required, "This may only be used under TLS."});
  } else {
    const auto initial = request_->initial_response();
    login_.begin(request_->mechanism(), offer(), initial ? std::optional<std::string_view>(*initial) : std::nullopt,
                 from_, request_);
  }
}

void Negotiation::on_identity(const Identity& identity) {
  Identity with_request = identity;
  with_request.request = std::move(request_);
  events_.on_identity(with_request);
}

void Negotiation::on_challenge(const std::string& data) {
  std::string out;
  xml::Writer writer(out);
  if (request_) {
    writer.leaf("challenge", crypto::to_base64(data), ns::sasl2);
  } else {
    writer.leaf("challenge", sasl::encode_server_data(data), ns::sasl);
  }
  stream_.send(std::move(out));
}

void Negotiation::on_failure(const sasl::Failure& failure) {
  std::string out;
  xml::Writer writer(out);
  writer.open("failure", request_ ? ns::sasl2 : ns::sasl);
  writer.open(sasl::to_string(failure.condition), ns::sasl).close();
  if (!failure.text.empty()) writer.open("text").attribute("xml:lang", "en").text(failure.text).close();
  writer.close();
  stream_.send(std::move(out));
  if (login_.is_exhausted()) {
    stream_.end("policy-violation", "Too many failed logins on one stream.");
  } else if (login_.wrong_secrets() > 0) {
    events_.start_clock(true);
  }
}

std::string Negotiation::make_success(const Identity& identity) {
  std::string out;
  xml::Writer(out).leaf("success", identity.success_data.empty() ? "" : sasl::encode_server_data(identity.success_data),
                        ns::sasl);
  return out;
}

bool Negotiation::on_unauthenticated_iq(const xml::Element& element) {
  Home& home = clients_.home();
  const auto query = element.first_child();
  const auto to = BareJid::parse(element.attribute("to").value_or(host_->domain));
  if (!to || to->str() != host_->domain) return false;
  if (element.name() != "iq" || !query || !stream_.transport().is_private() || host_->tenant->suspended) return false;
  Stanza stanza =
      Stanza::make(StanzaKind::iq, element.attribute("type") == "set" ? StanzaType::set : StanzaType::get, {});
  stanza.id = element.attribute("id").value_or("");
  stanza.to = *BareJid::make("", host_->domain);
  // Nothing is read until it is answered: a login meanwhile would take the stream to another loop.
  const auto send = [kept = stream_.share(), events = &events_, stream = &stream_](Stanza answer) {
    events->on_answer(std::move(answer));
    stream->transport().release();
  };
  const UnauthenticatedIq iq{host_, stanza, *query, stream_.transport().peer_address(), send, invite_};
  stream_.transport().hold();
  for (const auto& each : home.hooks().unauthenticated_iq) {
    if (each.is_at(*host_) && each.hook(iq) == Flow::stop) return true;
  }
  stream_.transport().release();
  return false;
}

}  // namespace teahouse::c2s
