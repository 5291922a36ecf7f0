// Bytes in and out. Reading is level-triggered and takes at most 64 KiB of one connection a turn; what is left makes
// epoll tell again. Only OpenSSL's own buffers are invisible to epoll: read_again stands for them.
#include <poll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "net/connection_state.h"

namespace teahouse::net {

namespace {

constexpr size_t record_bytes_max = 16 * 1024;
constexpr size_t much_bytes = 4 * 1024;                     // a record of so many is rarely the last one
constexpr size_t slices_max = 256;                          // in one sendmsg
constexpr uint32_t linger_discard_bytes_max = 1024 * 1024;  // what a peer may still send after our close

// A record that others follow ends with a whole letter: some clients turn each record into text by itself
// (findings/xmpp-client-breaks-letters-between-reads.sh).
size_t count_whole_letters(const char* from, size_t size) {
  for (size_t back = 1; back <= 3 && back < size; ++back) {
    const auto byte = static_cast<unsigned char>(from[size - back]);
    if (byte < 0x80) return size;
    if (byte < 0xC0) continue;
    const size_t letter = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    return letter > back ? size - back : size;
  }
  return size;
}

bool is_passing(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

bool is_broken(int socket) {
  pollfd asked{socket, 0, 0};
  return ::poll(&asked, 1, 0) == 1 && (asked.revents & (POLLERR | POLLHUP)) != 0;
}

}  // namespace

void Connection::State::push(SharedBytes bytes) {
  checker.check();
  if ((phase != Phase::open && phase != Phase::fresh) || ends_sending) return;
  queue.push(std::move(bytes));
  if (!blocked) request_turn_end();
}

// A socket that is broken is left for epoll to tell: no call-back comes out of a call of the owner's.
size_t Connection::State::push_now(std::string_view bytes) {
  checker.check();
  if (phase != Phase::open || layer != Layer::plain || ends_sending || blocked || !queue.empty()) return 0;
  size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t n = ::send(fd, bytes.data() + written, bytes.size() - written, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      blocked = true;
      update_interest();
      break;
    }
    written += static_cast<size_t>(n);
  }
  return written;
}

// A socket that is broken is left for epoll to tell here too; what else fails is the file.
std::optional<size_t> Connection::State::send_file(int file, uint64_t offset, size_t bytes) {
  checker.check();
  if (phase != Phase::open || layer != Layer::plain || ends_sending) return 0;
  asks_for_room = true;
  if (blocked || !queue.empty()) return 0;
  auto at = static_cast<off_t>(offset);
  ssize_t sent = 0;
  do { sent = ::sendfile(fd, file, &at, bytes); } while (sent < 0 && errno == EINTR);
  if (sent == 0 || (sent < 0 && !is_passing(errno) && !is_broken(fd))) {
    asks_for_room = false;
    return std::nullopt;
  }
  const size_t taken = sent > 0 ? static_cast<size_t>(sent) : 0;
  asks_for_room = blocked = taken < bytes;
  if (blocked) update_interest();
  return taken;
}

void Connection::State::end_sending() {
  checker.check();
  if (phase != Phase::open || layer != Layer::plain || std::exchange(ends_sending, true)) return;
  if (queue.empty()) ::shutdown(fd, SHUT_WR);
}

void Connection::State::deliver(std::string_view bytes) {
  lives = true;
  if (strangers) stranger.link_before(strangers->head_);
  if (phase == Phase::open && events) events->on_bytes(bytes);
}

void Connection::State::end_of_bytes() {
  peer_done = true;
  if (phase == Phase::closing) return;  // the last answer is on its way; the close timer runs
  const Guard guard(*this);
  const bool waits = phase == Phase::open && events && events->on_peer_done();
  if (guard.gone) return;
  if (!waits) finish("the peer closed the connection");
}

void Connection::State::read() {
  if (phase == Phase::lingering) return discard();
  switch (layer) {
    case Layer::plain: return read_plain();
    case Layer::handshaking: return step_handshake();
    case Layer::secure: return read_secure();
  }
}

// After our FIN only the peer's end matters, not what it still says.
void Connection::State::discard() {
  std::string& buffer = home->read_buffer();
  const ssize_t n = ::recv(fd, buffer.data(), buffer.size(), 0);
  if (n < 0 && is_passing(errno)) return;
  if (n > 0) discarded_bytes += static_cast<uint32_t>(n);
  if (n <= 0 || discarded_bytes > linger_discard_bytes_max) finish("closed");
}

void Connection::State::read_plain() {
  std::string& buffer = home->read_buffer();
  const ssize_t n = ::recv(fd, buffer.data(), buffer.size(), 0);
  if (n > 0) return deliver({buffer.data(), static_cast<size_t>(n)});
  if (n == 0) return end_of_bytes();
  if (!is_passing(errno)) finish(std::string("reading failed: ") + std::strerror(errno));
}

// Some clients write white space after each element, and so between <starttls/> and their ClientHello (RFC 6120 section
// 4.6.1 allows it there). A ClientHello begins with none.
bool Connection::State::skip_white_space() {
  std::array<char, 64> bytes;
  const ssize_t n = ::recv(fd, bytes.data(), bytes.size(), MSG_PEEK);
  if (n <= 0) return true;  // OpenSSL says why
  const std::string_view seen(bytes.data(), static_cast<size_t>(n));
  const size_t white = std::min(seen.find_first_not_of(" \t\r\n"), seen.size());
  if (white > 0) ::recv(fd, bytes.data(), white, 0);
  may_bring_white_space = white == seen.size();
  return !may_bring_white_space;
}

void Connection::State::step_handshake() {
  if (may_bring_white_space && !skip_white_space()) return;  // epoll tells of the rest
  switch (tls->handshake()) {
    case TlsSession::Step::done: break;
    case TlsSession::Step::want_read: return;
    case TlsSession::Step::want_write: blocked = true; return;
    case TlsSession::Step::closed: return finish("the peer closed the connection during the TLS handshake");
    case TlsSession::Step::failed:
      distrusted = tls->peer_is_distrusted();
      return finish("the TLS handshake failed: " + tls->error());
  }
  layer = Layer::secure;
  read_again = true;  // the client's first bytes may have come with its Finished
  request_turn_end();
  if (events) events->on_secure();
}

void Connection::State::read_secure() {
  std::string& buffer = home->read_buffer();
  size_t filled = 0;
  TlsSession::Moved moved{TlsSession::Step::done};
  // One read of the socket is enough where it gave little and OpenSSL holds nothing back: epoll tells of the rest.
  bool more = true;
  while (more && filled < buffer.size() && moved.step == TlsSession::Step::done) {
    moved = tls->read(buffer.data() + filled, buffer.size() - filled);
    filled += moved.bytes;
    more = moved.bytes >= much_bytes || tls->has_pending();
  }
  if (moved.step == TlsSession::Step::want_write) blocked = true;  // the answer to a KeyUpdate
  if (moved.step == TlsSession::Step::done && tls->has_pending()) {
    read_again = true;
    request_turn_end();
  }
  if (filled > 0) {
    const Guard guard(*this);
    deliver({buffer.data(), filled});
    if (guard.gone) return;
  }
  if (moved.step == TlsSession::Step::closed) return end_of_bytes();
  if (moved.step == TlsSession::Step::failed) return finish("TLS failed: " + tls->error());
}

bool Connection::State::flush_plain() {
  while (!queue.empty() && (layer == Layer::plain || plain_left > 0)) {
    std::array<iovec, slices_max> vectors;
    const size_t limit = plain_left > 0 ? plain_left : queue.bytes();
    const size_t count = queue.gather(vectors, limit);
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    const ssize_t n = ::sendmsg(fd, &message, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      blocked = true;  // also when it is broken: epoll says so then
      if (is_passing(errno)) return false;
      if (layer == Layer::plain) finish(std::string("writing failed: ") + std::strerror(errno));
      return false;
    }
    queue.consume(static_cast<size_t>(n));
    plain_left -= std::min(plain_left, static_cast<size_t>(n));
  }
  return true;
}

bool Connection::State::flush_secure() {
  while (!queue.empty()) {
    std::array<iovec, slices_max> vectors;
    const size_t count = queue.gather(vectors, record_bytes_max);
    const char* from = static_cast<const char*>(vectors[0].iov_base);
    size_t size = vectors[0].iov_len;
    if (count > 1) {  // small slices share a record
      std::string& record = home->read_buffer();
      size = 0;
      for (size_t i = 0; i < count; ++i) {
        std::memcpy(record.data() + size, vectors[i].iov_base, vectors[i].iov_len);
        size += vectors[i].iov_len;
      }
      from = record.data();
    }
    if (size < queue.bytes()) size = std::max(count_whole_letters(from, size), offered_bytes);
    const TlsSession::Moved moved = tls->write(from, size);
    switch (moved.step) {
      case TlsSession::Step::done:
        queue.consume(moved.bytes);
        offered_bytes = 0;
        break;
      case TlsSession::Step::want_read:
      case TlsSession::Step::want_write:
        blocked = true;
        offered_bytes = size;
        return false;
      case TlsSession::Step::closed: finish("the peer closed the connection"); return false;
      case TlsSession::Step::failed: finish("writing to TLS failed: " + tls->error()); return false;
    }
  }
  return true;
}

void Connection::State::flush() {
  if (phase == Phase::over || phase == Phase::lingering || phase == Phase::fresh || blocked) return;
  const bool had_bytes = std::exchange(asks_for_room, false) || !queue.empty();
  if (plain_left > 0 || layer == Layer::plain) {
    if (!flush_plain()) return;
    if (layer == Layer::handshaking) return;
  } else if (layer == Layer::handshaking) {
    if (phase == Phase::closing) linger();
    return;
  } else if (!flush_secure()) {
    return;
  }
  if (phase == Phase::closing) return linger();
  if (had_bytes && ends_sending) ::shutdown(fd, SHUT_WR);
  if (had_bytes && events) events->on_drained();
}

bool Connection::State::can_start_tls() const {
  return layer == Layer::plain && (phase == Phase::open || phase == Phase::fresh);
}

// Bytes that are queued already stay plain text and must be out before the peer's ClientHello is awaited. It is written
// here and now, which is nearly always enough; no call-back comes from here, so a broken socket is left for epoll to
// tell.
void Connection::State::start_tls(const TlsContexts& contexts, const std::vector<std::string>& alpn,
                                  std::string default_name, AskedPeers asked) {
  if (!can_start_tls()) return;
  tls = std::make_unique<TlsSession>(contexts, fd, alpn, std::move(default_name), std::move(asked));
  layer = Layer::handshaking;
  may_bring_white_space = phase == Phase::open;
  plain_left = queue.bytes();
  if (plain_left > 0) flush_plain();
  update_interest();
}

// The client speaks first: the turn's end takes the first step, as if bytes had come.
void Connection::State::start_tls(const TlsClient& client) {
  if (!can_start_tls()) return;
  tls = std::make_unique<TlsSession>(client, fd);
  layer = Layer::handshaking;
  read_again = true;
  if (phase == Phase::open) request_turn_end();
  update_interest();
}

}  // namespace teahouse::net
