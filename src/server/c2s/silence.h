// Silence: since when nothing has come from a client, and what is to be done about it: first a probe, and without an
// answer the client is given up.
//
// A value; its owner looks now and then, and tells whether anything came in between.
#pragma once

#include <cstdint>

namespace teahouse::c2s {

class Silence {
 public:
  enum class Then : uint8_t { wait, probe, give_up };

  Then look(int64_t now_ms, bool heard, int64_t probe_after_ms, int64_t answer_ms);
  int64_t since_ms() const { return heard_ms_; }  // 0: nobody has looked yet
  bool is_probed() const { return probed_ms_ != 0; }
  // The probe has had no answer for as long as a client that is there, on a slow network, needs for it.
  bool is_telling(int64_t now_ms) const { return is_probed() && now_ms - probed_ms_ >= prompt_ms; }
  static constexpr int64_t prompt_ms = 4000;

 private:
  int64_t heard_ms_ = 0;   // when a look found that something had come
  int64_t probed_ms_ = 0;  // when the probe was due that has no answer yet; 0: none was
};

}  // namespace teahouse::c2s
