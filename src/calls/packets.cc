#include "calls/packets.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace teahouse::calls {
namespace {

constexpr size_t padding_bytes = 8, outgoing_max = 64;
constexpr size_t gso_segments_max = 64, gso_bytes_max = 60'000;
constexpr int send_buffer_bytes = 1024 * 1024;

struct alignas(cmsghdr) Control {
  std::array<char, CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(uint16_t))> bytes{};
};

template <class Value>
void add_control(msghdr& header, Control& control, int level, int type, const Value& value) {
  header.msg_control = control.bytes.data();
  auto* const message = reinterpret_cast<cmsghdr*>(control.bytes.data() + header.msg_controllen);
  header.msg_controllen += CMSG_SPACE(sizeof value);
  message->cmsg_level = level;
  message->cmsg_type = type;
  message->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(message), &value, sizeof value);
}

void add_local(msghdr& header, Control& control, const Endpoint& local, bool is_v6) {
  if (local == Endpoint{}) return;  // the kernel's choice
  if (is_v6) {
    in6_pktinfo info{};
    info.ipi6_addr = reinterpret_cast<const sockaddr_in6&>(local.mapped_address().storage).sin6_addr;
    add_control(header, control, IPPROTO_IPV6, IPV6_PKTINFO, info);
  } else {
    in_pktinfo info{};
    std::memcpy(&info.ipi_spec_dst, local.ip.data(), sizeof info.ipi_spec_dst);
    add_control(header, control, IPPROTO_IP, IP_PKTINFO, info);
  }
}

Endpoint read_local(msghdr& header) {
  sockaddr_storage local{};
  for (cmsghdr* each = CMSG_FIRSTHDR(&header); each; each = CMSG_NXTHDR(&header, each)) {
    if (each->cmsg_level == IPPROTO_IP && each->cmsg_type == IP_PKTINFO) {
      in_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(each), sizeof info);
      auto& v4 = reinterpret_cast<sockaddr_in&>(local);
      v4.sin_family = AF_INET;
      v4.sin_addr = info.ipi_addr;
    } else if (each->cmsg_level == IPPROTO_IPV6 && each->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(each), sizeof info);
      auto& v6 = reinterpret_cast<sockaddr_in6&>(local);
      v6.sin6_family = AF_INET6;
      v6.sin6_addr = info.ipi6_addr;
    }
  }
  return Endpoint::of(local);
}

// A run that the kernel does not take as one: its packets are larger than the way there lets through whole.
void send_one_by_one(int fd, const msghdr& run) {
  for (size_t i = 0; i < run.msg_iovlen; ++i) {
    msghdr one = run;
    one.msg_iov = run.msg_iov + i;
    one.msg_iovlen = 1;
    one.msg_controllen -= CMSG_SPACE(sizeof(uint16_t));  // the segments' size, which is the last
    if (one.msg_controllen == 0) one.msg_control = nullptr;
    ::sendmsg(fd, &one, MSG_NOSIGNAL);
  }
}

net::SocketAddress address_for(const Endpoint& to, bool is_v6) {
  return is_v6 ? to.mapped_address() : to.socket_address();
}

bool is_wildcard(const sockaddr_storage& address) {
  const Endpoint endpoint = Endpoint::of(address);
  return endpoint.ip == std::array<uint8_t, 16>{};
}

}  // namespace

struct Packets::Buffers {
  static constexpr size_t stride = Frame::headroom_bytes + packet_bytes_max + padding_bytes;
  std::array<char, batch_max * stride> bytes;
  std::array<mmsghdr, batch_max> messages;
  std::array<iovec, batch_max> vectors;
  std::array<Control, batch_max> controls;
  std::array<sockaddr_storage, batch_max> peers;
};

Packets::Packets(net::Loop& loop, std::function<void()> begin)
    : loop_(loop), begin_(std::move(begin)), buffers_(std::make_unique<Buffers>()) {
  outgoing_.reserve(outgoing_max);
}
Packets::~Packets() = default;

void Packets::read(UdpSocket& socket) {
  Buffers& b = *buffers_;
  for (size_t i = 0; i < batch_max; ++i) {
    b.vectors[i] = {b.bytes.data() + i * Buffers::stride + Frame::headroom_bytes, packet_bytes_max};
    msghdr& header = b.messages[i].msg_hdr;
    header = {};
    header.msg_iov = &b.vectors[i];
    header.msg_iovlen = 1;
    header.msg_name = &b.peers[i];
    header.msg_namelen = sizeof b.peers[i];
    if (!socket.tells_local_) continue;
    header.msg_control = b.controls[i].bytes.data();
    header.msg_controllen = b.controls[i].bytes.size();
  }
  const int count = ::recvmmsg(socket.fd_, b.messages.data(), batch_max, 0, nullptr);
  if (count <= 0) return;
  begin_();
  for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
    msghdr& header = b.messages[i].msg_hdr;
    if (header.msg_flags & MSG_TRUNC) continue;
    const Endpoint local = socket.tells_local_ ? read_local(header) : Endpoint{};
    socket.events_.on_packet(Endpoint::of(b.peers[i]), local,
                             {static_cast<char*>(b.vectors[i].iov_base), b.messages[i].msg_len});
  }
  flush();
}

void Packets::add(UdpSocket& socket, const Endpoint& to, std::string_view bytes, const Endpoint& local) {
  if (outgoing_.size() >= outgoing_max) flush();
  outgoing_.push_back({&socket, {const_cast<char*>(bytes.data()), bytes.size()}, to, local});
}

void Packets::forget(const UdpSocket& socket) {
  for (Outgoing& each : outgoing_) {
    if (each.socket == &socket) each.socket = nullptr;
  }
}

void Packets::flush() {
  for (size_t i = 0; i < outgoing_.size(); ++i) {
    if (outgoing_[i].socket) send_all_of(*outgoing_[i].socket, i);
  }
  outgoing_.clear();
}

// Gathers the packets of a socket; runs of one size for one address become one message of many segments.
void Packets::send_all_of(UdpSocket& socket, size_t first) {
  std::array<mmsghdr, outgoing_max> messages;
  std::array<iovec, outgoing_max> vectors;
  std::array<Control, outgoing_max> controls;
  std::array<net::SocketAddress, outgoing_max> addresses;
  std::array<size_t, outgoing_max> run_bytes{};
  size_t count = 0, vector_count = 0;
  const Outgoing* last = nullptr;
  bool is_run_open = false;
  for (size_t i = first; i < outgoing_.size(); ++i) {
    Outgoing& each = outgoing_[i];
    if (each.socket != &socket) continue;
    each.socket = nullptr;
    vectors[vector_count] = each.bytes;
    const size_t size = each.bytes.iov_len;
    msghdr* const run = count > 0 ? &messages[count - 1].msg_hdr : nullptr;
    const bool joins = has_gso_ && is_run_open && size > 0 && each.to == last->to && each.local == last->local &&
                       size <= run->msg_iov->iov_len && run->msg_iovlen < gso_segments_max &&
                       run_bytes[count - 1] + size <= gso_bytes_max;
    if (joins) {
      ++run->msg_iovlen;
      run_bytes[count - 1] += size;
      is_run_open = size == run->msg_iov->iov_len;  // a shorter one is the last
    } else {
      msghdr& header = messages[count].msg_hdr;
      header = {};
      addresses[count] = address_for(each.to, socket.is_v6_);
      header.msg_name = &addresses[count].storage;
      header.msg_namelen = addresses[count].size;
      header.msg_iov = &vectors[vector_count];
      header.msg_iovlen = 1;
      if (socket.tells_local_) add_local(header, controls[count], each.local, socket.is_v6_);
      run_bytes[count++] = size;
      is_run_open = size > 0;
    }
    ++vector_count;
    last = &each;
  }
  for (size_t i = 0; i < count; ++i) {
    msghdr& header = messages[i].msg_hdr;
    if (header.msg_iovlen == 1) continue;
    add_control(header, controls[i], SOL_UDP, UDP_SEGMENT, static_cast<uint16_t>(header.msg_iov->iov_len));
  }
  for (size_t sent = 0; sent < count;) {
    const int n = ::sendmmsg(socket.fd_, &messages[sent], static_cast<unsigned>(count - sent), MSG_NOSIGNAL);
    if (n > 0) {
      sent += static_cast<size_t>(n);
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) return;
    if (errno == EIO) has_gso_ = false;  // a device without checksums
    if (messages[sent].msg_hdr.msg_iovlen > 1) send_one_by_one(socket.fd_, messages[sent].msg_hdr);
    ++sent;
  }
}

UdpSocket::UdpSocket(Packets& packets, int fd, Events& events) : packets_(packets), events_(events), fd_(fd) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  ::getsockname(fd_, reinterpret_cast<sockaddr*>(&bound), &size);
  port_ = net::port_of(bound);
  is_v6_ = bound.ss_family == AF_INET6;
  int is_on = 0;
  size = sizeof is_on;
  const bool is_told = is_v6_ ? ::getsockopt(fd_, IPPROTO_IPV6, IPV6_RECVPKTINFO, &is_on, &size) == 0
                              : ::getsockopt(fd_, IPPROTO_IP, IP_PKTINFO, &is_on, &size) == 0;
  tells_local_ = is_told && is_on != 0;
  packets_.loop().watch(fd_, EPOLLIN, *this);
}

UdpSocket::~UdpSocket() {
  packets_.forget(*this);
  const int fd = release();
  if (fd >= 0) ::close(fd);
}

int UdpSocket::release() {
  if (fd_ >= 0) packets_.loop().unwatch(fd_);
  return std::exchange(fd_, -1);
}

void UdpSocket::on_ready(uint32_t /*events*/) { packets_.read(*this); }

void UdpSocket::send_now(const Endpoint& to, std::string_view bytes, const Endpoint& local) {
  const net::SocketAddress address = address_for(to, is_v6_);
  iovec vector{const_cast<char*>(bytes.data()), bytes.size()};
  Control control;
  msghdr header{};
  header.msg_name = const_cast<sockaddr_storage*>(&address.storage);
  header.msg_namelen = address.size;
  header.msg_iov = &vector;
  header.msg_iovlen = 1;
  if (tells_local_) add_local(header, control, local, is_v6_);
  ::sendmsg(fd_, &header, MSG_NOSIGNAL);
}

void UdpSocket::set_dont_fragment(bool is_on) {
  const int v4 = is_on ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT, v6 = is_on ? IPV6_PMTUDISC_DO : IPV6_PMTUDISC_DONT;
  if (is_v6_) {
    ::setsockopt(fd_, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &v6, sizeof v6);
  } else {
    ::setsockopt(fd_, IPPROTO_IP, IP_MTU_DISCOVER, &v4, sizeof v4);
  }
}

Result<int> open_udp(const net::SocketAddress& address, Sharing sharing) {
  const int fd = ::socket(address.family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const auto fail = [&](int error) {
    if (fd >= 0) ::close(fd);
    const ErrorKind kind = error == EADDRINUSE ? ErrorKind::conflict
                           : error == EACCES   ? ErrorKind::forbidden
                                               : ErrorKind::service_unavailable;
    return Error{kind, "no UDP socket on " + net::format_ip(address.storage) + ", port " +
                           std::to_string(net::port_of(address.storage)) + ": " + std::strerror(error)};
  };
  if (fd < 0) return fail(errno);
  const int on = 1, v6_only = address.both_families ? 0 : 1;
  if (address.family() == AF_INET6) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof v6_only);
  if (is_wildcard(address.storage)) {
    if (address.family() == AF_INET6) {
      ::setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
    } else {
      ::setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
    }
  }
  ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send_buffer_bytes, sizeof send_buffer_bytes);
  ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &send_buffer_bytes, sizeof send_buffer_bytes);
  // As net::Listener: the first takes a port that nobody has, and then lets the others in.
  if (sharing == Sharing::joined) ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (::bind(fd, address.raw(), address.size) != 0) return fail(errno);
  if (sharing == Sharing::first) ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  return fd;
}

}  // namespace teahouse::calls
