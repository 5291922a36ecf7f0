#include "http/client_stream.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <memory>

#include "base/clock.h"

namespace teahouse::http {

namespace {

int64_t now_ms() { return SystemClock().monotonic_ms(); }

Error network_error(const std::string& what) {
  return {ErrorKind::service_unavailable, what + ": " + std::strerror(errno)};
}

bool is_ip_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> ignored;
  return inet_pton(AF_INET, host.c_str(), ignored.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), ignored.data()) == 1;
}

}  // namespace

ClientStream::ClientStream(int64_t timeout_ms) : deadline_ms_(now_ms() + timeout_ms) {}

ClientStream::~ClientStream() {
  if (ssl_) SSL_free(ssl_);
  if (context_) SSL_CTX_free(context_);
  if (fd_ >= 0) ::close(fd_);
  ERR_clear_error();
}

Result<void> ClientStream::wait(short events) {
  while (true) {
    const int64_t left_ms = deadline_ms_ - now_ms();
    if (left_ms <= 0) return Error{ErrorKind::remote_server_timeout, "the server did not answer in time"};
    pollfd entry{fd_, events, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(std::min<int64_t>(left_ms, std::numeric_limits<int>::max())));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return network_error("waiting for the server failed");
  }
}

Result<void> ClientStream::connect(const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failure = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  if (failure != 0)
    return Error{ErrorKind::remote_server_not_found, "no address for " + host + ": " + gai_strerror(failure)};
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, &freeaddrinfo);
  Result<void> last = Error{ErrorKind::remote_server_not_found, "no address for " + host};
  for (const addrinfo* address = found; address; address = address->ai_next) {
    last = connect_to(*address);
    if (last) return last;
  }
  return Error{last.error().kind, "cannot connect to " + host + " port " + port + ": " + last.error().text};
}

Result<void> ClientStream::connect_to(const addrinfo& address) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return network_error("no socket");
  if (::connect(fd_, address.ai_addr, address.ai_addrlen) == 0) return {};
  if (errno != EINPROGRESS) return network_error("refused");
  if (auto ready = wait(POLLOUT); !ready) return ready;
  socklen_t size = sizeof errno;
  int error = 0;
  ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
  errno = error;
  return error == 0 ? Result<void>() : network_error("refused");
}

Result<void> ClientStream::start_tls(const std::string& host, const std::string& ca_file) {
  context_ = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
  SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
  const bool trusted = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context_) == 1
                                       : SSL_CTX_load_verify_locations(context_, ca_file.c_str(), nullptr) == 1;
  if (!trusted) return Error{ErrorKind::bad_request, "the CA file " + ca_file + " cannot be read"};
  ssl_ = SSL_new(context_);
  SSL_set_fd(ssl_, fd_);
  if (is_ip_address(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_), host.c_str());
  } else {
    SSL_set_tlsext_host_name(ssl_, host.c_str());
    SSL_set1_host(ssl_, host.c_str());
  }
  while (true) {
    ERR_clear_error();
    const int result = SSL_connect(ssl_);
    if (result == 1) return {};
    if (const long verdict = SSL_get_verify_result(ssl_); verdict != X509_V_OK) {
      return Error{ErrorKind::not_authorized,
                   "the certificate of " + host + " is not trusted: " + X509_verify_cert_error_string(verdict)};
    }
    if (auto ready = wait_for_tls(result, "the TLS handshake failed"); !ready) return ready;
  }
}

Result<void> ClientStream::wait_for_tls(int result, const char* what) {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ: return wait(POLLIN);
    case SSL_ERROR_WANT_WRITE: return wait(POLLOUT);
    default: break;
  }
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return Error{ErrorKind::service_unavailable,
               std::string(what) + (reason ? std::string(": ") + reason : std::string())};
}

Result<void> ClientStream::write(std::string_view bytes) {
  while (!bytes.empty()) {
    ERR_clear_error();
    const auto size = std::min<size_t>(bytes.size(), 16 * 1024);
    const ssize_t n =
        ssl_ ? SSL_write(ssl_, bytes.data(), static_cast<int>(size)) : ::send(fd_, bytes.data(), size, MSG_NOSIGNAL);
    if (n > 0) {
      bytes.remove_prefix(static_cast<size_t>(n));
      continue;
    }
    if (!ssl_ && errno != EAGAIN && errno != EINTR) return network_error("sending failed");
    const auto ready = ssl_ ? wait_for_tls(static_cast<int>(n), "sending failed") : wait(POLLOUT);
    if (!ready) return ready;
  }
  return {};
}

Result<std::string> ClientStream::read() {
  std::string bytes(16 * 1024, '\0');
  while (true) {
    ERR_clear_error();
    const ssize_t n = ssl_ ? SSL_read(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                           : ::recv(fd_, bytes.data(), bytes.size(), 0);
    if (n > 0) {
      bytes.resize(static_cast<size_t>(n));
      return bytes;
    }
    if (ssl_ ? SSL_get_error(ssl_, static_cast<int>(n)) == SSL_ERROR_ZERO_RETURN : n == 0) return std::string();
    if (!ssl_ && errno != EAGAIN && errno != EINTR) return network_error("receiving failed");
    const auto ready = ssl_ ? wait_for_tls(static_cast<int>(n), "receiving failed") : wait(POLLIN);
    if (!ready) return ready.error();
  }
}

}  // namespace teahouse::http
