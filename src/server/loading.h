// Loading: work for named things that must be loaded before it can be done. Work for one name stands in a line while
// its thing is loaded, or leaves; then it is done one after the other, and what comes meanwhile stands behind.
//
// Thread: its owner's.
// Limits: a line never refuses by itself; what strangers send is refused where the line is_full().
#pragma once

#include <cstddef>
#include <deque>
#include <unordered_map>
#include <utility>

namespace teahouse {

template <class Name, class Work>
class Loading {
 public:
  static constexpr size_t waits_max = 1000;

  // Work for this name has to wait.
  bool is_held(const Name& name) const { return !lines_.empty() && lines_.contains(name); }
  bool is_full(const Name& name) const {
    const auto line = lines_.find(name);
    return line != lines_.end() && line->second.work.size() >= waits_max;
  }

  // The work is done after release(). True: nothing held the name, so the caller begins to load.
  bool wait(const Name& name, Work work) {
    const auto [line, is_new] = lines_.try_emplace(name);
    line->second.work.push_back(std::move(work));
    return is_new;
  }
  // Work for this name waits from now on, also what waits already: the thing is leaving.
  void hold(const Name& name) { lines_[name].is_held = true; }
  // Calls `done` with each work in the line, also with what comes meanwhile, until there is none or one of them holds
  // the name anew.
  template <class Done>
  void release(const Name& name, Done done) {
    if (const auto line = lines_.find(name); line != lines_.end()) line->second.is_held = false;
    while (true) {
      const auto line = lines_.find(name);  // work may end it
      if (line == lines_.end() || line->second.is_held) return;
      if (line->second.work.empty()) {
        lines_.erase(line);
        return;
      }
      const Work work = std::move(line->second.work.front());
      line->second.work.pop_front();
      done(work);
    }
  }

 private:
  struct Line {
    std::deque<Work> work;
    bool is_held = true;
  };
  std::unordered_map<Name, Line> lines_;
};

}  // namespace teahouse
