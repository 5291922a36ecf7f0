#include "net/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <cstdlib>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "net/tls_session.h"
#include "net/tls_state.h"

namespace teahouse::net {

namespace {

constexpr const char* ciphers_tls12 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-"
    "SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

// An encrypted key is refused; without this OpenSSL would ask at the terminal.
int no_password(char* /*buffer*/, int /*size*/, int /*rwflag*/, void* /*user*/) { return -1; }

constexpr long peer_certificates_bytes_max = 32 * 1024;

// Any certificate will do; that the client has its key OpenSSL sees for itself.
int take_any_certificate(X509_STORE_CTX* /*context*/, void* /*argument*/) { return 1; }

SslCtxPtr make_server_context(TlsTickets& tickets) {
  SslCtxPtr context = make_tls_context(TLS_server_method());
  SSL_CTX_set_cert_verify_callback(context.get(), take_any_certificate, nullptr);
  SSL_CTX_set_max_cert_list(context.get(), peer_certificates_bytes_max);
  tickets.serve(context.get());
  SSL_CTX_set_client_hello_cb(context.get(), &TlsSession::name_session, nullptr);
  SSL_CTX_set_tlsext_servername_callback(context.get(), &TlsSession::choose_certificate);
  SSL_CTX_set_alpn_select_cb(context.get(), &TlsSession::choose_alpn, nullptr);
  return context;
}

Result<TlsIdentityPtr> parse_identity(SSL_CTX* context, const std::string& chain_pem, const std::string& key_pem) {
  ERR_clear_error();
  auto identity = std::make_shared<TlsIdentity>();
  const BioPtr chain_bio(BIO_new_mem_buf(chain_pem.data(), static_cast<int>(chain_pem.size())));
  identity->leaf.reset(PEM_read_bio_X509(chain_bio.get(), nullptr, no_password, nullptr));
  if (!identity->leaf) {
    return Error{ErrorKind::bad_request,
                 "the certificate chain has no readable PEM certificate: " + take_openssl_error()};
  }
  identity->chain.reset(sk_X509_new_null());
  while (X509* issuer = PEM_read_bio_X509(chain_bio.get(), nullptr, no_password, nullptr)) {
    sk_X509_push(identity->chain.get(), issuer);
  }
  const auto end = ERR_peek_last_error();
  if (end != 0 && ERR_GET_REASON(end) != PEM_R_NO_START_LINE) {
    return Error{ErrorKind::bad_request, "a certificate after the first is damaged: " + take_openssl_error()};
  }
  ERR_clear_error();
  const BioPtr key_bio(BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size())));
  identity->key.reset(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, no_password, nullptr));
  if (!identity->key) {
    return Error{ErrorKind::bad_request, "the key is no readable, unencrypted PEM key: " + take_openssl_error()};
  }
  if (X509_check_private_key(identity->leaf.get(), identity->key.get()) != 1) {
    ERR_clear_error();
    return Error{ErrorKind::bad_request, "the key does not belong to the first certificate of the chain"};
  }
  const SslPtr probe(SSL_new(context));  // refuses here what it would refuse in each handshake: weak keys and digests
  if (SSL_use_cert_and_key(probe.get(), identity->leaf.get(), identity->key.get(), identity->chain.get(), 1) != 1) {
    return Error{ErrorKind::bad_request, "OpenSSL refuses the certificate: " + take_openssl_error()};
  }
  return TlsIdentityPtr(std::move(identity));
}

}  // namespace

SslCtxPtr make_tls_context(const SSL_METHOD* method) {
  SslCtxPtr context(SSL_CTX_new(method));
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_cipher_list(context.get(), ciphers_tls12) != 1) {
    give_up();
  }
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);  // tickets keep a server's state with the client
  SSL_CTX_set_read_ahead(context.get(), 1);                           // one read for a record's head and body
  return context;
}

void give_up() {
  log::error("net", "OpenSSL could not be set up; the machine is out of memory", {{"error", take_openssl_error()}});
  abort();
}

std::string take_openssl_error() {
  const auto code = ERR_peek_last_error();
  ERR_clear_error();
  if (code == 0) return "no reason given";
  const char* reason = ERR_reason_error_string(code);
  return reason ? reason : "error " + std::to_string(code);
}

TlsIdentityPtr TlsContexts::State::find_known(std::string_view name) const {
  const std::lock_guard lock(mutex);
  if (const auto exact = names.find(name); exact != names.end()) return exact->second;
  const size_t dot = name.find('.');
  if (dot != std::string_view::npos && dot > 0) {
    const auto wildcard = names.find("*" + std::string(name.substr(dot)));
    if (wildcard != names.end()) return wildcard->second;
  }
  return nullptr;
}

TlsIdentityPtr TlsContexts::State::find(const std::string& name) const {
  if (auto known = find_known(name)) return known;
  if (maker && !name.empty() && maker(name)) {
    if (auto made = find_known(name)) return made;
  }
  const std::lock_guard lock(mutex);
  return fallback;
}

TlsContexts::State::State(const Clock* clock)
    : tickets(clock ? *clock : system_clock), context(make_server_context(tickets)) {}

TlsContexts::TlsContexts() : state_(std::make_shared<State>(nullptr)) {}
TlsContexts::TlsContexts(const Clock& clock) : state_(std::make_shared<State>(&clock)) {}
TlsContexts::~TlsContexts() = default;

Result<void> TlsContexts::set(std::string name, const std::string& chain_pem, const std::string& key_pem) {
  auto identity = parse_identity(state_->context.get(), chain_pem, key_pem);
  if (!identity) return identity.error();
  const std::lock_guard lock(state_->mutex);
  state_->names.insert_or_assign(lower_ascii(name), std::move(*identity));
  return {};
}

Result<void> TlsContexts::set_fallback(const std::string& chain_pem, const std::string& key_pem) {
  auto identity = parse_identity(state_->context.get(), chain_pem, key_pem);
  if (!identity) return identity.error();
  const std::lock_guard lock(state_->mutex);
  state_->fallback = std::move(*identity);
  return {};
}

void TlsContexts::remove(std::string_view name) {
  const std::lock_guard lock(state_->mutex);
  state_->names.erase(lower_ascii(name));
}

bool TlsContexts::has(std::string_view name) const {
  const std::lock_guard lock(state_->mutex);
  return state_->names.contains(lower_ascii(name));
}

void TlsContexts::set_maker(std::function<bool(const std::string& name)> maker) { state_->maker = std::move(maker); }

}  // namespace teahouse::net
