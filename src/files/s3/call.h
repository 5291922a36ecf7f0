// Call: one request to a bucket, until it is answered or given up. Only for bucket.cc and call.cc.
//
// Thread: the bucket's loop.
#pragma once

#include <functional>
#include <string>

#include "files/s3/bucket.h"
#include "http/client.h"
#include "net/loop.h"

namespace teahouse::s3 {

class Call final : http::Exchange::Events {
 public:
  using Done = std::function<void(Result<S3Answer>)>;
  Call(Bucket& bucket, http::Client& client, S3Request request, Done done);
  // `ended` is called once, after `done`; it destroys the call.
  void begin(std::function<void()> ended);
  void give_up();

 private:
  void on_head(http::ResponseHead head) override;
  void on_body(std::string_view bytes) override;
  void on_complete() override;
  void on_failed(const Error& error) override;
  void on_writable() override { send_more(); }

  void attempt();
  http::ClientRequest make_request() const;
  bool may_ask_again() const;
  void ask_again_or_end(const std::string& why);
  void send_more();
  void end(Result<S3Answer> result);
  void refuse(const std::string& why);

  Bucket& bucket_;
  http::Client& client_;
  const S3Request request_;
  Done done_;
  std::function<void()> ended_;
  http::Exchange exchange_;
  net::Timer timer_;
  S3Answer answer_;
  uint64_t sent_ = 0;
  int64_t begun_ms_ = 0, wait_ms_;
  int attempts_ = 0;
};

}  // namespace teahouse::s3
