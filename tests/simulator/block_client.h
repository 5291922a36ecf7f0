// BlockClient: a device blocks its account's contacts, and hears from them again (XEP-0191).
//
// Thread: one. Lifetime: its device has it.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "xml/document.h"

namespace teahouse::simulator {

class Device;
struct Scene;

class BlockClient {
 public:
  BlockClient(Scene& scene, Device& device) : scene_(scene), device_(device) {}

  // Blocks the contact, or ends that. REQUIRES: the device is ready.
  void act(const std::string& contact);
  void forget() { requests_.clear(); }  // its session is over
  // True: the stanza was for this.
  bool take(const xml::Element& stanza);

 private:
  struct Request {
    std::string contact;
    bool blocks = false;
    uint64_t number = 0;
  };
  Scene& scene_;
  Device& device_;
  std::map<std::string, Request> requests_;  // without an answer, by the ids of their iqs
};

}  // namespace teahouse::simulator
