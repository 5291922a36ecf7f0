#include "server/c2s/stream_limits.h"

#include <algorithm>

namespace teahouse::c2s {
namespace {

StreamLimits with(const xml::Limits& element) { return {element, {.message_bytes_max = element.element_bytes_max}}; }

}  // namespace

StreamLimits StreamLimits::of_stranger() {
  xml::Limits limits;
  limits.element_bytes_max = 16 * 1024;
  limits.depth_max = 8;
  limits.attributes_max = 16;
  limits.elements_max = 64;
  return with(limits);
}

StreamLimits StreamLimits::of(const PlanLimits& plan) {
  xml::Limits limits;
  limits.element_bytes_max = stanza_bytes_max;
  if (plan.stanza_bytes != unlimited) {
    limits.element_bytes_max = std::min(stanza_bytes_max, static_cast<size_t>(plan.stanza_bytes));
  }
  return with(limits);
}

}  // namespace teahouse::c2s
