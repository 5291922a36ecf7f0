// The questions that begin between two calls of when_answered() share a Generation: its last holder ends it. Each is
// held by the one before it, so that they end in their order.
#include "store/questions.h"

#include <utility>

namespace teahouse::store {

struct Questions::Generation {
  std::function<void()> ended;
  std::shared_ptr<Generation> next;

  ~Generation() {
    if (ended) ended();
  }
};

Questions::Questions() : newest_(std::make_shared<Generation>()) {}
Questions::~Questions() = default;

Questions::Held Questions::begin() const {
  const std::lock_guard lock(mutex_);
  return newest_;
}

bool Questions::when_answered(std::function<void()> done) {
  auto next = std::make_shared<Generation>();
  std::shared_ptr<Generation> ending;
  {
    const std::lock_guard lock(mutex_);
    ending = std::exchange(newest_, next);
    ending->ended = std::move(done);
    ending->next = std::move(next);
  }
  return ending.use_count() > 1;  // another holds it: a question, or the generation before
}

}  // namespace teahouse::store
