#include "events/event.h"

namespace teahouse {

const EventType* type_of(const EventBody& body) {
  return std::visit(
      [](const auto& each) -> const EventType* {
        if constexpr (std::is_same_v<std::decay_t<decltype(each)>, std::monostate>) {
          return nullptr;
        } else {
          return &std::decay_t<decltype(each)>::type;
        }
      },
      body);
}

}  // namespace teahouse
