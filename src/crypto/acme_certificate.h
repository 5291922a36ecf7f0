// The certificates' side of ACME: a host's key and its request for a certificate, the certificate that answers
// tls-alpn-01, and the name by which ARI knows a certificate.
//
// Keys are ECDSA on P-256, as PEM. Thread: any. Errors: ErrorKind::bad_request.
// Spec: RFC 2986 (PKCS #10), RFC 8737 section 3, RFC 9773 section 4.1.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/x509.h"

namespace teahouse::crypto {

Result<std::string> make_certificate_key();
// DER. The name is in ASCII.
Result<std::string> make_certificate_request(const std::string& name, const std::string& key_pem);
// For a validator that asks for `name` by the protocol acme-tls/1.
Result<CertificateAndKey> make_alpn_certificate(const std::string& name, std::string_view key_authorization,
                                                int64_t now_s);
// Of the first certificate of a PEM text: its DER, and its name for ARI.
Result<std::string> certificate_der(std::string_view pem);
Result<std::string> ari_id(std::string_view pem);

}  // namespace teahouse::crypto
