// BlockingPeer: the client's end of a connection, plain or TLS, for tests. It waits at most 20 s for anything.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "net/fake/certificate.h"

namespace teahouse::net::fake {

class BlockingPeer {
 public:
  explicit BlockingPeer(int fd) : fd_(fd) {
    const timeval limit{20, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  }
  // Connects to 127.0.0.1.
  static BlockingPeer connect(uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return BlockingPeer(-1);
    return BlockingPeer(fd);
  }
  BlockingPeer(BlockingPeer&& other) noexcept
      : own_(std::move(other.own_)), fd_(other.fd_), ssl_(other.ssl_), context_(other.context_) {
    other.fd_ = -1;
    other.ssl_ = nullptr;
    other.context_ = nullptr;
  }
  ~BlockingPeer() { close(); }

  int fd() const { return fd_; }
  bool connected() const { return fd_ >= 0; }

  // False when the handshake fails. `alpn` in wire format ("\x08http/1.1"). 0: any version from 1.2 on.
  // `session` is one to be resumed.
  bool start_tls(const std::string& name, std::string_view alpn = {}, int version = 0, SSL_SESSION* session = nullptr,
                 uint64_t options = 0) {
    context_ = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_options(context_, options);
    if (version != 0) SSL_CTX_set_min_proto_version(context_, version);
    if (version != 0) SSL_CTX_set_max_proto_version(context_, version);
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, fd_);
    if (session) SSL_set_session(ssl_, session);
    if (!own_.chain_pem.empty()) use(own_);
    if (!name.empty()) SSL_set_tlsext_host_name(ssl_, name.c_str());
    if (!alpn.empty()) {
      SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(alpn.data()),
                          static_cast<unsigned>(alpn.size()));
    }
    const bool good = SSL_connect(ssl_) == 1;
    ERR_clear_error();
    return good;
  }
  // The certificate that it shows where it is asked for one; before start_tls().
  void show(Certificate own) { own_ = std::move(own); }
  std::string certificate_name() const {
    X509* certificate = SSL_get1_peer_certificate(ssl_);
    if (!certificate) return {};
    std::array<char, 256> name{};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(), name.size());
    X509_free(certificate);
    return name.data();
  }
  SSL* ssl() const { return ssl_; }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ssl_ ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                             : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return true;
  }
  // The bytes that are there, at least one; empty at the end of the stream.
  std::string receive() {
    std::string bytes(65536, '\0');
    const ssize_t n = ssl_ ? SSL_read(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                           : ::recv(fd_, bytes.data(), bytes.size(), 0);
    bytes.resize(n > 0 ? static_cast<size_t>(n) : 0);
    ERR_clear_error();
    return bytes;
  }
  // The bytes up to and with `text`; less when the stream ends before.
  std::string receive_until(std::string_view text) {
    while (received_.find(text) == std::string::npos) {
      const std::string more = receive();
      if (more.empty()) return std::move(received_);
      received_ += more;
    }
    const size_t end = received_.find(text) + text.size();
    std::string result = received_.substr(0, end);
    received_.erase(0, end);
    return result;
  }
  std::string receive_exactly(size_t count) {
    while (received_.size() < count) {
      const std::string more = receive();
      if (more.empty()) break;
      received_ += more;
    }
    std::string result = received_.substr(0, count);
    received_.erase(0, count);
    return result;
  }
  std::string receive_to_end() {
    while (true) {
      const std::string more = receive();
      if (more.empty()) return std::move(received_);
      received_ += more;
    }
  }
  void shut_down() {
    if (ssl_) SSL_shutdown(ssl_);
    ERR_clear_error();
    ::shutdown(fd_, SHUT_WR);
  }
  void close() {
    if (ssl_) SSL_free(ssl_);
    if (context_) SSL_CTX_free(context_);
    if (fd_ >= 0) ::close(fd_);
    ssl_ = nullptr;
    context_ = nullptr;
    fd_ = -1;
  }

 private:
  void use(const Certificate& own) {
    BIO* chain = BIO_new_mem_buf(own.chain_pem.data(), static_cast<int>(own.chain_pem.size()));
    BIO* key_text = BIO_new_mem_buf(own.key_pem.data(), static_cast<int>(own.key_pem.size()));
    X509* certificate = PEM_read_bio_X509(chain, nullptr, nullptr, nullptr);
    EVP_PKEY* key = PEM_read_bio_PrivateKey(key_text, nullptr, nullptr, nullptr);
    SSL_use_certificate(ssl_, certificate);
    SSL_use_PrivateKey(ssl_, key);
    X509_free(certificate);
    EVP_PKEY_free(key);
    BIO_free(chain);
    BIO_free(key_text);
  }

  Certificate own_;
  int fd_ = -1;
  SSL* ssl_ = nullptr;
  SSL_CTX* context_ = nullptr;
  std::string received_;
};

}  // namespace teahouse::net::fake
