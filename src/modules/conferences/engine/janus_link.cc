#include "modules/conferences/engine/janus_link.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>

#include "base/text.h"

namespace teahouse::conferences {
namespace {

namespace json = boost::json;

constexpr int buffer_bytes = 4 << 20;  // Janus drops what does not fit
constexpr int packets_a_turn = 64;

// The refusal of a plugin stands inside of an event.
const json::object* find_refusal(const json::object& message) {
  const json::value* refusal = message.if_contains("error");
  if (refusal && refusal->is_object()) return &refusal->get_object();
  const json::value* data = message.if_contains("plugindata");
  data = data && data->is_object() ? data->get_object().if_contains("data") : nullptr;
  const json::object* said = data ? data->if_object() : nullptr;
  return said && said->contains("error_code") ? said : nullptr;
}

std::string_view text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

Error make_refusal(const json::object& refusal) {
  const std::string_view reason = text_of(refusal, "reason"), error = text_of(refusal, "error");
  return {ErrorKind::bad_request, "The engine refuses this: " + std::string(reason.empty() ? error : reason)};
}

}  // namespace

JanusLink::JanusLink(net::Loop& loop, int fd, Events events) : loop_(loop), fd_(fd), events_(std::move(events)) {
  setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof buffer_bytes);
  setsockopt(fd_, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof buffer_bytes);
  loop_.watch(fd_, EPOLLIN, *this);
}

JanusLink::~JanusLink() {
  loop_.unwatch(fd_);
  close(fd_);
}

void JanusLink::refuse(Answered answered, Error error) {
  if (!answered) return;
  loop_.post([answered = std::move(answered), error = std::move(error), alive = std::weak_ptr(alive_)] {
    if (alive.lock()) answered(error);
  });
}

void JanusLink::ask(json::object request, Answered answered) {
  const uint64_t number = ++last_number_;
  request["transaction"] = std::to_string(number);
  const std::string packet = json::serialize(request);
  if (packet.size() > request_bytes_max) {
    return refuse(std::move(answered), {ErrorKind::resource_constraint, "This is too long for the engine of calls."});
  }
  if (asked_.size() >= asked_max) {
    return refuse(std::move(answered), {ErrorKind::resource_constraint, "The engine of calls is busy. Call again."});
  }
  if (send(fd_, packet.data(), packet.size(), MSG_NOSIGNAL) < 0) {
    return refuse(std::move(answered), {ErrorKind::service_unavailable, "The engine of calls takes nothing now."});
  }
  if (!answered) return;
  net::Timer late = loop_.start_timer(answer_ms, [this, number] {
    answer(number, Error{ErrorKind::service_unavailable, "The engine of calls has not answered in time."});
  });
  asked_.emplace(number, Asked{std::move(answered), std::move(late)});
}

void JanusLink::answer(uint64_t number, Result<json::object> result) {
  auto asked = asked_.extract(number);
  if (!asked.empty()) asked.mapped().answered(std::move(result));
}

void JanusLink::on_ready(uint32_t events) {
  const std::weak_ptr alive = alive_;
  for (int packet = 0; packet < packets_a_turn; ++packet) {
    if (!read_one()) return;
    if (alive.expired()) return;  // an answer or event has ended it
  }
  if ((events & (EPOLLHUP | EPOLLERR)) == 0) return;
  const auto over = events_.over;
  over();
}

// False: there is nothing more, or the link is over.
bool JanusLink::read_one() {
  std::string& buffer = loop_.read_buffer();
  iovec whole{buffer.data(), buffer.size()};
  msghdr header{};
  header.msg_iov = &whole;
  header.msg_iovlen = 1;
  const ssize_t size = recvmsg(fd_, &header, 0);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (size <= 0) {
    const auto over = events_.over;
    over();
    return false;
  }
  if (header.msg_flags & MSG_TRUNC) return true;  // its request is answered by the clock
  boost::system::error_code error;
  const json::value message = json::parse(std::string_view(buffer.data(), static_cast<size_t>(size)), error);
  if (!error && message.is_object()) take(message.get_object());
  return true;
}

void JanusLink::take(const json::object& message) {
  if (text_of(message, "janus") == "ack") return;
  const auto number = parse_decimal<uint64_t>(text_of(message, "transaction"));
  if (!number || !asked_.contains(*number)) {
    const auto said = events_.said;
    return said(message);
  }
  if (const json::object* refusal = find_refusal(message)) return answer(*number, make_refusal(*refusal));
  answer(*number, message);
}

}  // namespace teahouse::conferences
