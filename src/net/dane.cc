// OpenSSL knows DANE for a handshake; here the handshake is over, and its SSL object only carries the records to the
// verification of a chain. Its store is empty: nobody is trusted but whom the records name.
#include "net/dane.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "net/tls_state.h"

namespace teahouse::net {
namespace {

constexpr uint8_t pkix_ta = 0, pkix_ee = 1, dane_ta = 2, dane_ee = 3;

struct Verified {
  bool is_good = false;
  bool has_usable = false;  // a record of this usage that can be read
  std::string why;
};

// By those of the records whose usage, PKIX being good or not, comes to this one.
Verified verify(const std::vector<TlsaRecord>& records, uint8_t usage, const std::vector<std::string>& chain,
                bool is_pkix_good) {
  Verified verified;
  const SslCtxPtr context(SSL_CTX_new(TLS_client_method()));
  const SslPtr carrier(context && SSL_CTX_dane_enable(context.get()) > 0 ? SSL_new(context.get()) : nullptr);
  if (!carrier || SSL_dane_enable(carrier.get(), nullptr) <= 0) give_up();
  size_t count = 0;
  for (const TlsaRecord& each : records) {
    const bool counts = each.usage == usage || (is_pkix_good && each.usage + 2 == usage);
    if (!counts || ++count > tlsa_records_max) continue;
    const auto* data = reinterpret_cast<const unsigned char*>(each.data.data());
    if (SSL_dane_tlsa_add(carrier.get(), usage, each.selector, each.matching_type, data, each.data.size()) > 0) {
      verified.has_usable = true;
    }
  }
  const X509Ptr own = parse_der(chain.front());
  if (verified.has_usable && own) {
    const ChainPtr others(sk_X509_new_null());
    for (size_t i = 1; i < chain.size(); ++i) {
      if (X509Ptr each = parse_der(chain[i])) sk_X509_push(others.get(), each.release());
    }
    const StoreContext checking(X509_STORE_CTX_new());
    if (!checking ||
        X509_STORE_CTX_init(checking.get(), SSL_CTX_get_cert_store(context.get()), own.get(), others.get()) != 1 ||
        X509_STORE_CTX_set_default(checking.get(), "ssl_server") != 1) {
      give_up();
    }
    X509_STORE_CTX_set0_dane(checking.get(), SSL_get0_dane(carrier.get()));
    verified.is_good = X509_verify_cert(checking.get()) == 1;
    verified.why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(checking.get()));
  }
  ERR_clear_error();
  return verified;
}

Error wrong_tlsa(const std::string& why) { return {ErrorKind::not_authorized, "its TLSA records " + why}; }

}  // namespace

std::string tlsa_name(const std::string& host, uint16_t port) { return "_" + std::to_string(port) + "._tcp." + host; }

Result<void> judge_by_tlsa(const std::vector<TlsaRecord>& records, const std::vector<std::string>& chain,
                           const ServerNames& names, const std::string& host, bool is_pkix_good) {
  if (chain.empty()) return Error{ErrorKind::not_authorized, "it showed no certificate"};
  const Verified by_key = verify(records, dane_ee, chain, is_pkix_good);
  if (by_key.is_good) return {};
  const Verified by_authority = verify(records, dane_ta, chain, is_pkix_good);
  const bool is_named = names_server(chain.front(), names) || names_server(chain.front(), {host, host});
  if (by_authority.is_good && is_named) return {};
  if (by_authority.is_good)
    return wrong_tlsa("name its authority, but it names neither " + names.domain + " nor " + host);
  if (by_authority.has_usable) return wrong_tlsa("name an authority that did not issue it (" + by_authority.why + ")");
  if (by_key.has_usable) return wrong_tlsa("name another certificate");
  return wrong_tlsa("ask for a chain that authorities vouch for, or can't be read");
}

std::string make_tlsa_value(std::string_view der) {
  const X509Ptr certificate = parse_der(der);
  unsigned char* bytes = nullptr;
  const int size = certificate ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &bytes) : 0;
  const std::string key(reinterpret_cast<const char*>(bytes), size > 0 ? static_cast<size_t>(size) : 0);
  OPENSSL_free(bytes);
  ERR_clear_error();
  return key.empty() ? std::string() : "3 1 1 " + crypto::to_hex(crypto::sha256(key));
}

}  // namespace teahouse::net
