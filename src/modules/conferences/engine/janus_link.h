// JanusLink: the connection to a Janus: requests with their answers, and events, as JSON in packets.
//
// Thread: its loop's. Owns: the socket.
// Limits: request_bytes_max a request (Janus 1.1.2 drops packets of more than 8,192 bytes, and says nothing);
// asked_max that wait; an answer comes within answer_ms.
// Errors: of an answer: service_unavailable: none came, or the link has ended; bad_request: Janus refuses, in its
// words; resource_constraint: a limit. Spec: https://janus.conf.meetecho.com/docs/rest.html, of version 1.1.2.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/result.h"
#include "net/loop.h"

namespace boost::json {
class object;
}

namespace teahouse::conferences {

class JanusLink final : public net::Pollable {
 public:
  static constexpr size_t request_bytes_max = 8000, asked_max = 4096;
  static constexpr int64_t answer_ms = 10'000;

  using Answered = std::function<void(Result<boost::json::object>)>;
  struct Events {
    std::function<void(const boost::json::object&)> said;  // an event that nobody waits for
    std::function<void()> over;                            // told once; it may be destroyed then
  };
  JanusLink(net::Loop& loop, int fd, Events events);
  ~JanusLink() override;  // nobody is answered any more

  // The answer is the one that ends the request (no "ack"), never out of this call. Without `answered` none is awaited.
  void ask(boost::json::object request, Answered answered);

 private:
  struct Asked {
    Answered answered;
    net::Timer late;
  };
  void on_ready(uint32_t events) override;
  bool read_one();
  void take(const boost::json::object& message);
  void answer(uint64_t number, Result<boost::json::object> result);
  void refuse(Answered answered, Error error);

  net::Loop& loop_;
  const int fd_;
  const Events events_;
  std::unordered_map<uint64_t, Asked> asked_;
  uint64_t last_number_ = 0;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace teahouse::conferences
