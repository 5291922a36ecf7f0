// Verification: asks the server of a domain whether a dialback key, shown on a stream to us, is its own (XEP-0220
// section 2.2.2: we are the receiving server). One stream for one question.
//
// Thread: its home's. Destroying it ends the question.
// Limits: House::connect_timeout_ms in all. Errors: PeerStream's. Spec: XEP-0220 sections 2.2.2 and 2.4.
#pragma once

#include <functional>
#include <memory>

#include "net/loop.h"
#include "server/s2s/dialback.h"
#include "server/s2s/peer_stream.h"

namespace teahouse::s2s {

class Verification final : public PeerStream::Events {
 public:
  using Done = std::function<void(Result<bool> is_its_own)>;  // called once; it may destroy this

  // `shown` is the <db:result/> that came on the stream `stream_id` of ours.
  Verification(const PeerStream::Way& way, DialbackWord shown, std::string stream_id, Done done);
  ~Verification() override;
  void start();

 private:
  void on_features(const xml::Element& features) override;
  void on_element(const xml::Element& element) override;
  void on_failed(const Error& error) override { tell(error); }
  void tell(Result<bool> answer);

  const PeerStream::Way way_;
  const DialbackWord shown_;
  const std::string stream_id_;
  Done done_;
  std::shared_ptr<PeerStream> stream_;
  net::Timer clock_;
};

}  // namespace teahouse::s2s
