#include "bench/wire/tls.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <stdexcept>
#include <string>

namespace teahouse::bench {
namespace {

void require(bool fine, const char* what) {
  if (fine) return;
  throw std::runtime_error(std::string("TLS: ") + what + ": " + ERR_error_string(ERR_get_error(), nullptr));
}

void give_certificate(SSL_CTX* context) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  require(key && certificate, "a key can't be made");
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -86'400);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 86'400);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("floor"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_set_pubkey(certificate, key);
  require(X509_sign(certificate, key, EVP_sha256()) > 0, "a certificate can't be signed");
  require(SSL_CTX_use_certificate(context, certificate) == 1, "a certificate can't be used");
  require(SSL_CTX_use_PrivateKey(context, key) == 1, "a key can't be used");
  X509_free(certificate);
  EVP_PKEY_free(key);
}

// "xmpp-client" where a client offers it (XEP-0368), as the servers that are measured do.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* in, unsigned in_size,
                    void*) {
  *size = in_size ? in[0] : 0;
  *out = in + 1;
  return in_size ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

}  // namespace

TlsContext::TlsContext(Role role)
    : role_(role), context_(SSL_CTX_new(role == Role::server ? TLS_server_method() : TLS_client_method())) {
  require(context_, "no context");
  SSL_CTX_set_min_proto_version(context_, TLS1_3_VERSION);
  SSL_CTX_set_mode(context_, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_AUTO_RETRY |
                                 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context_, 1);
  SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_OFF);
  if (role == Role::server) {
    give_certificate(context_);
    SSL_CTX_set_alpn_select_cb(context_, choose_protocol, nullptr);
  }
}

TlsContext::~TlsContext() {
  SSL_SESSION_free(last_);
  SSL_CTX_free(context_);
}

int TlsContext::keep_session(SSL* tls, SSL_SESSION* session) {
  auto& self = *static_cast<TlsContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(tls)));
  SSL_SESSION_free(self.last_);
  self.last_ = session;
  return 1;  // it is ours
}

void TlsContext::resume_sessions() {
  SSL_CTX_set_app_data(context_, this);
  SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context_, keep_session);
}

ssl_st* TlsContext::make_session(int fd, const char* server_name) const {
  SSL* session = SSL_new(context_);
  require(session && SSL_set_fd(session, fd) == 1, "no session");
  if (role_ == Role::server) {
    SSL_set_accept_state(session);
  } else {
    SSL_set_connect_state(session);
    SSL_set_tlsext_host_name(session, server_name);
    if (last_) SSL_set_session(session, last_);
  }
  return session;
}

}  // namespace teahouse::bench
