// Trial: proves a domain of ours to another server in both ways, EXTERNAL and dialback, each on a stream of its own, to
// learn whether they work there; nothing is sent on them but the proof.
//
// Thread: its home's. Lifetime: Federation's. Destroying it ends it, untold.
// Limits: House::connect_timeout_ms for each of the two. Spec: XEP-0178, XEP-0220 section 2.2.1.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/ids.h"
#include "net/loop.h"
#include "server/s2s/peer_stream.h"

namespace teahouse::s2s {

// Errors of it are words; an optional that is empty: it did not come to that.
struct TrialOutcome {
  std::string why_not;  // the last thing that went wrong
  bool offers_external = false;
  std::optional<bool> external, dialback;  // it let us in
  std::string certificate_proof;           // PeerStream::proof()
};

class Trial final : public PeerStream::Events {
 public:
  using Done = std::function<void(TrialOutcome)>;  // called once, from the loop; it may destroy this

  Trial(const PeerStream::Way& way, Pair pair, TenantId tenant, Done done);
  ~Trial() override;
  void start();

 private:
  enum class State : uint8_t { opening, by_certificate, opening_again, by_dialback };

  // PeerStream::Events
  void on_features(const xml::Element& features) override;
  void on_element(const xml::Element& element) override;
  void on_failed(const Error& error) override;

  void open(State state);
  void begin_dialback();
  void end_stream();
  void tell();

  const PeerStream::Way way_;
  const Pair pair_;
  const TenantId tenant_;
  Done done_;
  TrialOutcome outcome_;
  State state_ = State::opening;
  std::shared_ptr<PeerStream> stream_;
  net::Timer clock_;
};

}  // namespace teahouse::s2s
