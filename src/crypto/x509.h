// X.509 certificates: a local authority and those that it issues (so that a fresh server, a test and a peer have TLS at
// once), and the facts that a certificate states.
//
// Keys are ECDSA on P-256; certificates are for both ends of TLS (serverAuth and clientAuth), as federation needs.
// Thread: any.
// Errors: ErrorKind::bad_request.
// Spec: RFC 5280.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace teahouse::crypto {

// PEM of both. The certificate may be followed by those of its issuers.
struct CertificateAndKey {
  std::string certificate_pem;
  std::string key_pem;
};

struct CertificateInfo {
  std::vector<std::string> dns_names;  // in lower case, as the certificate writes them: A-labels, perhaps "*."
  std::string subject;                 // "CN=example.org"
  std::string issuer;
  int64_t not_before_s = 0;
  int64_t not_after_s = 0;
  bool self_issued = false;
  std::string sha256;  // of the certificate's DER, in hex
};

// An authority that may sign server certificates and no other authority.
Result<CertificateAndKey> make_local_ca(std::string_view common_name, int64_t now_s, int days);

// Names are "example.org", "*.example.org", or IP addresses; in ASCII. At most 100.
Result<CertificateAndKey> issue_certificate(const CertificateAndKey& ca, const std::vector<std::string>& names,
                                            int64_t now_s, int days);

// Reads the first certificate of a PEM text.
Result<CertificateInfo> read_certificate(std::string_view pem);

// Does the key belong to the certificate? A caller asks before a certificate that somebody uploaded is used.
Result<void> check_key_matches(const CertificateAndKey& pair);

}  // namespace teahouse::crypto
