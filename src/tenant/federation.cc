#include "tenant/federation.h"

#include <algorithm>

#include "xmpp/jid.h"

namespace teahouse {
namespace {

bool stands_for(std::string_view listed, std::string_view domain) {
  if (listed == domain) return true;
  return domain.size() > listed.size() && domain.ends_with(listed) && domain[domain.size() - listed.size() - 1] == '.';
}

bool has(const std::vector<std::string>& list, std::string_view domain) {
  return std::ranges::any_of(list, [domain](const std::string& each) { return stands_for(each, domain); });
}

}  // namespace

bool federates(const Tenant& tenant) {
  return !tenant.suspended && tenant.limits().federated_domains != 0 && tenant.federation != "closed";
}

bool federates_with(const Tenant& tenant, std::string_view domain) {
  if (!federates(tenant) || has(tenant.federation_denied, domain)) return false;
  return tenant.federation == "open" || has(tenant.federation_allowed, domain);
}

Result<std::string> parse_federation(const std::string& text) {
  if (text == "open" || text == "listed" || text == "closed") return text;
  return Error{ErrorKind::bad_request, "federation is open, listed or closed; not \"" + text + "\"."};
}

Result<std::vector<std::string>> parse_federated_domains(const std::vector<std::string>& texts) {
  if (texts.size() > federated_names_max) {
    return Error{ErrorKind::bad_request,
                 "A list of other servers has at most " + std::to_string(federated_names_max) + " domains."};
  }
  std::vector<std::string> domains;
  for (const std::string& text : texts) {
    const auto jid = BareJid::parse(text);
    if (!jid || jid->has_localpart()) {
      return Error{ErrorKind::bad_request, "\"" + text + "\" is no domain of a server, as \"jabber.example\"."};
    }
    if (std::ranges::find(domains, jid->str()) == domains.end()) domains.push_back(jid->str());
  }
  return domains;
}

}  // namespace teahouse
