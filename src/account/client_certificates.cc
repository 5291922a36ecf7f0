#include "account/client_certificates.h"

#include <algorithm>

#include "crypto/client_certificate.h"
#include "tenant/tables.h"

namespace teahouse {
namespace {

using store::as_int;
using store::as_text;
using store::Statement;

constexpr const char* of_account = "tenant_id = ? AND localpart = ?";

// The beginning of the SHA-256 that has this number.
std::string prefix_of(uint64_t number) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4) text += digits[number >> shift & 0xF];
  return text;
}

Result<void> check_name(std::string_view name) {
  if (name.empty()) return bad_request("Give the certificate a name, by which you find it again.");
  if (name.size() > ClientCertificates::name_bytes_max)
    return bad_request("The certificate's name is longer than 128 bytes.");
  return {};
}

// A certificate that names addresses is its user's own only where theirs is among them.
bool is_of(const crypto::ClientCertificate& certificate, const BareJid& account) {
  const auto& addresses = certificate.xmpp_addresses;
  return addresses.empty() || std::ranges::any_of(addresses, [&account](const std::string& address) {
           const auto jid = Jid::parse(address);
           return jid && jid->bare() == account;
         });
}

Error may_not() {
  return {ErrorKind::forbidden, "The certificate that signed this client in may not change the list."};
}

// Nothing is inserted for an author whose certificate was revoked since it asked.
Statement insert(TenantId tenant, const std::string& localpart, const CertificateAuthor& author,
                 const ListedCertificate& each, const crypto::ClientCertificate& read) {
  const std::string of_list = std::string(" FROM client_certificates WHERE ") + of_account;
  const std::string by = author.certificate == 0 ? std::string() : prefix_of(author.certificate);
  const store::Value owner = to_value(tenant);
  return {
      "INSERT INTO client_certificates(tenant_id, localpart, name, sha256, der, may_manage, not_before_ms, "
      "not_after_ms) SELECT tenant_id, localpart, ?, ?, ?, ?, ?, ? FROM accounts WHERE " +
          std::string(of_account) + " AND incarnation = ? AND (SELECT COUNT(*)" + of_list +
          ") < ? AND NOT EXISTS (SELECT 1" + of_list +
          " AND (name = ? OR sha256 = ?)) AND (? = '' OR EXISTS (SELECT 1" + of_list +
          " AND substr(sha256, 1, 16) = ? AND may_manage = 1))",
      {each.name,
       read.sha256,
       store::Blob{each.der},
       int64_t{each.may_manage},
       read.not_before_ms,
       read.not_after_ms,
       owner,
       localpart,
       author.incarnation,
       owner,
       localpart,
       static_cast<int64_t>(ClientCertificates::certificates_max),
       owner,
       localpart,
       each.name,
       read.sha256,
       by,
       owner,
       localpart,
       by}};
}

}  // namespace

store::Migration ClientCertificates::migration() {
  return {"accounts/client_certificates",
          {"CREATE TABLE client_certificates(tenant_id BIGINT NOT NULL, localpart TEXT NOT NULL, name TEXT NOT NULL, "
           "sha256 TEXT NOT NULL, der BYTEA NOT NULL, may_manage BIGINT NOT NULL, not_before_ms BIGINT NOT NULL, "
           "not_after_ms BIGINT NOT NULL, PRIMARY KEY (tenant_id, localpart, name))",
           "CREATE INDEX client_certificates_by_hash ON client_certificates(tenant_id, sha256)"}};
}

std::vector<TenantTable> ClientCertificates::tables() { return {{"client_certificates", "localpart"}}; }

Statement ClientCertificates::removal_of(TenantId tenant, const std::string& localpart) {
  return {std::string("DELETE FROM client_certificates WHERE ") + of_account, {to_value(tenant), localpart}};
}

Task<Result<void>> ClientCertificates::append(Executor& home, TenantId tenant, BareJid account,
                                              CertificateAuthor author, ListedCertificate certificate) {
  const std::string localpart(account.localpart());
  if (const auto checked = check_name(certificate.name); !checked) co_return checked.error();
  const auto read = crypto::parse_client_certificate(certificate.der);
  if (!read) co_return read.error();
  const int64_t now_ms = clock_.wall_ms();
  if (read->not_after_ms <= now_ms) co_return bad_request("The certificate is past its end.");
  if (!is_of(*read, account))
    co_return bad_request("The certificate is for another XMPP address than " + account.str() + ".");
  std::vector<Statement> statements = {
      {std::string("DELETE FROM client_certificates WHERE ") + of_account + " AND not_after_ms <= ?",
       {to_value(tenant), localpart, now_ms}}};
  statements.push_back(insert(tenant, localpart, author, certificate, *read));
  certificate.sha256 = read->sha256;
  const auto answer = co_await control_.transact(home, std::move(statements));
  if (!answer) co_return answer.error();
  if (answer->changes > 0) co_return Result<void>();
  co_return co_await why_not(home, tenant, localpart, author, std::move(certificate));
}

Task<Error> ClientCertificates::why_not(Executor& home, TenantId tenant, std::string localpart,
                                        CertificateAuthor author, ListedCertificate refused) {
  const auto listed = co_await list(home, tenant, std::move(localpart));
  if (!listed) co_return listed.error();
  if (!may_change(*listed, author.certificate)) co_return may_not();
  for (const ListedCertificate& each : *listed) {
    if (each.name == refused.name) co_return Error{ErrorKind::conflict, "You have a certificate of that name already."};
    if (each.sha256 == refused.sha256) {
      co_return Error{ErrorKind::conflict, "You have this certificate already: '" + each.name + "'."};
    }
  }
  if (listed->size() >= certificates_max) {
    co_return Error{ErrorKind::resource_constraint,
                    "You have 20 certificates, which is all that there may be; disable one first."};
  }
  co_return Error{ErrorKind::item_not_found, "This account is not there any more."};
}

Task<Result<std::vector<ListedCertificate>>> ClientCertificates::list(Executor& home, TenantId tenant,
                                                                      std::string localpart) {
  Statement select{std::string("SELECT name, der, may_manage, sha256 FROM client_certificates WHERE ") + of_account +
                       " ORDER BY name",
                   {to_value(tenant), std::move(localpart)}};
  const auto answer = co_await control_.execute(home, std::move(select));
  if (!answer) co_return answer.error();
  std::vector<ListedCertificate> listed;
  for (const store::Row& row : answer->rows) {
    listed.push_back({as_text(row[0]), as_text(row[1]), as_int(row[2]) != 0, as_text(row[3])});
  }
  co_return listed;
}

Task<Result<std::string>> ClientCertificates::remove(Executor& home, TenantId tenant, std::string localpart,
                                                     std::string name) {
  const auto listed = co_await list(home, tenant, localpart);
  if (!listed) co_return listed.error();
  const auto found = std::ranges::find(*listed, name, &ListedCertificate::name);
  const std::string sha256 = found == listed->end() ? std::string() : found->sha256;
  Statement removal{std::string("DELETE FROM client_certificates WHERE ") + of_account + " AND name = ? AND sha256 = ?",
                    {to_value(tenant), std::move(localpart), name, sha256}};
  const auto answer = co_await control_.execute(home, std::move(removal));
  if (!answer) co_return answer.error();
  if (answer->changes == 0) {
    co_return Error{ErrorKind::item_not_found, "You have no certificate that is called '" + name + "'."};
  }
  co_return sha256;
}

Task<Result<void>> ClientCertificates::remove_all(Executor& home, TenantId tenant, std::string localpart) {
  auto removal = removal_of(tenant, localpart);
  const auto answer = co_await control_.execute(home, std::move(removal));
  if (!answer) co_return answer.error();
  co_return Result<void>();
}

Task<Result<std::vector<std::string>>> ClientCertificates::find_accounts(Executor& home, TenantId tenant,
                                                                         std::string sha256) {
  const int64_t now_ms = clock_.wall_ms();
  Statement select{
      "SELECT c.localpart FROM client_certificates c JOIN accounts a ON a.tenant_id = c.tenant_id AND a.localpart = "
      "c.localpart WHERE c.tenant_id = ? AND c.sha256 = ? AND c.not_before_ms <= ? AND c.not_after_ms > ? AND "
      "(a.expires_ms = 0 OR a.expires_ms > ?) ORDER BY c.localpart",
      {to_value(tenant), std::move(sha256), now_ms, now_ms, now_ms}};
  const auto answer = co_await control_.execute(home, std::move(select));
  if (!answer) co_return answer.error();
  std::vector<std::string> localparts;
  for (const store::Row& row : answer->rows) localparts.push_back(as_text(row[0]));
  co_return localparts;
}

bool may_change(const std::vector<ListedCertificate>& list, uint64_t certificate) {
  return certificate == 0 || std::ranges::any_of(list, [certificate](const ListedCertificate& each) {
           return each.may_manage && certificate_number(each.sha256) == certificate;
         });
}

uint64_t certificate_number(std::string_view sha256) {
  uint64_t number = 0;
  for (const char c : sha256.substr(0, 16)) {
    number = number << 4 | static_cast<uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  }
  return number == 0 ? 1 : number;
}

}  // namespace teahouse
