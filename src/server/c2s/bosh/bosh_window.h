// BoshWindow: the requests of one BOSH session by their numbers (rid): which is next, which waits for one that is still
// to come, which waits for its answer, and what those that were answered last got. It does no I/O and knows no clock.
//
// A request goes through receive(), then take_next() once all before it have come, finish() once what stood in it was
// handed on, and answer(), in order.
//
// Limits: unanswered requests: `requests`, and one more that pauses or ends the session. Answers kept: `requests`. A
// request may be repeated repeats_max times.
// Spec: XEP-0124 sections 11, 12, 14 and 15.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "base/shared_bytes.h"

namespace teahouse::c2s {

class BoshWindow {
 public:
  static constexpr int repeats_max = 16;

  struct Terms {
    int64_t requests = 2;  // that a client may have open
    int64_t hold = 1;      // that may wait for something to come; 0: the client polls
    int64_t polling_ms = 2000;
  };
  struct Request {
    int64_t rid = 0;
    bool is_empty = false;
    bool may_exceed = false;  // it pauses or ends the session
    std::string key = {}, newkey = {};
  };
  enum class Verdict : uint8_t {
    taken,      // new; it is next, or waits for those before it
    again,      // it came before and waits for its answer still: the one that came later gets it
    answered,   // it was answered: find_answer()
    not_found,  // ends the session: item-not-found
    too_many,   // ends the session: policy-violation
  };

  // `rid`: of the request that asks for the session, which is the first to be received.
  BoshWindow(int64_t rid, const Terms& terms) : terms_(terms), next_(rid) {}

  Verdict receive(const Request& request, int64_t now_ms);
  // The next in order, if it has come.
  std::optional<int64_t> take_next();
  // The request that was taken last has not the key that follows from the one before it.
  bool has_wrong_key() const { return has_wrong_key_; }
  void finish(int64_t rid);

  // Of those that were taken and not answered the oldest; it is the one to answer.
  std::optional<int64_t> oldest() const;
  bool is_finished(int64_t rid) const;
  // More wait than may be held.
  bool is_over_hold() const { return waiting() > terms_.hold; }
  int64_t waiting() const;  // that were taken and not answered
  bool is_taken(int64_t rid) const { return rid < next_; }

  // REQUIRES: oldest() == rid.
  void answer(int64_t rid, SharedBytes answer, bool has_payload);
  SharedBytes find_answer(int64_t rid) const;  // empty: none is kept

 private:
  struct Asked {
    std::string key, newkey;
    int repeats = 0;
    bool is_finished = false;
  };
  struct Told {
    int64_t rid = 0;
    std::string key;
    SharedBytes answer;
    int repeats = 0;
  };
  Verdict repeat(int& repeats, const std::string& kept, const std::string& key, Verdict verdict) const;
  bool is_too_soon(const Request& request, int64_t now_ms) const;

  const Terms terms_;
  int64_t next_;
  std::map<int64_t, Asked> asked_;  // and not answered
  std::deque<Told> told_;
  std::string expected_;  // the next key has this hash; empty: keys are not in use
  bool has_wrong_key_ = false;
  bool is_first_ = true;
  int64_t last_ms_ = 0;          // when the last new request came
  bool last_was_empty_ = false;  // and whether that was
  bool last_answer_was_empty_ = false;
};

}  // namespace teahouse::c2s
