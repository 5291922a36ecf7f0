// The state of TlsContexts: the OpenSSL context and the certificates by name, and what both sides of TLS, and the
// judges of certificates, share. Only for the .cc files of this folder.
#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/text_map.h"
#include "net/tls.h"
#include "net/tls_tickets.h"

namespace teahouse::net {

template <auto free_function>
struct OpensslFree {
  template <class T>
  void operator()(T* object) const {
    free_function(object);
  }
};
inline void free_certificates(STACK_OF(X509) * stack) { sk_X509_pop_free(stack, X509_free); }

using BioPtr = std::unique_ptr<BIO, OpensslFree<BIO_free>>;
using X509Ptr = std::unique_ptr<X509, OpensslFree<X509_free>>;
using ChainPtr = std::unique_ptr<STACK_OF(X509), OpensslFree<free_certificates>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, OpensslFree<EVP_PKEY_free>>;
using SslPtr = std::unique_ptr<SSL, OpensslFree<SSL_free>>;
using SslCtxPtr = std::unique_ptr<SSL_CTX, OpensslFree<SSL_CTX_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, OpensslFree<X509_STORE_CTX_free>>;

// Null: it is no certificate.
inline X509Ptr parse_der(std::string_view der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  ERR_clear_error();
  return certificate;
}

// A chain and its key; never changed once made.
struct TlsIdentity {
  X509Ptr leaf;
  ChainPtr chain;
  KeyPtr key;
};

using TlsIdentityPtr = std::shared_ptr<const TlsIdentity>;

struct TlsContexts::State {
  explicit State(const Clock* clock);  // null: the system's
  // The exact name, the wildcard for its first label, the one that is made for it now, the fallback, or nothing.
  TlsIdentityPtr find(const std::string& name) const;
  TlsIdentityPtr find_known(std::string_view name) const;

  const SystemClock system_clock;
  TlsTickets tickets;
  const SslCtxPtr context;
  std::function<bool(const std::string&)> maker;  // set before the first handshake
  mutable std::mutex mutex;                       // guards what stands below
  TextMap<TlsIdentityPtr> names;
  TlsIdentityPtr fallback;
};

// With what both sides have: the versions, the ciphers, released buffers. Ends the program when OpenSSL cannot.
SslCtxPtr make_tls_context(const SSL_METHOD* method);
std::string make_wire_alpn(const std::vector<std::string>& protocols);
[[noreturn]] void give_up();  // OpenSSL is out of memory

// "error:0A000126:..." in words, and an empty queue.
std::string take_openssl_error();

}  // namespace teahouse::net
