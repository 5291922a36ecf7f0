// ClientCertificates: the certificates by which users sign in without a password (SASL EXTERNAL): each account's own
// list, which its clients write. A certificate is known again byte for byte, by the SHA-256 of its DER; nobody's
// signature on it is looked at.
//
// Another password ends all of an account's certificates, as it ends its devices, and so does the account's end.
//
// Thread: any; the tasks go on on `home`.
// Limits: 20 of an account, of which those that are past their dates go when another comes; a name of 128 bytes; as
// crypto::parse_client_certificate has them.
// Spec: XEP-0257, XEP-0178.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/ids.h"
#include "base/task.h"
#include "store/control_plane.h"
#include "xmpp/jid.h"

namespace teahouse {

struct TenantTable;

struct ListedCertificate {
  std::string name;  // that its user gave it
  std::string der;
  bool may_manage = true;   // a client that signs in by it may change the list
  std::string sha256 = {};  // of the DER, in hex
};

// Of a client that changes the list.
struct CertificateAuthor {
  int64_t incarnation = 0;   // of its account
  uint64_t certificate = 0;  // certificate_number() of that by which it signed in; 0: otherwise
};

class ClientCertificates {
 public:
  static constexpr size_t certificates_max = 20, name_bytes_max = 128;

  ClientCertificates(store::ControlPlane& control, const Clock& clock) : control_(control), clock_(clock) {}
  static store::Migration migration();
  static std::vector<TenantTable> tables();

  // Puts it into the account's list. Errors: bad_request for a name or a certificate that can't be, one that is past
  // its end, and one whose addresses are all others'; conflict for a name, or a certificate, that is in the list
  // already; resource_constraint where the list is full; forbidden for an author whose certificate may not change the
  // list, or is not in it any more; item_not_found where the account is gone.
  Task<Result<void>> append(Executor& home, TenantId tenant, BareJid account, CertificateAuthor author,
                            ListedCertificate certificate);
  // By name.
  Task<Result<std::vector<ListedCertificate>>> list(Executor& home, TenantId tenant, std::string localpart);
  // It signs nobody in from then on; gives its SHA-256. Errors: item_not_found where no certificate has that name.
  Task<Result<std::string>> remove(Executor& home, TenantId tenant, std::string localpart, std::string name);
  // The localparts of the accounts that have it in their lists, and that somebody can sign in to, within its dates.
  Task<Result<std::vector<std::string>>> find_accounts(Executor& home, TenantId tenant, std::string sha256);
  // All of an account's go.
  Task<Result<void>> remove_all(Executor& home, TenantId tenant, std::string localpart);
  static store::Statement removal_of(TenantId tenant, const std::string& localpart);

 private:
  Task<Error> why_not(Executor& home, TenantId tenant, std::string localpart, CertificateAuthor author,
                      ListedCertificate refused);

  store::ControlPlane& control_;
  const Clock& clock_;
};

// Whether an author that signed in by the certificate of this number, or none (0), may change the list.
bool may_change(const std::vector<ListedCertificate>& list, uint64_t certificate);
// The number by which a session keeps the certificate that signed it in; never 0.
uint64_t certificate_number(std::string_view sha256);

}  // namespace teahouse
