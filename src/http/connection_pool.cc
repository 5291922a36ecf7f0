#include "http/connection_pool.h"

#include <utility>

namespace teahouse::http {

struct ConnectionPool::Idle final : net::Connection::Events {
  Idle(ConnectionPool& owner, std::string of, std::unique_ptr<net::Connection> kept)
      : pool(owner), key(std::move(of)), connection(std::move(kept)) {}
  void start() {
    connection->set_events(*this);
    timer = pool.loop_.start_timer(pool.idle_timeout_ms_, [this] { drop(); });
  }
  void on_bytes(std::string_view /*bytes*/) override { drop(); }
  void on_closed(std::string_view /*why*/) override { drop(); }
  void drop() {
    pool.idle_.remove_if([this](const Idle& each) { return &each == this; });
  }

  ConnectionPool& pool;
  std::string key;
  std::unique_ptr<net::Connection> connection;
  net::Timer timer;
};

ConnectionPool::ConnectionPool(net::Loop& loop, size_t per_host_max, size_t idle_max, int64_t idle_timeout_ms)
    : loop_(loop), per_host_max_(per_host_max), idle_max_(idle_max), idle_timeout_ms_(idle_timeout_ms) {}
ConnectionPool::~ConnectionPool() = default;

// The newest: it is the least likely to be closed by now.
std::unique_ptr<net::Connection> ConnectionPool::take_idle(const std::string& key) {
  for (auto each = idle_.rbegin(); each != idle_.rend(); ++each) {
    if (each->key != key || each->connection->is_closing()) continue;
    auto connection = std::move(each->connection);
    idle_.erase(std::next(each).base());
    return connection;
  }
  return nullptr;
}

void ConnectionPool::ask(const std::string& key, Waiter& waiter) {
  auto& host = hosts_[key];
  if (!host) host = std::make_unique<Host>();
  if (host->in_use == per_host_max_) return waiter.link_before(host->waiting);
  ++host->in_use;
  waiter.on_place(take_idle(key));
}

void ConnectionPool::give_back(const std::string& key, std::unique_ptr<net::Connection> connection) {
  const auto found = hosts_.find(key);
  Host& host = *found->second;
  if (host.waiting.linked()) {
    auto& next = static_cast<Waiter&>(*host.waiting.next());
    next.unlink();
    return next.on_place(std::move(connection));
  }
  if (--host.in_use == 0) hosts_.erase(found);
  if (!connection || idle_max_ == 0) return;
  if (idle_.size() == idle_max_) idle_.pop_front();
  idle_.emplace_back(*this, key, std::move(connection)).start();
}

}  // namespace teahouse::http
