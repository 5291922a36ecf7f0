#include "modules/host_meta/host_meta_module.h"

#include <boost/json/serialize.hpp>

#include "http/problem.h"
#include "tenant/names.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

constexpr char websocket_relation[] = "urn:xmpp:alt-connections:websocket";
constexpr char bosh_relation[] = "urn:xmpp:alt-connections:xbosh";

std::string make_xrd(const std::string& origin) {
  std::string text = "<?xml version='1.0' encoding='utf-8'?>\n";
  xml::Writer writer(text);
  writer.open("XRD", ns::xrd);
  writer.open("Link").attribute("rel", websocket_relation).attribute("href", "wss" + origin + "/xmpp").close();
  writer.open("Link").attribute("rel", bosh_relation).attribute("href", "https" + origin + "/http-bind").close();
  writer.close();
  return text + "\n";
}

std::string make_jrd(const std::string& origin) {
  const boost::json::object websocket = {{"rel", websocket_relation}, {"href", "wss" + origin + "/xmpp"}};
  const boost::json::object bosh = {{"rel", bosh_relation}, {"href", "https" + origin + "/http-bind"}};
  return boost::json::serialize(boost::json::object{{"links", boost::json::array{websocket, bosh}}}) + "\n";
}

}  // namespace

const ModuleInfo& HostMetaModule::info() const {
  static const ModuleInfo info{.name = "host_meta",
                               .summary = "Where the WebSocket and the BOSH of a tenant are, as a file at its domain.",
                               .xeps = {{156, "1.4.0", "Discovering Alternative XMPP Connection Methods",
                                         "nothing of XEP-0487, which wants the machine's addresses"}},
                               .is_optional = true};
  return info;
}

void HostMetaModule::attach(ModuleContext& context) {
  context_ = &context;
  const auto serve = [&](const char* path, const char* type, std::string (*make)(const std::string& origin)) {
    context.on_http({HostKind::accounts, "GET", path,
                     [this, type, make](const HostPtr& host, const http::Request& request, http::Responder responder) {
                       const std::string origin = find_origin(*host, request);
                       http::Response response =
                           origin.empty()
                               ? http::make_problem(
                                     request, Error{ErrorKind::item_not_found,
                                                    "No address under TLS is known for this host. Ask over HTTPS; "
                                                    "behind a proxy, the server's operator sets public.url."})
                               : http::make_text(200, make(origin));
                       if (!origin.empty()) response.content_type = type;
                       response.headers.add("Access-Control-Allow-Origin", "*");
                       responder.send(std::move(response));
                     }});
  };
  serve("/.well-known/host-meta", "application/xrd+xml", make_xrd);
  serve("/.well-known/host-meta.json", "application/json", make_jrd);
}

// Section 3.2: never an address without TLS. The host is the tenant's, whatever the request calls it.
std::string HostMetaModule::find_origin(const Host& host, const http::Request& request) const {
  const std::string_view known = context_->public_websocket_url();
  if (!known.empty()) {
    if (!known.starts_with("wss://")) return {};
    return std::string(known.substr(3, known.rfind('/') - 3));
  }
  const auto name = ascii_domain(host.domain);
  if (!request.secure || !name) return {};
  return "://" + *name + (request.port.empty() ? "" : ":" + request.port);
}

}  // namespace teahouse
