#include "tests/simulator/site.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <cstdlib>
#include <utility>

namespace teahouse::simulator {
namespace {

bool is_final(int status) { return status != 0 && status < 500 && status != 409 && status != 429; }
std::string encode(const std::string& text) {
  std::string encoded;
  for (const char each : text) {
    if (std::isalnum(static_cast<unsigned char>(each))) {
      encoded += each;
    } else {
      constexpr char digits[] = "0123456789ABCDEF";
      encoded += {'%', digits[static_cast<unsigned char>(each) / 16], digits[static_cast<unsigned char>(each) % 16]};
    }
  }
  return encoded;
}
bool is_good(int status) { return status >= 200 && status < 300; }

}  // namespace

Site::Site(Scene& scene, Town& town, const TownTenant& tenant, Events& events)
    : scene_(scene), town_(town), tenant_(tenant), events_(events) {
  for (const Person& person : town.people()) {
    if (person.domain != tenant.domain) continue;
    people_.push_back(person);
    chains_[person.address()] = scene.book.begin_chain(person.address());
  }
}

void Site::act() {
  if (!is_idle()) return;
  if (changed_) return restore();
  switch (scene_.chance.below(24)) {
    case 0: return replace_user();
    case 1: return change_tenant();
    default: return say();
  }
}

void Site::say() {
  const Person from = scene_.chance.pick(people_), to = scene_.chance.pick(people_);
  const Said said = scene_.book.say(chains_.at(from.address()), to.address(), true);
  note("says for a user: " + said.body());
  begin({"POST", "/v1/messages",
         "from=user:" + from.localpart + "&to=user:" + to.localpart + "&text=" + encode(said.body()),
         "key-" + std::to_string(said.number), false, [this, number = said.number](int status) {
           if (!is_final(status)) return false;
           if (is_good(status)) scene_.book.acknowledge(number);
           return true;
         }});
}

void Site::replace_user() {
  const Person person = scene_.chance.pick(people_);
  note("removes " + person.address());
  events_.begin_removal(person.address());
  begin({"DELETE", "/v1/users/" + person.localpart, {}, {}, false, [this, person](int status) {
           if (!is_final(status)) return false;
           make_user(person);
           return true;
         }});
}

// Its name is free when nothing is left of the former owner.
void Site::make_user(const Person& person) {
  begin({"PUT", "/v1/users/" + person.localpart, "name=new", {}, false, [this, person](int status) {
           if (!is_good(status)) return false;
           note(person.address() + " is somebody else's now");
           town_.give_password(person);
           events_.end_removal(person.address());
           return true;
         }});
}

void Site::change_tenant() {
  const std::string tenant = "/operator/v1/tenants/" + tenant_.name;
  const auto changed = [](int status) { return is_good(status); };
  changed_ = true;
  events_.begin_trouble(tenant_.domain);
  switch (scene_.chance.below(3)) {
    case 0: note("is suspended"); return begin({"POST", tenant + "/suspend", "reason=bill", {}, true, changed});
    case 1: note("has a small plan"); return begin({"PATCH", tenant, "plan=small", {}, true, changed});
    default: note("goes without carbons"); return begin({"PATCH", tenant, "modules_off=carbons", {}, true, changed});
  }
}

void Site::restore() {
  if (!is_idle() || !std::exchange(changed_, false)) return;
  const std::string tenant = "/operator/v1/tenants/" + tenant_.name;
  begin({"PATCH", tenant, "plan=default&modules_off=", {}, true, [](int status) { return is_good(status); }});
  begin({"POST", tenant + "/resume", {}, {}, true, [this](int status) {
           if (!is_good(status)) return false;
           note("is whole again");
           events_.end_trouble(tenant_.domain);
           return true;
         }});
}

void Site::call(RunningServer& server) {
  if (fd_ >= 0 || calls_.empty()) return;
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) std::abort();
  fd_ = ends[0];
  in_.clear();
  const Call& call = calls_.front();
  std::string head = call.method + " " + call.path +
                     " HTTP/1.1\r\nHost: im.example\r\nConnection: close\r\nAuthorization: Bearer " +
                     (call.by_operator ? town_.operator_key() : tenant_.api_key) + "\r\n";
  if (!call.key.empty()) head += "Idempotency-Key: " + call.key + "\r\n";
  if (call.method != "DELETE") {
    head += "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " + std::to_string(call.form.size()) +
            "\r\n";
  }
  const std::string request = head + "\r\n" + call.form;
  if (::send(fd_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) std::abort();
  server.accept_http(ends[1], scene_.chance);
}

void Site::exchange() {
  std::array<char, 4096> bytes;
  while (fd_ >= 0) {
    const ssize_t got = ::recv(fd_, bytes.data(), bytes.size(), 0);
    if (got < 0) return;
    if (got == 0) return take_answer();
    in_.append(bytes.data(), static_cast<size_t>(got));
  }
}

void Site::take_answer() {
  lose_connection();
  const int status = in_.starts_with("HTTP/1.1 ") ? static_cast<int>(std::strtol(in_.c_str() + 9, nullptr, 10)) : 0;
  note("is answered " + std::to_string(status));
  const Call call = calls_.front();
  if (call.answered(status)) calls_.pop_front();
}

void Site::lose_connection() {
  if (fd_ < 0) return;
  ::close(fd_);
  fd_ = -1;
}

}  // namespace teahouse::simulator
