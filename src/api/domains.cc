// The domains that a tenant claims: for the operator and its reseller under the tenant's name, and for the tenant
// itself.
#include "domains/domains.h"

#include <boost/json.hpp>

#include "acme/renewals.h"
#include "api/handlers.h"
#include "api/hosts.h"
#include "api/json.h"
#include "domains/prober.h"
#include "tenant/names.h"

namespace teahouse::api {
namespace {

using domains::Domain;
using domains::Finding;

Error no_service() { return {ErrorKind::service_unavailable, "This server keeps no domains; ask its operator."}; }

Error served_elsewhere(const std::string& domain) {
  return {ErrorKind::conflict,
          "The domain " + domain +
              " is served for another customer of this server, or kept for the server itself. If it is yours, ask "
              "the server's operator: they can take it from that customer, or move its accounts to you."};
}

std::optional<HostKind> own_kind(const Tenant& tenant, std::string_view domain) {
  for (const HostName& host : tenant.hosts) {
    if (host.domain == domain) return host.kind;
  }
  return std::nullopt;
}

// A host that a proof may bring to a tenant. Components have secrets, and are added by themselves.
bool is_service(std::string_view use) {
  const auto kind = find_host_kind(use);
  return kind && *kind != HostKind::accounts && *kind != HostKind::component;
}

Result<std::string> choose_use(const Tenant& tenant, const std::string& domain,
                               const std::optional<std::string>& asked) {
  if (const auto kind = own_kind(tenant, domain)) {
    const std::string own(to_string(*kind));
    if (!asked || *asked == own) return own;
    return bad_request("The domain " + domain + " serves the tenant's " + own + " already; its use is " + own + ".");
  }
  if (!asked || *asked == domains::web_use) return std::string(domains::web_use);
  if (is_service(*asked)) return *asked;
  if (*asked == "accounts") {
    return bad_request("The accounts of this tenant are at " + tenant.domain() +
                       ", which is a part of their addresses and stays. Another domain's use is web, or a service's.");
  }
  return bad_request("The field 'use' is web, rooms, upload, pubsub, proxy or calls; not '" + asked->substr(0, 32) +
                     "'.");
}

bool is_below(std::string_view domain, std::string_view parent) {
  if (parent.empty() || !domain.ends_with(parent)) return false;
  return domain.size() == parent.size() || domain[domain.size() - parent.size() - 1] == '.';
}

// By anybody but the operator: names of the server itself are not for them.
Result<void> check_claim(const ApiContext& api, const Tenant& tenant, const std::string& domain, bool by_the_operator) {
  const auto ascii = ascii_domain(domain);
  if (!ascii) return ascii.error();
  if (ascii->find('.') == ascii->npos)
    return bad_request("The domain '" + domain + "' has no dot: it is in nobody's DNS.");
  if (own_kind(tenant, domain)) return {};
  if (const auto free = api.tenants.check_host_free(tenant, domain); !free) return served_elsewhere(domain);
  if (!by_the_operator && is_below(*ascii, api.prober->target().host)) return served_elsewhere(domain);
  return {};
}

JsonObject show(const Domain& domain) {
  JsonObject row = {{"domain", domain.domain},
                    {"use", domain.use},
                    {"state", domain.is_proved() ? "proved" : "waiting"},
                    {"created", format_time(domain.created_ms)}};
  if (domain.is_proved()) {
    row["proved"] = format_time(domain.proved_ms);
    row["proved_by"] = domain.proved_by;
  }
  return row;
}

JsonObject show(const domains::Record& record) {
  JsonObject row = {{"for", to_json(to_string(record.purpose))},
                    {"type", to_json(domains::to_string(record.type))},
                    {"name", record.name},
                    {"value", record.value}};
  if (record.is_one_of) row["one_of"] = true;
  return row;
}

void add(JsonObject& row, const Finding& finding) {
  row["state"] = to_json(to_string(finding.state));
  if (!finding.found.empty()) row["found"] = to_json(finding.found);
  if (!finding.told.empty()) row["told"] = finding.told;
}

JsonObject show_file(const Domain& domain) {
  const auto ascii = ascii_domain(domain.domain);
  return {{"url", "https://" + (ascii ? *ascii : domain.domain) + std::string(domains::proof_path)},
          {"content", domain.proof()}};
}

// The next thing to be done, in one sentence.
std::string tell(const Domain& domain) {
  if (domain.is_proved()) {
    if (domain.use == domains::web_use) {
      return domain.domain + " is proved: pages, the widget and its chat are served at it, under its own certificate.";
    }
    return domain.domain + " is proved, and serves the tenant's " + domain.use + ".";
  }
  return "Prove that " + domain.domain +
         " is yours: add one of the records for a proof to its DNS, or put the file on its web server. Then check it.";
}

JsonObject show_whole(const ApiContext& api, const Domain& domain, const domains::Probed* probed) {
  JsonObject shown = show(domain);
  JsonArray records;
  JsonObject file = show_file(domain);
  if (probed) {
    for (const auto& [record, finding] : probed->records) {
      JsonObject row = show(record);
      // Once the domain is proved its owner may take the proofs away.
      if (!record.is_one_of || !domain.is_proved() || finding.state == Finding::State::right) add(row, finding);
      records.push_back(std::move(row));
    }
    if (!probed->file.told.empty() || probed->file.state == Finding::State::right) add(file, probed->file);
  } else {
    for (const domains::Record& record : domains::records_of(domain, api.prober->target())) {
      records.push_back(show(record));
    }
  }
  shown["records"] = std::move(records);
  shown["file"] = std::move(file);
  shown["told"] = tell(domain);
  return shown;
}

Result<std::string> read_path(const ApiCall& call) {
  auto domain = parse_tenant_domain(call.path("domain"), domain_bytes_max);
  if (!domain) {
    return Error{ErrorKind::item_not_found,
                 "The domain " + call.path("domain").substr(0, 300) + " is not among this tenant's."};
  }
  return domain;
}

Task<Result<Domain>> find(ApiContext& api, TenantId tenant, std::string asked) {
  if (!api.domains || !api.prober) co_return no_service();
  auto finding = api.domains->find(api.loop(), tenant, std::move(asked));
  auto found = co_await finding;
  co_return found;
}

Task<Result<void>> edit(ApiContext& api, std::string tenant, std::string domain, std::string use, bool add) {
  const TenantPtr there = api.tenants.find(tenant);
  if (!add && there) {
    std::vector<HostName> rest = there->hosts;
    std::erase_if(rest, [&](const HostName& host) { return host.domain == domain; });
    auto checking = check_hosts(api, there, std::move(rest));
    const auto free = co_await checking;
    if (!free) co_return free;
  }
  Tenants::HostEdit edit = [domain, use, add](const Tenant& now) -> Result<std::vector<HostName>> {
    std::vector<HostName> hosts = now.hosts;
    if (own_kind(now, domain).has_value() == add) return hosts;
    if (add) {
      hosts.push_back({domain, *find_host_kind(use)});
    } else {
      std::erase_if(hosts, [&](const HostName& host) { return host.domain == domain; });
    }
    return parse_hosts(now.domain(), hosts, true);
  };
  auto changing = api.tenants.edit_hosts(api.loop(), std::move(tenant), std::move(edit));
  const auto changed = co_await changing;
  if (!changed) co_return changed.error();
  co_return Result<void>();
}

// The claim is proved first, so that of two tenants one goes on; where its host can't be had it is a claim again.
Task<Result<Domain>> prove(ApiContext& api, TenantPtr tenant, Domain claim, std::string by) {
  if (!claim.is_proved()) {
    auto proving = api.domains->prove(api.loop(), claim, std::move(by));
    const auto proved = co_await proving;
    if (!proved) co_return proved.error();
    claim = *proved;
  }
  if (is_service(claim.use)) {
    auto adding = edit(api, tenant->name, claim.domain, claim.use, true);
    const auto added = co_await adding;
    if (!added) {
      const auto doubted = co_await api.domains->doubt(api.loop(), tenant->id, claim.domain);
      co_return doubted ? added.error() : doubted.error();
    }
  }
  if (api.renewals) api.renewals->wake();  // it needs a certificate now
  co_return claim;
}

// The operator's word: a service of another tenant's there ends; its accounts do not.
Task<Result<void>> take_from_others(ApiContext& api, TenantPtr tenant, std::string domain, std::string by) {
  for (const TenantPtr& other : api.tenants.list()) {
    if (other->id == tenant->id) continue;
    const auto kind = own_kind(*other, domain);
    if (kind == HostKind::accounts) {
      co_return Error{ErrorKind::conflict, "The domain " + domain + " is that of the accounts of the tenant '" +
                                               other->name +
                                               "', which would lose their addresses: remove that tenant first."};
    }
    if (kind) {
      auto dropping = edit(api, other->name, domain, {}, false);
      const auto dropped = co_await dropping;
      if (!dropped) co_return dropped.error();
    }
    const auto proved = api.domains->find_proved(domain);
    if (!kind && !(proved && proved->tenant == other->id)) continue;
    const auto doubted = co_await api.domains->doubt(api.loop(), other->id, domain);
    if (!doubted) co_return doubted.error();
    if (api.certificate_removed) api.certificate_removed(domain);
    const auto forgotten = co_await api.certificates.remove(api.loop(), other->id, domain);
    if (!forgotten && forgotten.error().kind != ErrorKind::item_not_found) co_return forgotten.error();
    co_await record(api, other->id, by, "domain.taken", domain);
  }
  co_return Result<void>();
}

}  // namespace

Task<Outcome> list_domains(ApiContext& api, ApiCall call) {
  if (!api.domains || !api.prober) co_return no_service();
  const auto list = co_await api.domains->list(api.loop(), call.tenant->id);
  if (!list) co_return list.error();
  JsonArray rows;
  for (const Domain& domain : *list) rows.push_back(show(domain));
  co_return make_page("domains", std::move(rows), {});
}

Task<Outcome> add_domain(ApiContext& api, ApiCall call) {
  if (!api.domains || !api.prober) co_return no_service();
  const std::string asked = call.fields.text("domain");
  const auto asked_use = call.fields.optional_text("use");
  const bool trusted = call.fields.flag("trusted").value_or(false);
  if (const auto good = call.fields.check(); !good) co_return good.error();
  const bool by_the_operator = call.by.kind == by_operator;
  if (trusted && !by_the_operator) {
    co_return Error{ErrorKind::forbidden, "The operator alone may trust a domain without its proof."};
  }
  const auto domain = parse_tenant_domain(asked, domain_bytes_max);
  if (!domain) co_return domain.error();
  const auto use = choose_use(*call.tenant, *domain, asked_use);
  if (!use) co_return use.error();
  if (trusted) {
    auto taking = take_from_others(api, call.tenant, *domain, call.by.name());
    const auto taken = co_await taking;
    if (!taken) co_return taken.error();
  }
  if (const auto good = check_claim(api, *call.tenant, *domain, by_the_operator); !good) co_return good.error();
  auto adding = api.domains->add(api.loop(), call.tenant, *domain, *use);
  auto claim = co_await adding;
  if (!claim && trusted && claim.error().kind == ErrorKind::conflict) {  // it is a claim of this tenant's already
    auto finding = find(api, call.tenant->id, *domain);
    claim = co_await finding;
  }
  if (!claim) co_return claim.error();
  co_await record(api, call.tenant->id, call.by.name(), "domain.add", *domain + " for " + claim->use);
  if (trusted) {
    auto proving = prove(api, call.tenant, *claim, "operator");
    claim = co_await proving;
    if (!claim) co_return claim.error();
    co_await record(api, call.tenant->id, call.by.name(), "domain.proved", *domain + " by the operator's word");
  }
  co_return make_answer(201, show_whole(api, *claim, nullptr));
}

Task<Outcome> get_domain(ApiContext& api, ApiCall call) {
  const auto asked = read_path(call);
  if (!asked) co_return asked.error();
  auto finding = find(api, call.tenant->id, *asked);
  const auto domain = co_await finding;
  if (!domain) co_return domain.error();
  co_return make_answer(200, show_whole(api, *domain, nullptr));
}

Task<Outcome> check_domain(ApiContext& api, ApiCall call) {
  const auto asked = read_path(call);
  if (!asked) co_return asked.error();
  auto finding = find(api, call.tenant->id, *asked);
  auto domain = co_await finding;
  if (!domain) co_return domain.error();
  if (const auto allowed = api.domains->take_check(call.tenant->id); !allowed) {
    co_return Refusal{429, "too-many-checks", allowed.error().text, 6};
  }
  auto probing = api.prober->probe(*domain);
  const domains::Probed probed = co_await probing;
  if (!probed.proved_by.empty() || domain->is_proved()) {
    const bool was_proved = domain->is_proved();
    if (!was_proved && !own_kind(*call.tenant, *asked) && !api.tenants.check_host_free(*call.tenant, *asked)) {
      co_return served_elsewhere(*asked);  // since it was claimed
    }
    auto proving = prove(api, call.tenant, *domain, probed.proved_by);
    domain = co_await proving;
    if (!domain) co_return domain.error();
    if (!was_proved) {
      co_await record(api, call.tenant->id, call.by.name(), "domain.proved", *asked + " by " + probed.proved_by);
    }
  }
  co_return make_answer(200, show_whole(api, *domain, &probed));
}

Task<Outcome> remove_domain(ApiContext& api, ApiCall call) {
  const auto asked = read_path(call);
  if (!asked) co_return asked.error();
  auto finding = find(api, call.tenant->id, *asked);
  const auto domain = co_await finding;
  if (!domain) co_return domain.error();
  if (domain->is_proved() && is_service(domain->use)) {
    auto dropping = edit(api, call.tenant->name, *asked, {}, false);
    const auto dropped = co_await dropping;
    if (!dropped) co_return dropped.error();
  }
  const auto removed = co_await api.domains->remove(api.loop(), call.tenant->id, *asked);
  if (!removed) co_return removed.error();
  if (domain->use == domains::web_use) {
    const auto forgotten = co_await api.certificates.remove(api.loop(), call.tenant->id, *asked);
    if (!forgotten && forgotten.error().kind != ErrorKind::item_not_found) co_return forgotten.error();
    if (domain->is_proved() && api.certificate_removed) api.certificate_removed(*asked);
  }
  co_await record(api, call.tenant->id, call.by.name(), "domain.remove", *asked);
  co_return make_no_content();
}

}  // namespace teahouse::api
