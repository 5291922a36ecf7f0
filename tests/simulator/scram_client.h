// ScramClient: the client's part of SCRAM-SHA-256, without channel binding.
//
// Thread: one. Spec: RFC 5802, RFC 7677.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace teahouse::simulator {

class ScramClient {
 public:
  ScramClient(std::string localpart, std::string password, const std::string& nonce);

  std::string first() const { return "n,," + first_bare_; }
  // The answer to the server's first message.
  std::string respond(const std::string& server_first) const;

 private:
  const std::string password_;
  const std::string first_bare_;
};

}  // namespace teahouse::simulator
