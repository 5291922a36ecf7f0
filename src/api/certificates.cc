// The certificates of a tenant's domains: those that the operator uploads, and those that an authority gives.
#include <map>

#include "acme/renewals.h"
#include "api/handlers.h"
#include "api/json.h"
#include "domains/domains.h"
#include "tenant/names.h"

namespace teahouse::api {
namespace {

JsonObject show(const std::string& domain, int64_t not_after_ms) {
  return {{"domain", domain}, {"not_after", format_time(not_after_ms)}};
}

void add(JsonObject& row, const acme::NameStatus& status) {
  row["domain"] = status.domain;
  row["state"] = to_json(to_string(status.state));
  if (status.state == acme::NameStatus::State::issued && status.renew_ms > 0) {
    row["renews"] = format_time(status.renew_ms);
  }
  if (status.state != acme::NameStatus::State::failing) return;
  row["told"] = status.told;
  row["next_try"] = format_time(status.next_try_ms);
}

}  // namespace

Task<Outcome> put_certificate(ApiContext& api, ApiCall call) {
  auto domain = call.fields.optional_text("domain").value_or(call.tenant->domain());
  auto chain = call.fields.text("chain");
  auto key = call.fields.text("private_key");
  if (const auto good = call.fields.check(); !good) co_return good.error();
  const auto proved = api.domains ? api.domains->find_proved(domain) : std::nullopt;
  const bool is_proved = proved && proved->tenant == call.tenant->id;
  auto setting =
      api.certificates.set(api.loop(), call.tenant, std::move(domain), std::move(chain), std::move(key), is_proved);
  const auto set = co_await setting;
  if (!set) co_return set.error();
  if (api.certificate_set) api.certificate_set(*set);
  co_await record(api, call.tenant->id, call.by.name(), "certificate.set", set->domain);
  co_return make_answer(200, show(set->domain, set->not_after_ms));
}

// Those that are kept, and those that are asked for.
Task<Outcome> list_certificates(ApiContext& api, ApiCall call) {
  const auto list = co_await api.certificates.list(api.loop(), call.tenant->id);
  if (!list) co_return list.error();
  std::map<std::string, JsonObject> all;
  for (const CertificateStatus& status : *list) {
    all[status.domain] = show(status.domain, status.not_after_ms);
    all[status.domain]["state"] = "uploaded";
  }
  if (api.renewals) {
    for (const acme::NameStatus& status : api.renewals->statuses(call.tenant->id)) add(all[status.domain], status);
  }
  JsonArray rows;
  for (auto& [domain, row] : all) rows.push_back(std::move(row));
  co_return make_page("certificates", std::move(rows), {});
}

Task<Outcome> renew_certificate(ApiContext& api, ApiCall call) {
  const auto domain = parse_tenant_domain(call.path("domain"), domain_bytes_max);
  if (!domain) co_return domain.error();
  if (!api.renewals || !api.domains) {
    co_return Error{ErrorKind::service_unavailable, "This server gets no certificates by itself."};
  }
  if (const auto allowed = api.domains->take_check(call.tenant->id); !allowed) {
    co_return Refusal{429, "too-many-checks", allowed.error().text, 6};
  }
  if (const auto asked = api.renewals->ask_now(call.tenant->id, *domain); !asked) co_return asked.error();
  api.renewals->wake();
  co_await record(api, call.tenant->id, call.by.name(), "certificate.renew", *domain);
  co_return make_no_content();
}

Task<Outcome> remove_certificate(ApiContext& api, ApiCall call) {
  const std::string* asked = call.query.find("domain");
  const std::string domain = asked ? *asked : call.tenant->domain();
  const auto removed = co_await api.certificates.remove(api.loop(), call.tenant->id, domain);
  if (!removed) co_return removed.error();
  if (api.certificate_removed) api.certificate_removed(domain);
  co_await record(api, call.tenant->id, call.by.name(), "certificate.remove", domain);
  co_return make_no_content();
}

}  // namespace teahouse::api
