#include "net/tls_client.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cstdlib>

#include "base/log.h"
#include "net/address.h"
#include "net/tls_session.h"
#include "net/tls_state.h"
#include "net/tls_trust.h"

namespace teahouse::net {

TlsTrust TlsTrust::nobody() {
  TlsTrust trust;
  trust.state_ = std::make_shared<State>();
  trust.state_->context = make_tls_context(TLS_client_method());
  SSL_CTX_set_verify(trust.state_->context.get(), SSL_VERIFY_PEER, nullptr);
  return trust;
}

Result<TlsTrust> TlsTrust::make(const std::string& ca_file) {
  TlsTrust trust = nobody();
  SSL_CTX* const context = trust.state_->context.get();
  const bool good = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context) == 1
                                    : SSL_CTX_load_verify_locations(context, ca_file.c_str(), nullptr) == 1;
  if (good) return trust;
  const std::string which = ca_file.empty() ? "the system's file" : ca_file;
  return Error{ErrorKind::bad_request,
               which + " cannot be read as a file of certificate authorities (PEM): " + take_openssl_error()};
}

TlsSession::TlsSession(const TlsClient& client, int fd) : ssl_(SSL_new(client.trust.state_->context.get())) {
  if (!ssl_ || SSL_set_fd(ssl_, fd) != 1) give_up();
  X509_VERIFY_PARAM* const wanted = SSL_get0_param(ssl_);
  X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const std::string& name = client.name;
  const bool is_ip = make_address(name, 0).has_value();
  if (client.is_judged_later) SSL_set_verify(ssl_, SSL_VERIFY_NONE, nullptr);
  if (client.shows) show(client.shows->state_->find(client.shown_name));
  // An empty name would check nothing.
  const bool checked = is_ip ? X509_VERIFY_PARAM_set1_ip_asc(wanted, name.c_str()) == 1
                             : !name.empty() && X509_VERIFY_PARAM_set1_host(wanted, name.data(), name.size()) == 1 &&
                                   SSL_set_tlsext_host_name(ssl_, name.c_str()) == 1;
  const std::string alpn = make_wire_alpn(client.alpn);
  if (!alpn.empty()) {
    SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(alpn.data()), static_cast<unsigned>(alpn.size()));
  }
  if (!checked) error_ = "\"" + name + "\" is no name that a certificate can have";
  SSL_set_connect_state(ssl_);
}

void TlsSession::show(const TlsIdentityPtr& identity) {
  if (!identity ||
      SSL_use_cert_and_key(ssl_, identity->leaf.get(), identity->key.get(), identity->chain.get(), 1) != 1) {
    ERR_clear_error();
  }
}

bool TlsSession::peer_is_distrusted() const {
  return SSL_get_verify_mode(ssl_) != SSL_VERIFY_NONE && SSL_get_verify_result(ssl_) != X509_V_OK;
}

}  // namespace teahouse::net
