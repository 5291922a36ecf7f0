#include "net/tls_tickets.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include <cstring>

#include "net/tls_state.h"

namespace teahouse::net {
namespace {

constexpr int64_t lifetime_ms = ticket_lifetime_s * 1000;
// The answers that OpenSSL's callback has.
constexpr int failed = -1, unknown = 0, usable = 1, usable_but_renewed = 2;

}  // namespace

TlsTickets::Key::Key() {
  if (RAND_bytes(name.data(), static_cast<int>(name.size())) != 1 ||
      RAND_priv_bytes(cipher.data(), static_cast<int>(cipher.size())) != 1 ||
      RAND_priv_bytes(mac.data(), static_cast<int>(mac.size())) != 1) {
    give_up();
  }
}

TlsTickets::Key::~Key() {
  OPENSSL_cleanse(cipher.data(), cipher.size());
  OPENSSL_cleanse(mac.data(), mac.size());
}

void TlsTickets::serve(SSL_CTX* context) {
  SSL_CTX_set_app_data(context, this);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, prepare);
  SSL_CTX_set_timeout(context, ticket_lifetime_s);
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_max_early_data(context, 0);
}

// OpenSSL resumes a session only in the context (session id context) that it was made in. It asks nobody else before it
// has taken a ticket; over TLS 1.3 it takes one of any name. The extension's bytes stand for the name: no need to read
// it.
void TlsTickets::set_name(SSL* ssl, const std::string& default_name) {
  const unsigned char* asked = nullptr;
  size_t size = 0;
  const bool asks = SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &asked, &size) == 1;
  std::string name(asks ? "asked:" : "default:");
  name += asks ? std::string(reinterpret_cast<const char*>(asked), size) : default_name;
  std::array<unsigned char, SSL_MAX_SID_CTX_LENGTH> context{};
  if (EVP_Digest(name.data(), name.size(), context.data(), nullptr, EVP_sha256(), nullptr) != 1 ||
      SSL_set_session_id_context(ssl, context.data(), context.size()) != 1) {
    give_up();
  }
}

void TlsTickets::forget_old() {
  const int64_t now_ms = clock_.monotonic_ms();
  if (sealing_ && now_ms - sealing_->made_ms >= lifetime_ms) before_ = std::move(sealing_);
  if (before_ && now_ms - before_->made_ms >= 2 * lifetime_ms) before_.reset();
}

const TlsTickets::Key& TlsTickets::sealing_key() {
  if (!sealing_) {
    sealing_ = std::make_unique<Key>();
    sealing_->made_ms = clock_.monotonic_ms();
  }
  return *sealing_;
}

const TlsTickets::Key* TlsTickets::find(const unsigned char* name) const {
  for (const Key* key : {sealing_.get(), before_.get()}) {
    if (key && std::memcmp(key->name.data(), name, key->name.size()) == 0) return key;
  }
  return nullptr;
}

// OpenSSL encrypts and then MACs with them (RFC 5077 section 4). A client of TLS 1.3 gets another ticket each time, so
// that nobody on the way sees that two of its connections are one client's (RFC 8446 appendix C.4).
int TlsTickets::prepare(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                        int seals) {
  auto& self = *static_cast<TlsTickets*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  const std::lock_guard lock(self.mutex_);
  self.forget_old();
  const Key* key = seals == 1 ? &self.sealing_key() : self.find(name);
  if (!key) return unknown;
  const EVP_CIPHER* const aes = EVP_aes_256_cbc();
  if (seals == 1) {
    std::memcpy(name, key->name.data(), key->name.size());
    if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(aes)) != 1) return failed;
  }
  std::string digest = "SHA256";
  const std::array<OSSL_PARAM, 2> params{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
                                         OSSL_PARAM_construct_end()};
  if (EVP_MAC_init(mac, key->mac.data(), key->mac.size(), params.data()) != 1 ||
      EVP_CipherInit_ex(cipher, aes, nullptr, key->cipher.data(), iv, seals) != 1) {
    return failed;
  }
  const bool is_renewed = SSL_version(ssl) >= TLS1_3_VERSION || key != self.sealing_.get();
  return seals != 1 && is_renewed ? usable_but_renewed : usable;
}

}  // namespace teahouse::net
