// Town: two tenants and their accounts, as every simulated house has them at first. Made once, since deriving keys of
// passwords is slow on purpose; what runs change in the control plane is undone after each.
//
// Thread: one.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/simulator/control.h"

namespace teahouse::simulator {

struct Person {
  std::string localpart, domain, password;
  std::string address() const { return localpart + "@" + domain; }
};

struct TownTenant {
  std::string name, domain, api_key;
};

class Town {
 public:
  Town();

  SimulatedControl& control() { return control_; }
  const std::vector<Person>& people() const { return people_; }
  const std::vector<TownTenant>& tenants() const { return made_; }
  const std::string& operator_key() const { return operator_key_; }
  // The password that it had, for an account that was made anew; its keys are not derived again.
  void give_password(const Person& person);
  const std::string& seal_key() const { return seal_key_; }

 private:
  const std::string seal_key_ = std::string(32, 'k');
  SimulatedControl control_;
  std::vector<Person> people_;
  std::vector<TownTenant> made_;
  const std::string operator_key_ = "key of the operator";
  std::map<std::string, store::Row> keys_;  // by address: its tenant's id, localpart and keys
};

}  // namespace teahouse::simulator
