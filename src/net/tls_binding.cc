// Which channel bindings a TLS connection has, best first:
//
//   tls-exporter           TLS 1.3; TLS 1.2 with extended master secret (RFC 9266)
//   tls-unique             TLS 1.2 with extended master secret (RFC 5929); without, it can be forged (RFC 7627)
//   tls-server-end-point   wherever there is one of the others, if the certificate's signature has a hash (RFC 5929)
//
// TLS 1.2 without extended master secret has none at all: tls-unique is what SCRAM's clients expect there (RFC 5802
// section 6.1), and to offer the weakest alone would only lead them astray.
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <string_view>

#include "net/tls_session.h"

namespace teahouse::net {
namespace {

std::string exported(SSL* ssl) {
  static constexpr std::string_view label = "EXPORTER-Channel-Binding";
  std::string bytes(32, '\0');
  // RFC 9266 says: the context is a zero-length string, which in TLS 1.2 is not the same as none.
  const int result =
      SSL_export_keying_material(ssl, reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), label.data(),
                                 label.size(), reinterpret_cast<const unsigned char*>(""), 0, 1);
  return result == 1 ? bytes : std::string();
}

// The first Finished message of the handshake: the client's, or the server's when a session was resumed.
std::string first_finished(SSL* ssl) {
  std::array<char, EVP_MAX_MD_SIZE> bytes{};
  const size_t size = SSL_session_reused(ssl) == 1 ? SSL_get_finished(ssl, bytes.data(), bytes.size())
                                                   : SSL_get_peer_finished(ssl, bytes.data(), bytes.size());
  return {bytes.data(), std::min(size, bytes.size())};
}

// The hash of the certificate that was shown, by the hash of its signature, and by SHA-256 where that is a weaker one.
std::string hashed_certificate(SSL* ssl) {
  const X509* certificate = SSL_get_certificate(ssl);
  int hash = NID_undef;
  if (!certificate || X509_get_signature_info(const_cast<X509*>(certificate), &hash, nullptr, nullptr, nullptr) != 1) {
    return {};
  }
  if (hash == NID_md5 || hash == NID_sha1) hash = NID_sha256;
  const EVP_MD* digest = EVP_get_digestbynid(hash);
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  if (!digest || X509_digest(certificate, digest, bytes.data(), &size) != 1) return {};
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

}  // namespace

std::vector<ChannelBinding> TlsSession::channel_bindings() const {
  const bool is_tls13 = SSL_version(ssl_) >= TLS1_3_VERSION;
  if (SSL_is_server(ssl_) != 1 || SSL_is_init_finished(ssl_) != 1 || (!is_tls13 && SSL_get_extms_support(ssl_) != 1))
    return {};
  std::vector<ChannelBinding> bindings;
  const auto add = [&bindings](std::string type, std::string data, bool offered = true) {
    if (!data.empty()) bindings.push_back({std::move(type), std::move(data), offered});
  };
  add("tls-exporter", exported(ssl_));
  add("tls-unique", first_finished(ssl_), !is_tls13);
  add("tls-server-end-point", hashed_certificate(ssl_));
  ERR_clear_error();
  return bindings;
}

}  // namespace teahouse::net
