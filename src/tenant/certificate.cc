#include "tenant/certificate.h"

#include <algorithm>

#include "crypto/sealer.h"
#include "crypto/x509.h"
#include "tenant/names.h"
#include "tenant/tables.h"

namespace teahouse {
namespace {

using store::as_int;
using store::as_text;
using store::Blob;
using store::Row;
using store::Statement;

constexpr size_t chain_bytes_max = 64 * 1024;
constexpr size_t chain_certificates_max = 10;
constexpr size_t private_key_bytes_max = 16 * 1024;

std::string certificate_place(TenantId tenant, const std::string& domain) {
  return "tenant " + std::to_string(raw(tenant)) + " certificate " + domain;
}

// The certificates of a PEM text and nothing else: people paste their private key along with them.
Result<std::vector<std::string>> split_chain(std::string_view pem) {
  constexpr std::string_view begin = "-----BEGIN CERTIFICATE-----";
  constexpr std::string_view end = "-----END CERTIFICATE-----";
  if (pem.size() > chain_bytes_max) return bad_request("The certificate chain is longer than 64 KiB.");
  std::vector<std::string> certificates;
  for (size_t at = pem.find(begin); at != pem.npos; at = pem.find(begin, at)) {
    const size_t stop = pem.find(end, at);
    if (stop == pem.npos)
      return bad_request("The certificate chain is cut off: the last '-----END CERTIFICATE-----' is missing.");
    certificates.push_back(std::string(pem.substr(at, stop + end.size() - at)) + "\n");
    at = stop;
  }
  if (certificates.empty()) return bad_request("There is no certificate in PEM (\"-----BEGIN CERTIFICATE-----\").");
  if (certificates.size() > chain_certificates_max)
    return bad_request("The certificate chain has more than 10 certificates.");
  return certificates;
}

// RFC 6125: a wildcard stands for exactly one label.
bool is_for(const crypto::CertificateInfo& info, std::string_view ascii_domain) {
  const size_t dot = ascii_domain.find('.');
  const std::string wildcard = dot == ascii_domain.npos ? "" : "*" + std::string(ascii_domain.substr(dot));
  return std::any_of(info.dns_names.begin(), info.dns_names.end(),
                     [&](const std::string& name) { return name == ascii_domain || name == wildcard; });
}

Result<void> check_host(const Tenant& tenant, const std::string& domain) {
  std::string domains;
  for (const HostName& host : tenant.hosts) {
    if (host.domain == domain) return {};
    domains.append(domains.empty() ? "" : " or ").append(host.domain);
  }
  return bad_request("The certificate's domain must be " + domains + ".");
}

Result<HostCertificate> check_certificate(const Tenant& tenant, const std::string& domain, std::string_view chain_pem,
                                          std::string key_pem, int64_t now_ms) {
  if (key_pem.size() > private_key_bytes_max) return bad_request("The private key is longer than 16 KiB.");
  const auto chain = split_chain(chain_pem);
  if (!chain) return chain.error();
  HostCertificate certificate{tenant.id, domain, {}, std::move(key_pem), 0};
  for (const std::string& one : *chain) {
    if (const auto info = crypto::read_certificate(one); !info) return info.error();
    certificate.chain_pem += one;
  }
  if (const auto matches = crypto::check_key_matches({chain->front(), certificate.key_pem}); !matches) {
    return matches.error();
  }
  const auto info = crypto::read_certificate(chain->front());
  const auto ascii = ascii_domain(domain);
  if (!ascii) return ascii.error();
  if (!is_for(*info, *ascii)) return bad_request("The first certificate of the chain is not for " + domain + ".");
  certificate.not_after_ms = info->not_after_s * 1000;
  if (certificate.not_after_ms <= now_ms)
    return bad_request("The certificate ran out on " + format_time(certificate.not_after_ms) + ".");
  if (info->not_before_s * 1000 > now_ms) {
    return bad_request("The certificate is not valid before " + format_time(info->not_before_s * 1000) + ".");
  }
  return certificate;
}

}  // namespace

std::vector<store::Migration> Certificates::migrations() {
  return {{"certificates/1",
           {"CREATE TABLE certificates(tenant_id BIGINT NOT NULL, domain TEXT NOT NULL, chain TEXT NOT NULL, "
            "sealed_key BYTEA NOT NULL, not_after_ms BIGINT NOT NULL, PRIMARY KEY (tenant_id, domain))"}}};
}

Task<Result<HostCertificate>> Certificates::set(Executor& home, TenantPtr tenant, std::string domain,
                                                std::string chain_pem, std::string key_pem, bool is_proved) {
  if (!sealer_) co_return sealer_.error();
  const auto has = is_proved ? Result<void>() : check_host(*tenant, domain);
  if (!has) co_return has.error();
  auto certificate = check_certificate(*tenant, domain, chain_pem, std::move(key_pem), clock_.wall_ms());
  if (!certificate) co_return certificate.error();
  const std::string sealed = sealer_->seal(certificate->key_pem, certificate_place(tenant->id, domain));
  std::vector<Statement> statements;
  statements.push_back({"DELETE FROM certificates WHERE tenant_id = ? AND domain = ?", {to_value(tenant->id), domain}});
  statements.push_back(
      {"INSERT INTO certificates(tenant_id, domain, chain, sealed_key, not_after_ms) "
       "SELECT tenant_id, ?, ?, ?, ? FROM tenants WHERE tenant_id = ?",
       {domain, certificate->chain_pem, Blob{sealed}, certificate->not_after_ms, to_value(tenant->id)}});
  const auto answer = co_await control_.transact(home, std::move(statements));
  if (!answer) co_return answer.error();
  if (answer->changes == 0) co_return no_such_tenant();
  co_return certificate;
}

Task<Result<void>> Certificates::remove(Executor& home, TenantId tenant, std::string domain) {
  Statement statement{"DELETE FROM certificates WHERE tenant_id = ? AND domain = ?", {to_value(tenant), domain}};
  const auto answer = co_await control_.execute(home, std::move(statement));
  if (!answer) co_return answer.error();
  if (answer->changes == 0) co_return Error{ErrorKind::item_not_found, "There is no own certificate for this domain."};
  co_return Result<void>();
}

Task<Result<std::vector<CertificateStatus>>> Certificates::list(Executor& home, TenantId tenant) {
  Statement select{"SELECT domain, not_after_ms FROM certificates WHERE tenant_id = ? ORDER BY domain",
                   {to_value(tenant)}};
  const auto answer = co_await control_.execute(home, std::move(select));
  if (!answer) co_return answer.error();
  std::vector<CertificateStatus> infos;
  for (const Row& row : answer->rows) infos.push_back({as_text(row[0]), as_int(row[1])});
  co_return infos;
}

Result<std::vector<HostCertificate>> Certificates::load_all() {
  if (!sealer_) return sealer_.error();
  const auto answer = control_.execute_now(
      {"SELECT tenant_id, domain, chain, sealed_key, not_after_ms FROM certificates ORDER BY tenant_id, domain", {}});
  if (!answer) return answer.error();
  std::vector<HostCertificate> all;
  for (const Row& row : answer->rows) {
    HostCertificate certificate{
        static_cast<TenantId>(as_int(row[0])), as_text(row[1]), as_text(row[2]), {}, as_int(row[4])};
    auto key = sealer_->open(as_text(row[3]), certificate_place(certificate.tenant, certificate.domain));
    if (!key) {
      return Error{
          ErrorKind::internal_server_error,
          "The private key of " + certificate.domain +
              " does not open: the seal key is not the one that it was sealed with. Put that key's file back."};
    }
    certificate.key_pem = std::move(*key);
    all.push_back(std::move(certificate));
  }
  return all;
}

}  // namespace teahouse
