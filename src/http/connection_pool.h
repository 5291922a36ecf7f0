// ConnectionPool: which exchange of a Client has a connection to a host, and the connections that wait for another
// exchange. Only for the client's files.
//
// Thread: its loop's. Owns: the idle connections; one that says anything, or closes, is dropped.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>

#include "base/text_map.h"
#include "net/connection.h"
#include "net/intrusive_list.h"
#include "net/loop.h"

namespace teahouse::http {

class ConnectionPool {
 public:
  // An exchange that wants a place; it leaves the queue when it is destroyed.
  class Waiter : public net::ListNode {
   public:
    virtual ~Waiter() = default;
    // It may have a connection to its host: this one, or where there is none it makes one.
    virtual void on_place(std::unique_ptr<net::Connection> connection) = 0;
  };

  ConnectionPool(net::Loop& loop, size_t per_host_max, size_t idle_max, int64_t idle_timeout_ms);
  ~ConnectionPool();

  // Gives a place now or in its turn. `key` names the host: scheme, name and port.
  void ask(const std::string& key, Waiter& waiter);
  // Gives a place back, with its connection if another exchange may follow on it.
  void give_back(const std::string& key, std::unique_ptr<net::Connection> connection);
  size_t idle() const { return idle_.size(); }

 private:
  struct Host {
    size_t in_use = 0;
    net::ListNode waiting;
  };
  struct Idle;

  std::unique_ptr<net::Connection> take_idle(const std::string& key);

  net::Loop& loop_;
  const size_t per_host_max_, idle_max_;
  const int64_t idle_timeout_ms_;
  TextMap<std::unique_ptr<Host>> hosts_;  // those in use
  std::list<Idle> idle_;                  // the one idle for longest first
};

}  // namespace teahouse::http
