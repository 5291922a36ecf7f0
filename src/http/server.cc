#include "http/server.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include "http/server_connection.h"

namespace teahouse::http {

const std::string& Server::State::date_now() {
  const int64_t now_s = loop.clock().wall_ms() / 1000;
  if (now_s != date_s) {
    date_s = now_s;
    const auto seconds = static_cast<time_t>(now_s);
    tm parts{};
    gmtime_r(&seconds, &parts);
    char text[64];
    strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);  // the program stays in the C locale
    date = text;
  }
  return date;
}

Server::Server(net::Loop& loop, Handler& handler, ServerOptions options)
    : state_(std::make_unique<State>(loop, handler, std::move(options))) {}

Server::~Server() {
  for (auto& [key, connection] : std::exchange(state_->connections, {})) connection->detach();
}

void Server::attach(std::unique_ptr<net::Connection> connection) {
  auto served = std::make_shared<ServerConnection>(*state_, std::move(connection));
  state_->connections.emplace(served.get(), served);
  served->start();
}

void Server::attach_started(std::unique_ptr<net::Connection> connection, std::string_view bytes) {
  auto served = std::make_shared<ServerConnection>(*state_, std::move(connection));
  state_->connections.emplace(served.get(), served);
  served->take_over(bytes);
}

void Server::close() {
  state_->closing = true;
  const auto all = state_->connections;  // closing one removes it
  for (const auto& [key, connection] : all) connection->close_when_idle();
}

size_t Server::connections() const { return state_->connections.size(); }

bool Server::owes_answers() const {
  const auto& all = state_->connections;
  return std::any_of(all.begin(), all.end(), [](const auto& each) { return each.second->owes_answer(); });
}

Responder::Responder(std::weak_ptr<ServerConnection> connection, net::Loop& loop, uint64_t serial)
    : connection_(std::move(connection)), loop_(&loop), serial_(serial) {}

Responder::Responder(Responder&& other) noexcept
    : connection_(std::move(other.connection_)), loop_(std::exchange(other.loop_, nullptr)), serial_(other.serial_) {}

Responder& Responder::operator=(Responder&& other) noexcept {
  if (this == &other) return *this;
  drop();
  connection_ = std::move(other.connection_);
  loop_ = std::exchange(other.loop_, nullptr);
  serial_ = other.serial_;
  return *this;
}

Responder::~Responder() { drop(); }

void Responder::send(Response response) {
  net::Loop* const loop = std::exchange(loop_, nullptr);
  if (!loop) return;
  auto connection = connection_.lock();
  if (!connection) return;
  if (loop->is_home()) return connection->answer(serial_, std::move(response));
  // The reference travels along, so that the last one goes where the connection lives.
  loop->post([connection = std::move(connection), serial = serial_, response = std::move(response)]() mutable {
    connection->answer(serial, std::move(response));
  });
}

void Responder::drop() {
  net::Loop* const loop = std::exchange(loop_, nullptr);
  if (!loop) return;
  auto connection = connection_.lock();
  if (!connection) return;
  if (loop->is_home()) return connection->answer_dropped(serial_);
  loop->post([connection = std::move(connection), serial = serial_] { connection->answer_dropped(serial); });
}

void Responder::when_peer_leaves(std::function<void()> work) {
  const auto connection = connection_.lock();
  if (!connection) return work();
  connection->when_peer_leaves(serial_, std::move(work));
}

RequestBody Responder::take_body(RequestBody::Events& events) {
  const auto connection = loop_ ? connection_.lock() : nullptr;
  return connection ? connection->take_body(serial_, events) : RequestBody();
}

Responder::Taken Responder::take_connection() {
  if (!std::exchange(loop_, nullptr)) return {};
  const auto connection = connection_.lock();
  return connection ? connection->take_connection(serial_) : Taken{};
}

}  // namespace teahouse::http
