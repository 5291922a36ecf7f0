// Site: a tenant's own server, which calls the HTTP API: it sends messages for users, one after the other, and does so
// again under the same key until it has an answer; it removes users and gives their names to others. And the operator,
// who suspends the tenant and changes what it has.
//
// Thread: one.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/simulator/device.h"

namespace teahouse::simulator {

class Site {
 public:
  // Told what everybody else's rules depend on.
  class Events {
   public:
    virtual ~Events() = default;
    virtual void begin_removal(const std::string& account) = 0;
    virtual void end_removal(const std::string& account) = 0;  // the name is another's now
    virtual void begin_trouble(const std::string& domain) = 0;
    virtual void end_trouble(const std::string& domain) = 0;
  };

  Site(Scene& scene, Town& town, const TownTenant& tenant, Events& events);
  ~Site() { lose_connection(); }
  Site(const Site&) = delete;

  // One of its calls, by chance, unless it waits for an answer.
  void act();
  // Sends the call that has no answer yet, unless it is on its way.
  void call(RunningServer& server);
  // Switches on again what the operator has switched off.
  void restore();
  void exchange();
  void lose_connection();
  bool is_idle() const { return calls_.empty(); }

 private:
  struct Call {
    std::string method, path, form, key;  // the Idempotency-Key; empty: none
    bool by_operator = false;
    std::function<bool(int status)> answered;  // false: the call is made again
  };

  void say();
  void replace_user();
  void make_user(const Person& person);
  void change_tenant();
  void begin(Call call) { calls_.push_back(std::move(call)); }
  void take_answer();
  void note(const std::string& what) { scene_.trace.add(tenant_.domain, what); }

  Scene& scene_;
  Town& town_;
  const TownTenant& tenant_;
  Events& events_;
  std::vector<Person> people_;
  std::map<std::string, uint64_t> chains_;  // by account
  std::deque<Call> calls_;
  int fd_ = -1;
  std::string in_;
  bool changed_ = false;
};

}  // namespace teahouse::simulator
