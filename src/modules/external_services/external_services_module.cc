#include "modules/external_services/external_services_module.h"

#include <algorithm>

#include "base/text.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

void write_service(xml::Writer& writer, const ExternalService& service, const std::optional<Credentials>& credentials) {
  writer.open("service").attribute("type", service.type).attribute("host", service.host);
  if (service.port != 0) writer.attribute("port", std::to_string(service.port));
  if (!service.transport.empty()) writer.attribute("transport", service.transport);
  if (!service.name.empty()) writer.attribute("name", service.name);
  if (service.restricted) writer.attribute("restricted", "true");
  if (credentials) {
    writer.attribute("username", credentials->username).attribute("password", credentials->password);
    if (credentials->expires_ms != 0) writer.attribute("expires", format_time(credentials->expires_ms));
  }
  writer.close();
}

// Which services are asked for: by type and host, and by a port where one is given.
struct Wanted {
  std::string type, host;
  std::optional<uint16_t> port;
  bool is(const ExternalService& service) const {
    return service.type == type && service.host == host && (!port || service.port == *port);
  }
};

Result<Wanted> parse_wanted(const xml::Element& credentials) {
  const auto service = credentials.child("service", ns::external_services);
  const Error bad{ErrorKind::bad_request, "Name one <service/> with its 'host' and its 'type', and a 'port' perhaps."};
  if (!service) return bad;
  Wanted wanted{
      lower_ascii(service->attribute("type").value_or("")), lower_ascii(service->attribute("host").value_or("")), {}};
  const auto port = service->attribute("port");
  if (port) wanted.port = parse_decimal<uint16_t>(*port);
  if (wanted.type.empty() || wanted.host.empty() || (port && !wanted.port)) return bad;
  return wanted;
}

}  // namespace

const ModuleInfo& ExternalServicesModule::info() const {
  static const ModuleInfo info{
      .name = "external_services",
      .summary = "STUN and TURN servers and the like for a tenant's users, with the credentials that open them.",
      .xeps = {{215, "1.0.0", "External Service Discovery", "changes are not pushed; no forms"}},
      .host_features = {ns::external_services},
      .is_optional = true};
  return info;
}

void ExternalServicesModule::attach(ModuleContext& context) {
  context_ = &context;
  context.on_iq(IqTarget::host, StanzaType::get, "services", ns::external_services,
                [this](const IqRequest& iq) { answer_services(iq); });
  context.on_iq(IqTarget::host, StanzaType::get, "credentials", ns::external_services,
                [this](const IqRequest& iq) { answer_credentials(iq); });
}

bool ExternalServicesModule::refuse_others(const IqRequest& request) const {
  const auto& from = request.stanza.from;
  if (from && from->has_localpart() && from->domainpart() == request.host->domain) return false;
  context_->reply_error(request.stanza,
                        {ErrorKind::forbidden, "These services are for users of " + request.host->domain + " alone."});
  return true;
}

std::vector<ServiceOffer> ExternalServicesModule::offers(const Host& host, std::string_view bare_jid) const {
  if (!context_->is_at(host)) return {};
  const ExternalServiceList services = context_->external_services(*host.tenant);
  const bool has_relay = std::ranges::any_of(
      *services, [](const ExternalService& each) { return each.type == "turn" || each.type == "turns"; });
  std::vector<ServiceOffer> all;
  if (own_ && !has_relay) all = own_(host, bare_jid);
  const int64_t now_ms = context_->clock().wall_ms();
  for (const ExternalService& service : *services) {
    all.push_back({service, make_credentials(service, bare_jid, host.tenant->occupant_id_secret, now_ms)});
  }
  return all;
}

void ExternalServicesModule::answer_services(const IqRequest& request) const {
  if (refuse_others(request)) return;
  const auto type = request.query.attribute("type");
  std::string payload;
  xml::Writer writer(payload);
  writer.open("services", ns::external_services);
  if (type) writer.attribute("type", *type);
  for (const ServiceOffer& offer : offers(*request.host, request.stanza.from->bare_view())) {
    if (type && offer.service.type != lower_ascii(*type)) continue;
    write_service(writer, offer.service, offer.service.restricted ? std::nullopt : offer.credentials);
  }
  writer.close();
  context_->reply(request.stanza, std::move(payload));
}

void ExternalServicesModule::answer_credentials(const IqRequest& request) const {
  if (refuse_others(request)) return;
  const auto wanted = parse_wanted(request.query);
  if (!wanted) return context_->reply_error(request.stanza, wanted.error());
  std::string payload;
  xml::Writer writer(payload);
  writer.open("credentials", ns::external_services);
  size_t found = 0;
  for (const ServiceOffer& offer : offers(*request.host, request.stanza.from->bare_view())) {
    if (!wanted->is(offer.service) || !offer.credentials) continue;
    write_service(writer, offer.service, offer.credentials);
    ++found;
  }
  writer.close();
  if (found == 0) {
    return context_->reply_error(request.stanza,
                                 {ErrorKind::item_not_found, "There are no credentials for such a service here."});
  }
  context_->reply(request.stanza, std::move(payload));
}

}  // namespace teahouse
