#include "net/datagram.h"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <utility>

namespace teahouse::net {

namespace {

constexpr size_t batch_max = 32;  // packets that one system call takes

// Room for the one control message that is used, in_pktinfo or in6_pktinfo.
struct alignas(cmsghdr) Control {
  std::array<char, CMSG_SPACE(sizeof(in6_pktinfo))> bytes{};
};

struct Outgoing {
  SocketAddress to, from;
  std::string bytes;
};

size_t cost_of(const Outgoing& packet) { return sizeof packet + packet.bytes.size(); }

// The address of ours that a packet came to; family 0 when the kernel does not say.
SocketAddress read_local(msghdr& header) {
  SocketAddress local;
  for (cmsghdr* each = CMSG_FIRSTHDR(&header); each; each = CMSG_NXTHDR(&header, each)) {
    if (each->cmsg_level == IPPROTO_IP && each->cmsg_type == IP_PKTINFO) {
      in_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(each), sizeof info);
      auto& v4 = reinterpret_cast<sockaddr_in&>(local.storage);
      v4.sin_family = AF_INET;
      v4.sin_addr = info.ipi_addr;
      local.size = sizeof v4;
    } else if (each->cmsg_level == IPPROTO_IPV6 && each->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(each), sizeof info);
      auto& v6 = reinterpret_cast<sockaddr_in6&>(local.storage);
      v6.sin6_family = AF_INET6;
      v6.sin6_addr = info.ipi6_addr;
      local.size = sizeof v6;
    }
  }
  return local;
}

template <class Info>
void write_control(msghdr& header, Control& control, int level, int type, const Info& info) {
  header.msg_control = control.bytes.data();
  header.msg_controllen = CMSG_SPACE(sizeof info);
  cmsghdr* const message = CMSG_FIRSTHDR(&header);
  message->cmsg_level = level;
  message->cmsg_type = type;
  message->cmsg_len = CMSG_LEN(sizeof info);
  std::memcpy(CMSG_DATA(message), &info, sizeof info);
}

// The interface is left to the kernel.
void write_local(msghdr& header, Control& control, const SocketAddress& from) {
  if (from.family() == AF_INET) {
    in_pktinfo info{};
    info.ipi_spec_dst = reinterpret_cast<const sockaddr_in&>(from.storage).sin_addr;
    write_control(header, control, IPPROTO_IP, IP_PKTINFO, info);
  } else if (from.family() == AF_INET6) {
    in6_pktinfo info{};
    info.ipi6_addr = reinterpret_cast<const sockaddr_in6&>(from.storage).sin6_addr;
    write_control(header, control, IPPROTO_IPV6, IPV6_PKTINFO, info);
  }
}

// A bound socket, or a negative errno.
int open_socket(const SocketAddress& address) {
  const int fd = ::socket(address.family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  const int on = 1, v6_only = address.both_families ? 0 : 1;
  if (address.family() == AF_INET6) {
    ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof v6_only);
    ::setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
  } else {
    ::setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
  }
  if (::bind(fd, address.raw(), address.size) == 0) return fd;
  const int error = errno;
  ::close(fd);
  return -error;
}

}  // namespace

struct Datagram::State final : Pollable, TurnEndWork {
  State(Loop& home, int socket, Receive to) : loop(home), fd(socket), receive(std::move(to)) {
    loop.watch(fd, EPOLLIN, *this);
  }
  ~State() override {
    stop_turn_end();
    loop.unwatch(fd);
    ::close(fd);
    if (gone) *gone = true;
  }

  void on_ready(uint32_t events) override;
  void on_turn_end() override { flush(); }
  void read();
  void flush();
  int send_batch();  // how many were sent or dropped; 0 when the socket is full
  void block(bool full);

  Loop& loop;
  const int fd;
  uint16_t port = 0;
  Receive receive;
  std::deque<Outgoing> queue;
  size_t queued = 0;
  bool blocked = false;
  bool* gone = nullptr;  // told when destroyed in its own call-back
};

void Datagram::State::on_ready(uint32_t events) {
  if (events & EPOLLOUT) {
    block(false);
    flush();
  }
  if (events & (EPOLLIN | EPOLLERR)) read();
}

void Datagram::State::read() {
  std::array<mmsghdr, batch_max> messages{};
  std::array<iovec, batch_max> vectors{};
  std::array<Control, batch_max> controls;
  std::array<sockaddr_storage, batch_max> peers{};
  std::string& buffer = loop.read_buffer();
  static_assert(batch_max * packet_bytes_max <= 64 * 1024);
  for (size_t i = 0; i < batch_max; ++i) {
    vectors[i] = {buffer.data() + i * packet_bytes_max, packet_bytes_max};
    msghdr& header = messages[i].msg_hdr;
    header.msg_iov = &vectors[i];
    header.msg_iovlen = 1;
    header.msg_name = &peers[i];
    header.msg_namelen = sizeof peers[i];
    header.msg_control = controls[i].bytes.data();
    header.msg_controllen = controls[i].bytes.size();
  }
  const int count = ::recvmmsg(fd, messages.data(), batch_max, 0, nullptr);
  bool destroyed = false;
  gone = &destroyed;
  for (size_t i = 0; count > 0 && i < static_cast<size_t>(count); ++i) {
    msghdr& header = messages[i].msg_hdr;
    if (header.msg_flags & MSG_TRUNC) continue;
    Packet packet{{buffer.data() + i * packet_bytes_max, messages[i].msg_len}, {}, read_local(header)};
    packet.peer.storage = peers[i];
    packet.peer.size = header.msg_namelen;
    receive(packet);
    if (destroyed) return;
  }
  gone = nullptr;
}

void Datagram::State::block(bool full) {
  if (blocked == full) return;
  blocked = full;
  loop.rewatch(fd, EPOLLIN | (blocked ? uint32_t{EPOLLOUT} : 0), *this);
}

void Datagram::State::flush() {
  while (!blocked && !queue.empty()) {
    const int done = send_batch();
    if (done == 0) return block(true);
    for (int i = 0; i < done; ++i) {
      queued -= cost_of(queue.front());
      queue.pop_front();
    }
  }
}

int Datagram::State::send_batch() {
  std::array<mmsghdr, batch_max> messages{};
  std::array<iovec, batch_max> vectors{};
  std::array<Control, batch_max> controls;
  const size_t count = std::min(queue.size(), batch_max);
  for (size_t i = 0; i < count; ++i) {
    Outgoing& packet = queue[i];
    vectors[i] = {packet.bytes.data(), packet.bytes.size()};
    msghdr& header = messages[i].msg_hdr;
    header.msg_iov = &vectors[i];
    header.msg_iovlen = 1;
    header.msg_name = &packet.to.storage;
    header.msg_namelen = packet.to.size;
    write_local(header, controls[i], packet.from);
  }
  const int sent = ::sendmmsg(fd, messages.data(), static_cast<unsigned>(count), 0);
  if (sent > 0) return sent;
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? 0 : 1;  // the first is one that cannot be sent
}

Datagram::Datagram(std::unique_ptr<State> state) : state_(std::move(state)) {}
Datagram::~Datagram() = default;

Result<std::unique_ptr<Datagram>> Datagram::open(Loop& loop, const std::string& address, Receive receive) {
  auto parsed = parse_address(address);
  if (!parsed) return parsed.error();
  int fd = open_socket(*parsed);
  if (fd == -EAFNOSUPPORT && parsed->both_families) {  // a kernel without IPv6
    parsed = parse_address("0.0.0.0" + address.substr(1));
    if (!parsed) return parsed.error();
    fd = open_socket(*parsed);
  }
  if (fd < 0) {
    const ErrorKind kind = fd == -EADDRINUSE ? ErrorKind::conflict
                           : fd == -EACCES   ? ErrorKind::forbidden
                                             : ErrorKind::service_unavailable;
    return Error{kind, "no UDP socket on " + address + ": " + std::strerror(-fd)};
  }
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size);
  auto state = std::make_unique<State>(loop, fd, std::move(receive));
  state->port = port_of(bound);
  // tidy: allow new: make_unique cannot call a private constructor
  return std::unique_ptr<Datagram>(new Datagram(std::move(state)));
}

bool Datagram::send(const SocketAddress& to, std::string bytes, const SocketAddress& from) {
  Outgoing packet{to, from, std::move(bytes)};
  const size_t cost = cost_of(packet);
  if (state_->queued + cost > queued_bytes_max) return false;
  state_->queued += cost;
  state_->queue.push_back(std::move(packet));
  state_->loop.at_turn_end(*state_);
  return true;
}

size_t Datagram::queued_bytes() const { return state_->queued; }
uint16_t Datagram::port() const { return state_->port; }

}  // namespace teahouse::net
