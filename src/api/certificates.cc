// The certificates that the operator uploads for a tenant's domains.
#include "api/handlers.h"
#include "api/json.h"

namespace teahouse::api {
namespace {

JsonObject show(const std::string& domain, int64_t not_after_ms) {
  return {{"domain", domain}, {"not_after", format_time(not_after_ms)}};
}

}  // namespace

Task<Outcome> put_certificate(ApiContext& api, ApiCall call) {
  auto domain = call.fields.optional_text("domain").value_or(call.tenant->domain());
  auto chain = call.fields.text("chain");
  auto key = call.fields.text("private_key");
  if (const auto good = call.fields.check(); !good) co_return good.error();
  const auto set =
      co_await api.certificates.set(api.loop(), call.tenant, std::move(domain), std::move(chain), std::move(key));
  if (!set) co_return set.error();
  if (api.certificate_set) api.certificate_set(*set);
  co_await record(api, call.tenant->id, call.by.name(), "certificate.set", set->domain);
  co_return make_answer(200, show(set->domain, set->not_after_ms));
}

Task<Outcome> list_certificates(ApiContext& api, ApiCall call) {
  const auto list = co_await api.certificates.list(api.loop(), call.tenant->id);
  if (!list) co_return list.error();
  JsonArray rows;
  for (const CertificateStatus& status : *list) rows.push_back(show(status.domain, status.not_after_ms));
  co_return make_page("certificates", std::move(rows), {});
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
