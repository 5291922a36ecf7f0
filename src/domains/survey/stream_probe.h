// StreamProbe: opens one stream to one address, as a client or a server that proves nothing; reads its features under
// TLS and ends it properly.
//
// Thread: its loop's. Owns: the connection. Lifetime: loop and Dns outlive it; destroying it ends it, untold.
// Limits: timeout_ms in all; stream_bytes_max of what comes, elements_max.
// Spec: RFC 6120 sections 4 and 5; XEP-0368.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domains/survey/places.h"
#include "net/connect.h"
#include "xml/stream_parser.h"

namespace teahouse::survey {

// All that came of one stream.
struct Probed {
  enum class Reached : uint8_t { nothing, connection, features, tls, all } reached = Reached::nothing;
  std::string error;                      // why no more was reached; empty with Reached::all
  bool is_unreachable_from_here = false;  // this machine has no such addresses
  bool offers_tls = false, requires_tls = false;
  std::vector<std::string> plain_mechanisms;  // offered without TLS
  std::vector<std::string> chain;             // in DER, its own first
  std::string tls_version, alpn;              // as Connection has them
  std::vector<std::string> mechanisms, bindings;
  bool offers_dialback = false;
};

class StreamProbe final : net::Connection::Events {
 public:
  static constexpr int64_t timeout_ms = 12'000;
  static constexpr size_t stream_bytes_max = 256 * 1024, elements_max = 8;
  struct Ways {
    net::Loop& loop;
    net::Dns& dns;
    net::AddressGuard guard;
    net::TlsTrust trust;  // not asked here: the caller judges the chain
  };
  using Done = std::function<void(Probed)>;  // called once, from the loop; it may destroy this

  StreamProbe(const Ways& ways, Place place, std::string ascii, Done done);
  ~StreamProbe() override = default;
  void start();

 private:
  void on_bytes(std::string_view bytes) override;
  void on_secure() override;
  void on_closed(std::string_view why) override;

  void on_connected(Result<std::unique_ptr<net::Connection>> connection);
  void begin_tls();
  void send_header();
  void on_element(const xml::Element& element);
  void on_plain_features(const xml::Element& features);
  void end(std::string error);  // properly; what came is told once the connection is over
  void tell();

  const Ways ways_;
  const Place place_;
  const std::string ascii_;
  Done done_;
  Probed probed_;
  net::Connecting connecting_;
  std::unique_ptr<net::Connection> connection_;
  std::optional<xml::StreamParser> parser_;
  net::Timer clock_;
  size_t bytes_ = 0, elements_ = 0;
  bool awaits_proceed_ = false, is_ending_ = false, has_sent_header_ = false;
};

}  // namespace teahouse::survey
