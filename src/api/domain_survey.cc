// How a domain of a tenant looks from outside. Not that of anybody else: the server connects to where its records lead.
#include <algorithm>

#include "api/handlers.h"
#include "domains/domains.h"
#include "domains/prober.h"
#include "tenant/names.h"

namespace teahouse::api {

Task<Outcome> look_at_domain(ApiContext& api, ApiCall call) {
  if (!api.domains || !api.prober) {
    co_return Error{ErrorKind::service_unavailable, "This server keeps no domains; ask its operator."};
  }
  const auto asked = parse_tenant_domain(call.path("domain"), domain_bytes_max);
  if (!asked) {
    co_return Error{ErrorKind::item_not_found,
                    "The domain " + call.path("domain").substr(0, 300) + " is not among this tenant's."};
  }
  if (std::ranges::find(call.tenant->hosts, *asked, &HostName::domain) == call.tenant->hosts.end()) {
    const auto claim = co_await api.domains->find(api.loop(), call.tenant->id, *asked);
    if (!claim) co_return claim.error();
  }
  if (const auto allowed = api.domains->take_check(call.tenant->id); !allowed) {
    co_return Refusal{429, "too-many-checks", allowed.error().text, 6};
  }
  auto looking = api.prober->survey(*asked, call.tenant->domain());
  const auto survey = co_await looking;
  if (!survey) co_return survey.error();
  co_return Answer{200, make_json(*survey)};
}

}  // namespace teahouse::api
