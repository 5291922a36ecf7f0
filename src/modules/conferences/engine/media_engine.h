// MediaEngine: forwards sound and pictures between the participants of group calls: an SFU, in a process of its own.
//
// Everything that is said to it and by it is SDP (RFC 8866) and JSEP's roles; what it says of addresses stands in the
// SDP, none trickles. It reaches nobody by itself: participants' machines come to its ports, so that no candidate of
// theirs goes into SDP.
//
// Thread: its loop's. Lifetime: rooms and lines end before it.
// Errors: service_unavailable: it is not there, or has ended; bad_request: it can't use the SDP; resource_constraint:
// the SDP is too long, or too much waits for it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"

namespace teahouse::conferences {

class MediaEngine {
 public:
  // One participant's connection, one way. Destroying it hangs up; nothing is told after that.
  class Line {
   public:
    virtual ~Line() = default;
    // Of a line that was offered to: the participant's answer. Told by Events::over where it can't be used.
    virtual void accept(const std::string& answer) = 0;
  };
  struct Events {
    // The engine's answer to an offer, or its offer; an error is the line's end.
    std::function<void(Result<std::string>)> described;
    std::function<void()> up;                          // media can flow
    std::function<void(const std::string& why)> over;  // told once, and then nothing more; the line may be destroyed
  };

  // A room of the engine. Destroying it ends it; its lines end with it, and are told.
  class Room {
   public:
    virtual ~Room() = default;
    // The participant sends by this offer; others name the feed to get it.
    virtual std::unique_ptr<Line> publish(const std::string& feed, const std::string& offer, Events events) = 0;
    virtual std::unique_ptr<Line> subscribe(const std::string& feed, Events events) = 0;
    // The feed is heard by nobody, until it is again. REQUIRES: the line of the feed is up.
    virtual void silence(const std::string& feed, bool is_silent) = 0;
  };
  struct Limits {
    int64_t feeds_max = 60;
    int64_t bits_per_s = 2'500'000;  // that a feed's pictures are asked to stay below
  };
  // It may not be there yet: what is asked of it waits. Starts the engine where it does not run.
  virtual std::unique_ptr<Room> open(const Limits& limits) = 0;

  virtual ~MediaEngine() = default;
};

}  // namespace teahouse::conferences
