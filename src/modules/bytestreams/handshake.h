// Handshake: the server's side of SOCKS5 (RFC 1928) as XEP-0065 has it: no authentication, and a CONNECT to the hash of
// a stream, which is a name and no place. Nobody is ever connected to anything else.
//
// Limits: 262 bytes are kept, the longest that a greeting or a request can be; what comes behind the request is
// dropped. Errors: RFC 1928's: 0xFF for no method that it knows; 2 for a destination that is no hash with port 0, 7 for
// another command, 8 for another kind of address. Bytes of another protocol get no answer. Spec: RFC 1928 sections 3, 4
// and 6; XEP-0065 sections 6.3 and 10.2.
#pragma once

#include <string>
#include <string_view>

namespace teahouse::bytestreams {

class Handshake {
 public:
  enum class State : uint8_t {
    greeting,
    request,
    asked,    // the hash is there, and waits for grant() or refuse()
    refused,  // the answer, if there is one, is the last
  };

  // Gives what is to be sent, which may be nothing.
  std::string take(std::string_view bytes);
  State state() const { return state_; }
  // In lower case. REQUIRES: asked.
  const std::string& hash() const { return hash_; }
  // The reply of section 6 that the destination is reached; it repeats the destination as it was written. REQUIRES:
  // asked.
  std::string grant() const;
  static std::string refuse();  // by the rules of the house

 private:
  size_t wanted_bytes() const;
  void step(std::string& answer);
  void read_request_head(std::string& answer);
  void read_request(std::string& answer);
  void end(std::string& answer, std::string_view last);

  State state_ = State::greeting;
  std::string buffer_, destination_, hash_;
};

}  // namespace teahouse::bytestreams
