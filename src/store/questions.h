// Questions: those that a plane was asked and has not answered yet, so that a server that ends can wait for them.
//
// Thread: any.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

namespace teahouse::store {

class Questions {
 public:
  // Held for as long as one question has no answer.
  using Held = std::shared_ptr<const void>;

  Questions();
  ~Questions();
  Questions(const Questions&) = delete;

  Held begin() const;
  // Calls back once all that have begun until now are answered, on the thread that answers the last of them; at once
  // where there are none. Gives whether there were any.
  bool when_answered(std::function<void()> done);

 private:
  struct Generation;
  mutable std::mutex mutex_;
  std::shared_ptr<Generation> newest_;
};

}  // namespace teahouse::store
