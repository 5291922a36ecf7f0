#include "crypto/client_certificate.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>

#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "crypto/x509_objects.h"

namespace teahouse::crypto {
namespace {

constexpr size_t addresses_max = 20;
constexpr int key_security_bits_min = 112;
constexpr const char* xmpp_address_oid = "1.3.6.1.5.5.7.8.5";

using Object = std::unique_ptr<ASN1_OBJECT, Free<ASN1_OBJECT_free>>;

// OpenSSL reads more than one way to write a certificate; TLS shows the one that OpenSSL writes.
bool is_written_as(X509* certificate, std::string_view der) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate, &bytes);
  const bool same =
      size > 0 && std::string_view(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size)) == der;
  OPENSSL_free(bytes);
  return same;
}

std::optional<int64_t> milliseconds_of(const ASN1_TIME* time) {
  tm utc{};
  if (ASN1_TIME_to_tm(time, &utc) != 1) return std::nullopt;
  return static_cast<int64_t>(timegm(&utc)) * 1000;
}

std::vector<std::string> xmpp_addresses_of(X509* certificate) {
  std::vector<std::string> addresses;
  const GeneralNames names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  const Object wanted(OBJ_txt2obj(xmpp_address_oid, 1));
  for (int i = 0; names && wanted && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_OTHERNAME || OBJ_cmp(name->d.otherName->type_id, wanted.get()) != 0) continue;
    const ASN1_TYPE* value = name->d.otherName->value;
    if (!value || value->type != V_ASN1_UTF8STRING) continue;
    addresses.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value->value.utf8string)),
                           static_cast<size_t>(ASN1_STRING_length(value->value.utf8string)));
  }
  return addresses;
}

}  // namespace

Result<ClientCertificate> parse_client_certificate(std::string_view der) {
  if (der.empty()) return wrong("The certificate is empty.");
  if (der.size() > client_certificate_bytes_max) return wrong("The certificate is longer than 8 KiB.");
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const Certificate certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (!certificate || !is_written_as(certificate.get(), der)) {
    return wrong("This is not one X.509 certificate in DER, in base64 and without the lines of PEM.");
  }
  const EVP_PKEY* key = X509_get0_pubkey(certificate.get());
  if (!key) return wrong("The certificate's key is of a kind that this server does not know.");
  if (EVP_PKEY_get_security_bits(key) < key_security_bits_min) {
    return wrong("The certificate's key is too short to be safe: RSA needs 2048 bits.");
  }
  const auto from = milliseconds_of(X509_get0_notBefore(certificate.get()));
  const auto until = milliseconds_of(X509_get0_notAfter(certificate.get()));
  if (!from || !until) return wrong("The certificate's dates can't be read.");
  ClientCertificate read{to_hex(sha256(der)), *from, *until, xmpp_addresses_of(certificate.get())};
  ERR_clear_error();
  if (read.xmpp_addresses.size() > addresses_max) return wrong("The certificate names more than 20 XMPP addresses.");
  return read;
}

}  // namespace teahouse::crypto
