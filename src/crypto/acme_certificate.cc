#include "crypto/acme_certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "crypto/x509_objects.h"

namespace teahouse::crypto {
namespace {

using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Bio = std::unique_ptr<BIO, Free<BIO_free>>;
using Request = std::unique_ptr<X509_REQ, Free<X509_REQ_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;
using Octets = std::unique_ptr<ASN1_OCTET_STRING, Free<ASN1_OCTET_STRING_free>>;
using Object = std::unique_ptr<ASN1_OBJECT, Free<ASN1_OBJECT_free>>;
inline void free_extensions(STACK_OF(X509_EXTENSION) * stack) {
  sk_X509_EXTENSION_pop_free(stack, X509_EXTENSION_free);
}
using Extensions = std::unique_ptr<STACK_OF(X509_EXTENSION), Free<free_extensions>>;

constexpr const char* acme_identifier = "1.3.6.1.5.5.7.1.31";
constexpr int64_t day_s = 86'400;
constexpr size_t name_bytes_max = 253;

int no_password(char* /*buffer*/, int /*size*/, int /*rwflag*/, void* /*user*/) { return -1; }

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<size_t>(size)) : std::string();
}

Key read_key(const std::string& pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
}

Result<std::string> write_key(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return wrong("A key could not be written.");
  }
  return text_of(bio.get());
}

Certificate read_leaf(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Certificate(PEM_read_bio_X509(bio.get(), nullptr, no_password, nullptr));
}

bool is_dns_name(std::string_view name) {
  if (name.empty() || name.size() > name_bytes_max) return false;
  for (const char c : name) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    if (!good) return false;
  }
  return true;
}

Extension make_names(const std::string& name) {
  return Extension(X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ("DNS:" + name).c_str()));
}

Extension make_identifier(std::string_view key_authorization) {
  const std::string der = std::string("\x04\x20") + sha256(key_authorization);
  const Octets octets(ASN1_OCTET_STRING_new());
  const Object id(OBJ_txt2obj(acme_identifier, 1));
  ASN1_OCTET_STRING_set(octets.get(), reinterpret_cast<const unsigned char*>(der.data()), static_cast<int>(der.size()));
  return Extension(X509_EXTENSION_create_by_OBJ(nullptr, id.get(), 1, octets.get()));
}

}  // namespace

Result<std::string> make_certificate_key() {
  const Key key(EVP_EC_gen("P-256"));
  if (!key) return wrong("A key could not be made.");
  return write_key(key.get());
}

Result<std::string> make_certificate_request(const std::string& name, const std::string& key_pem) {
  if (!is_dns_name(name)) return wrong("'" + name.substr(0, name_bytes_max) + "' can't be in a certificate.");
  const Key key = read_key(key_pem);
  if (!key) return wrong("The key of the certificate can't be read.");
  const Request request(X509_REQ_new());
  const Extensions extensions(sk_X509_EXTENSION_new_null());
  Extension names = make_names(name);
  if (!request || !extensions || !names) return wrong("The request for a certificate could not be made.");
  sk_X509_EXTENSION_push(extensions.get(), names.release());
  if (X509_REQ_set_pubkey(request.get(), key.get()) != 1 ||
      X509_REQ_add_extensions(request.get(), extensions.get()) != 1 ||
      X509_REQ_sign(request.get(), key.get(), EVP_sha256()) <= 0) {
    return wrong("The request for a certificate could not be signed.");
  }
  unsigned char* der = nullptr;
  const int size = i2d_X509_REQ(request.get(), &der);
  if (size <= 0) return wrong("The request for a certificate could not be written.");
  std::string written(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return written;
}

Result<CertificateAndKey> make_alpn_certificate(const std::string& name, std::string_view key_authorization,
                                                int64_t now_s) {
  if (!is_dns_name(name)) return wrong("'" + name.substr(0, name_bytes_max) + "' can't be in a certificate.");
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate(X509_new());
  if (!key || !certificate) return wrong("A certificate could not be made.");
  X509* made = certificate.get();
  unsigned char serial = 0;
  RAND_bytes(&serial, 1);
  ASN1_INTEGER_set(X509_get_serialNumber(made), 1 + serial);
  X509_set_version(made, X509_VERSION_3);
  ASN1_TIME_set(X509_getm_notBefore(made), static_cast<time_t>(now_s - day_s));
  ASN1_TIME_set(X509_getm_notAfter(made), static_cast<time_t>(now_s + 7 * day_s));
  const auto* common_name = reinterpret_cast<const unsigned char*>("acme-tls/1");
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_ASC, common_name, -1, -1, 0);
  X509_set_issuer_name(made, X509_get_subject_name(made));
  const Extension names = make_names(name), identifier = make_identifier(key_authorization);
  if (!names || !identifier || X509_set_pubkey(made, key.get()) != 1 || X509_add_ext(made, names.get(), -1) != 1 ||
      X509_add_ext(made, identifier.get(), -1) != 1 || X509_sign(made, key.get(), EVP_sha256()) <= 0) {
    return wrong("A certificate could not be made.");
  }
  const Bio bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(bio.get(), made) != 1) return wrong("A certificate could not be written.");
  auto key_pem = write_key(key.get());
  if (!key_pem) return key_pem.error();
  return CertificateAndKey{text_of(bio.get()), std::move(*key_pem)};
}

Result<std::string> certificate_der(std::string_view pem) {
  const Certificate leaf = read_leaf(pem);
  if (!leaf) return wrong("There is no certificate in PEM.");
  unsigned char* der = nullptr;
  const int size = i2d_X509(leaf.get(), &der);
  if (size <= 0) return wrong("The certificate could not be written.");
  std::string written(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return written;
}

Result<std::string> ari_id(std::string_view pem) {
  const Certificate leaf = read_leaf(pem);
  if (!leaf) return wrong("There is no certificate in PEM.");
  const ASN1_OCTET_STRING* authority = X509_get0_authority_key_id(leaf.get());
  if (!authority) return wrong("The certificate does not name its authority's key.");
  unsigned char* der = nullptr;
  const int size = i2d_ASN1_INTEGER(X509_get_serialNumber(leaf.get()), &der);
  if (size <= 2) return wrong("The certificate has no serial number.");
  const std::string serial(reinterpret_cast<const char*>(der) + 2, static_cast<size_t>(size) - 2);  // without its head
  OPENSSL_free(der);
  const std::string key_id(reinterpret_cast<const char*>(ASN1_STRING_get0_data(authority)),
                           static_cast<size_t>(ASN1_STRING_length(authority)));
  return to_base64url(key_id) + "." + to_base64url(serial);
}

}  // namespace teahouse::crypto
