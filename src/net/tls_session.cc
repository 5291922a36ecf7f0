#include "net/tls_session.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

#include "base/text.h"
#include "net/tls_state.h"

namespace teahouse::net {
namespace {

void append_hex(std::string& text, unsigned number, int digits) {
  for (int at = digits - 1; at >= 0; --at) text += "0123456789abcdef"[number >> (4 * at) & 0xF];
}

std::string make_der(const X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate, &bytes);
  std::string der(reinterpret_cast<const char*>(bytes), size > 0 ? static_cast<size_t>(size) : 0);
  OPENSSL_free(bytes);
  return der;
}

// Of the validator of an authority of certificates (RFC 8737): it offers this protocol and no other. The certificate
// for it stands among the others, under a name that no other client can ask for.
constexpr std::string_view challenge_protocol = "acme-tls/1";

bool asks_for_challenge(SSL* ssl) {
  const unsigned char* data = nullptr;
  size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_application_layer_protocol_negotiation, &data, &size) != 1) {
    return false;
  }
  const std::string_view offered(reinterpret_cast<const char*>(data), size);
  constexpr size_t head = 3;  // two lengths
  return offered.size() == head + challenge_protocol.size() && offered.substr(head) == challenge_protocol;
}

}  // namespace

std::string make_wire_alpn(const std::vector<std::string>& protocols) {
  std::string wire;
  for (const std::string& protocol : protocols) {
    if (protocol.empty() || protocol.size() > 255) continue;
    wire += static_cast<char>(protocol.size());
    wire += protocol;
  }
  return wire;
}

TlsSession::TlsSession(const TlsContexts& contexts, int fd, const std::vector<std::string>& alpn,
                       std::string default_name, AskedPeers asked)
    : contexts_(contexts.state_),
      ssl_(SSL_new(contexts.state_->context.get())),
      offer_(std::make_unique<Offer>(Offer{make_wire_alpn(alpn), lower_ascii(default_name), std::move(asked)})) {
  if (!ssl_ || SSL_set_fd(ssl_, fd) != 1) give_up();
  SSL_set_app_data(ssl_, reinterpret_cast<char*>(this));
  SSL_set_accept_state(ssl_);
  if (offer_->asked.without_alpn) SSL_set_verify(ssl_, SSL_VERIFY_PEER, nullptr);
  if (offer_->asked.keeps_chain) {
    SSL_set_options(ssl_, SSL_OP_NO_TICKET);
    SSL_set_num_tickets(ssl_, 0);
  }
}

TlsSession::~TlsSession() {
  SSL_free(ssl_);
  ERR_clear_error();
}

TlsSession::Step TlsSession::step_of(int result) {
  const int saved_errno = errno;
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_NONE: return Step::done;
    case SSL_ERROR_WANT_READ: return Step::want_read;
    case SSL_ERROR_WANT_WRITE: return Step::want_write;
    case SSL_ERROR_ZERO_RETURN: return Step::closed;
    case SSL_ERROR_SYSCALL:
      ERR_clear_error();
      error_ = saved_errno != 0 ? std::strerror(saved_errno) : "the peer closed the connection";
      return Step::failed;
    default:
      if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        ERR_clear_error();
        return Step::closed;  // without close_notify; the protocol above knows whether something is missing
      }
      error_ = take_openssl_error();
      return Step::failed;
  }
}

TlsSession::Step TlsSession::handshake() {
  if (!error_.empty()) return Step::failed;
  ERR_clear_error();
  errno = 0;
  const Step step = step_of(SSL_do_handshake(ssl_));
  if (step == Step::done) offer_.reset();
  if (step == Step::failed && peer_is_distrusted()) {
    error_ =
        std::string("the certificate is not trusted: ") + X509_verify_cert_error_string(SSL_get_verify_result(ssl_));
  }
  return step;
}

TlsSession::Moved TlsSession::read(char* into, size_t size) {
  ERR_clear_error();
  errno = 0;
  size_t bytes = 0;
  const int result = SSL_read_ex(ssl_, into, size, &bytes);
  if (result == 1) return {Step::done, bytes};
  return {step_of(result)};
}

TlsSession::Moved TlsSession::write(const char* from, size_t size) {
  ERR_clear_error();
  errno = 0;
  size_t bytes = 0;
  const int result = SSL_write_ex(ssl_, from, size, &bytes);
  if (result == 1) return {Step::done, bytes};
  return {step_of(result)};
}

void TlsSession::shut_down() {
  ERR_clear_error();
  SSL_shutdown(ssl_);
  ERR_clear_error();
}

bool TlsSession::has_pending() const { return SSL_has_pending(ssl_) == 1; }

std::string TlsSession::sni() const {
  const char* name = SSL_get_servername(ssl_, TLSEXT_NAMETYPE_host_name);
  return name ? lower_ascii(name) : std::string();
}

std::string TlsSession::alpn() const {
  const unsigned char* name = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(ssl_, &name, &length);
  return name ? std::string(reinterpret_cast<const char*>(name), length) : std::string();
}

std::string TlsSession::peer_certificate() const {
  const X509* certificate = SSL_is_server(ssl_) == 1 ? SSL_get0_peer_certificate(ssl_) : nullptr;
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  if (!certificate || X509_digest(certificate, EVP_sha256(), bytes.data(), &size) != 1) return {};
  std::string text;
  for (unsigned i = 0; i < size; ++i) append_hex(text, bytes[i], 2);
  return text;
}

std::vector<std::string> TlsSession::peer_chain() const {
  const X509* own = SSL_get0_peer_certificate(ssl_);
  if (!own || SSL_is_init_finished(ssl_) != 1) return {};
  std::vector<std::string> chain{make_der(own)};
  // OpenSSL's chain begins with the peer's own certificate on one side alone.
  const STACK_OF(X509)* shown = SSL_get_peer_cert_chain(ssl_);
  for (int i = 0; shown && i < sk_X509_num(shown); ++i) {
    const X509* each = sk_X509_value(shown, i);
    if (i > 0 || X509_cmp(each, own) != 0) chain.push_back(make_der(each));
  }
  return chain;
}

std::string TlsSession::version() const {
  if (SSL_is_init_finished(ssl_) != 1) return {};
  std::string text;
  append_hex(text, static_cast<unsigned>(SSL_version(ssl_)), 4);
  return text;
}

// Called in each handshake, before a ticket is looked at.
int TlsSession::name_session(SSL* ssl, int* alert, void* /*argument*/) {
  auto* session = reinterpret_cast<TlsSession*>(SSL_get_app_data(ssl));
  if (!session || !session->offer_) {
    *alert = SSL_AD_INTERNAL_ERROR;
    return SSL_CLIENT_HELLO_ERROR;
  }
  TlsTickets::set_name(ssl, session->offer_->default_name);
  session->offer_->is_validator = asks_for_challenge(ssl);
  return SSL_CLIENT_HELLO_SUCCESS;
}

// Called in each handshake, also when the client asks for no name.
int TlsSession::choose_certificate(SSL* ssl, int* alert, void* /*argument*/) {
  auto* session = reinterpret_cast<TlsSession*>(SSL_get_app_data(ssl));
  if (!session || !session->offer_) return SSL_TLSEXT_ERR_NOACK;
  const std::string asked = session->sni();
  TlsIdentityPtr identity;
  if (session->offer_->is_validator) {  // exactly this name's: a wildcard answers no challenge
    const std::lock_guard lock(session->contexts_->mutex);
    const auto found = session->contexts_->names.find(std::string(challenge_protocol) + ":" + asked);
    if (found != session->contexts_->names.end()) identity = found->second;
  } else {
    identity = session->contexts_->find(asked.empty() ? session->offer_->default_name : asked);
  }
  if (!identity ||
      SSL_use_cert_and_key(ssl, identity->leaf.get(), identity->key.get(), identity->chain.get(), 1) != 1) {
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  return asked.empty() ? SSL_TLSEXT_ERR_NOACK : SSL_TLSEXT_ERR_OK;
}

// A client that offers only protocols that this listener does not speak is refused (RFC 7301 section 3.2), so that
// nobody can make a browser talk HTTP to the XMPP port in TLS.
int TlsSession::choose_alpn(SSL* ssl, const unsigned char** out, unsigned char* out_length, const unsigned char* in,
                            unsigned in_length, void* /*argument*/) {
  const auto* session = reinterpret_cast<TlsSession*>(SSL_get_app_data(ssl));
  const bool has_offer = session && session->offer_;
  if (!has_offer || (session->offer_->alpn.empty() && !session->offer_->is_validator)) return SSL_TLSEXT_ERR_NOACK;
  if (session->offer_->is_validator) {  // its certificate was chosen
    *out = in + 1;
    *out_length = in[0];
    return SSL_TLSEXT_ERR_OK;
  }
  const std::string& ours = session->offer_->alpn;
  for (size_t i = 0; i < ours.size(); i += 1 + static_cast<unsigned char>(ours[i])) {
    const size_t length = static_cast<unsigned char>(ours[i]);
    for (unsigned j = 0; j < in_length; j += 1U + in[j]) {
      if (in[j] != length || std::memcmp(in + j + 1, ours.data() + i + 1, length) != 0) continue;
      *out = in + j + 1;
      *out_length = in[j];
      const bool is_asked = session->offer_->asked.alpn == std::string_view(ours).substr(i + 1, length);
      SSL_set_verify(ssl, is_asked ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
      return SSL_TLSEXT_ERR_OK;
    }
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace teahouse::net
