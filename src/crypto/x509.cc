#include "crypto/x509.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>

#include <ctime>
#include <memory>

#include "base/random.h"
#include "base/text.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "crypto/x509_objects.h"

namespace teahouse::crypto {
namespace {

constexpr size_t names_max = 100;
constexpr size_t common_name_bytes_max = 64;  // RFC 5280, ub-common-name
constexpr int64_t clock_slack_s = 3600;       // a client's clock may be behind ours
constexpr int64_t day_s = 86400;

using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Memory = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;

Memory read_only(std::string_view text) { return Memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

std::string contents(const Memory& memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return size > 0 ? std::string(data, static_cast<size_t>(size)) : std::string();
}

// A key under a passphrase cannot be used; never ask the terminal for it.
int no_passphrase(char*, int, int, void*) { return -1; }

Certificate parse_certificate(std::string_view pem) {
  const Memory memory = read_only(pem);
  return Certificate(memory ? PEM_read_bio_X509(memory.get(), nullptr, no_passphrase, nullptr) : nullptr);
}

Key parse_key(std::string_view pem) {
  const Memory memory = read_only(pem);
  return Key(memory ? PEM_read_bio_PrivateKey(memory.get(), nullptr, no_passphrase, nullptr) : nullptr);
}

bool add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_serial(X509* certificate) {
  std::string bytes = random_bytes(16);
  bytes[0] = static_cast<char>((bytes[0] & 0x7F) | 0x40);  // positive and never zero
  const std::unique_ptr<BIGNUM, Free<BN_free>> number(
      BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr));
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_subject(X509* certificate, std::string_view common_name) {
  X509_NAME* name = X509_get_subject_name(certificate);
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(common_name.data()),
                                    static_cast<int>(common_name.size()), -1, 0) == 1;
}

// The parts that an authority's and a server's certificate have in common.
Certificate make_certificate(EVP_PKEY* key, int64_t now_s, int days) {
  Certificate certificate(X509_new());
  const time_t from = static_cast<time_t>(now_s - clock_slack_s);
  const time_t until = static_cast<time_t>(now_s + days * day_s);
  const bool made = certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
                    set_serial(certificate.get()) && ASN1_TIME_set(X509_getm_notBefore(certificate.get()), from) &&
                    ASN1_TIME_set(X509_getm_notAfter(certificate.get()), until) &&
                    X509_set_pubkey(certificate.get(), key) == 1;
  return made ? std::move(certificate) : nullptr;
}

Result<CertificateAndKey> to_pem(X509* certificate, EVP_PKEY* key) {
  const Memory certificate_text(BIO_new(BIO_s_mem()));
  const Memory key_text(BIO_new(BIO_s_mem()));
  if (!certificate_text || !key_text || PEM_write_bio_X509(certificate_text.get(), certificate) != 1 ||
      PEM_write_bio_PrivateKey(key_text.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return wrong("A certificate could not be written as PEM.");
  }
  return CertificateAndKey{contents(certificate_text), contents(key_text)};
}

bool is_dns_name(std::string_view name) {
  if (name.starts_with("*.")) name.remove_prefix(2);
  if (name.empty() || name.size() > 253 || name.front() == '.' || name.back() == '.') return false;
  for (const char c : name) {
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.'))
      return false;
  }
  return name.find("..") == name.npos;
}

// The four or sixteen bytes of an IP address, or nothing.
std::string address_bytes(const std::string& name) {
  char bytes[sizeof(in6_addr)];
  if (inet_pton(AF_INET, name.c_str(), bytes) == 1) return std::string(bytes, sizeof(in_addr));
  if (inet_pton(AF_INET6, name.c_str(), bytes) == 1) return std::string(bytes, sizeof(in6_addr));
  return {};
}

bool add_names(X509* certificate, const std::vector<std::string>& names, bool critical) {
  const GeneralNames list(GENERAL_NAMES_new());
  if (!list) return false;
  for (const std::string& name : names) {
    const std::string address = address_bytes(name);
    const std::string& value = address.empty() ? name : address;
    ASN1_STRING* string = address.empty() ? ASN1_IA5STRING_new() : ASN1_OCTET_STRING_new();
    GENERAL_NAME* entry = GENERAL_NAME_new();
    if (!string || !entry || ASN1_STRING_set(string, value.data(), static_cast<int>(value.size())) != 1) {
      ASN1_STRING_free(string);
      GENERAL_NAME_free(entry);
      return false;
    }
    GENERAL_NAME_set0_value(entry, address.empty() ? GEN_DNS : GEN_IPADD, string);
    if (sk_GENERAL_NAME_push(list.get(), entry) == 0) {
      GENERAL_NAME_free(entry);
      return false;
    }
  }
  return X509_add1_ext_i2d(certificate, NID_subject_alt_name, list.get(), critical ? 1 : 0, X509V3_ADD_DEFAULT) == 1;
}

int64_t seconds_of(const ASN1_TIME* time) {
  tm utc{};
  return ASN1_TIME_to_tm(time, &utc) == 1 ? static_cast<int64_t>(timegm(&utc)) : 0;
}

std::string text_of(const X509_NAME* name) {
  const Memory memory(BIO_new(BIO_s_mem()));
  if (!memory || X509_NAME_print_ex(memory.get(), name, 0, XN_FLAG_RFC2253) < 0) return {};
  return contents(memory);
}

std::vector<std::string> dns_names_of(X509* certificate) {
  std::vector<std::string> names;
  const GeneralNames list(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; list && i < sk_GENERAL_NAME_num(list.get()); ++i) {
    const GENERAL_NAME* entry = sk_GENERAL_NAME_value(list.get(), i);
    if (entry->type != GEN_DNS) continue;
    const std::string name(reinterpret_cast<const char*>(ASN1_STRING_get0_data(entry->d.dNSName)),
                           static_cast<size_t>(ASN1_STRING_length(entry->d.dNSName)));
    if (!is_dns_name(name)) continue;  // a NUL inside a name is an old trick
    names.push_back(lower_ascii(name));
  }
  return names;
}

}  // namespace

Result<CertificateAndKey> make_local_ca(std::string_view common_name, int64_t now_s, int days) {
  if (common_name.empty() || common_name.size() > common_name_bytes_max) {
    return wrong("An authority's name must have 1 to 64 bytes.");
  }
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate = key ? make_certificate(key.get(), now_s, days) : nullptr;
  X509* const x509 = certificate.get();
  const bool made =
      x509 && set_subject(x509, common_name) && X509_set_issuer_name(x509, X509_get_subject_name(x509)) == 1 &&
      add_extension(x509, x509, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
      add_extension(x509, x509, NID_key_usage, "critical,keyCertSign,cRLSign") &&
      add_extension(x509, x509, NID_subject_key_identifier, "hash") && X509_sign(x509, key.get(), EVP_sha256()) > 0;
  if (!made) return wrong("An authority's certificate could not be made.");
  return to_pem(x509, key.get());
}

Result<CertificateAndKey> issue_certificate(const CertificateAndKey& ca, const std::vector<std::string>& names,
                                            int64_t now_s, int days) {
  if (names.empty() || names.size() > names_max) return wrong("A certificate must have 1 to 100 names.");
  for (const std::string& name : names) {
    if (address_bytes(name).empty() && !is_dns_name(name)) {
      return wrong("A certificate's names must be DNS names in ASCII, or IP addresses.");
    }
  }
  const Certificate issuer = parse_certificate(ca.certificate_pem);
  const Key issuer_key = parse_key(ca.key_pem);
  if (!issuer || !issuer_key) return wrong("The authority's certificate or key is not PEM.");
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate = key ? make_certificate(key.get(), now_s, days) : nullptr;
  X509* const x509 = certificate.get();
  const bool named =
      names.front().size() <= common_name_bytes_max;  // else the subject stays empty, and the names critical
  const bool made = x509 && (!named || set_subject(x509, names.front())) &&
                    X509_set_issuer_name(x509, X509_get_subject_name(issuer.get())) == 1 &&
                    add_extension(x509, issuer.get(), NID_basic_constraints, "critical,CA:FALSE") &&
                    add_extension(x509, issuer.get(), NID_key_usage, "critical,digitalSignature") &&
                    add_extension(x509, issuer.get(), NID_ext_key_usage, "serverAuth,clientAuth") &&
                    add_extension(x509, issuer.get(), NID_subject_key_identifier, "hash") &&
                    add_extension(x509, issuer.get(), NID_authority_key_identifier, "keyid:always") &&
                    add_names(x509, names, !named) && X509_sign(x509, issuer_key.get(), EVP_sha256()) > 0;
  if (!made) return wrong("A certificate could not be made.");
  return to_pem(x509, key.get());
}

Result<CertificateInfo> read_certificate(std::string_view pem) {
  const Certificate certificate = parse_certificate(pem);
  if (!certificate) return wrong("This is no certificate in PEM (\"-----BEGIN CERTIFICATE-----\").");
  X509* const x509 = certificate.get();
  CertificateInfo info;
  info.dns_names = dns_names_of(x509);
  info.subject = text_of(X509_get_subject_name(x509));
  info.issuer = text_of(X509_get_issuer_name(x509));
  info.not_before_s = seconds_of(X509_get0_notBefore(x509));
  info.not_after_s = seconds_of(X509_get0_notAfter(x509));
  info.self_issued = X509_NAME_cmp(X509_get_subject_name(x509), X509_get_issuer_name(x509)) == 0;
  unsigned char* der = nullptr;
  const int size = i2d_X509(x509, &der);
  if (size > 0) info.sha256 = to_hex(crypto::sha256({reinterpret_cast<char*>(der), static_cast<size_t>(size)}));
  OPENSSL_free(der);
  ERR_clear_error();
  return info;
}

Result<void> check_key_matches(const CertificateAndKey& pair) {
  const Certificate certificate = parse_certificate(pair.certificate_pem);
  if (!certificate) return wrong("This is no certificate in PEM (\"-----BEGIN CERTIFICATE-----\").");
  const Key key = parse_key(pair.key_pem);
  if (!key) return wrong("This is no private key in PEM, or it is under a passphrase: remove that first.");
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return wrong("This private key does not belong to this certificate.");
  }
  return {};
}

}  // namespace teahouse::crypto
