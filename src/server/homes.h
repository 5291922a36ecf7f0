// Homes: all homes, and the one way from one of them to another: a parcel is sent to a place.
//
// A parcel's arrive(Home&) is called at its place. Its outcome is told by a ticket that it carries (CommitTicket,
// Removal); the answer(Home&) of a question goes back to those who ask. Beside parcels nothing crosses but the
// connections of clients (c2s::Clients::move), and those to the tenants' proxies.
//
// Thread: any, once the loops run.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/task.h"
#include "net/loop.h"
#include "server/place.h"
#include "tenant/tenant.h"

namespace teahouse {

class Home;

class Homes {
 public:
  template <class Question>
  using Answer = decltype(std::declval<Question&>().answer(std::declval<Home&>()));

  // For Home. REQUIRES: nothing has been sent; homes come in the order of their loops.
  void add(Home& home);
  // For Home, as it ends: what is sent there from now on is dropped. REQUIRES: no loop runs any more.
  void remove(const Home& home);

  size_t count() const { return homes_.size(); }
  // A bare JID (or a host's name) belongs to exactly one place.
  Place place_of(std::string_view bare_jid) const {
    return {Peer::own, static_cast<uint16_t>(std::hash<std::string_view>{}(bare_jid) % homes_.size())};
  }

  // The parcel arrives in a later turn; those that one home sends to another keep their order. When a server ends, its
  // homes do one after another: a parcel for one that has ended is dropped.
  template <Parcel P>
  void send(Place to, P parcel) const {
    const Entry& there = homes_[to.loop];
    if (!there.loop) return;
    there.loop->post([home = there.home, parcel = std::move(parcel)]() mutable { parcel.arrive(*home); });
  }
  template <Parcel P>
  void send_each(const P& parcel) const {
    for (const Entry& each : homes_) {
      if (each.loop) send(each.place(), parcel);
    }
  }
  // At once where the caller is on the loop of the place.
  template <Parcel P>
  void hand(Place to, P parcel) const {
    const Entry& there = homes_[to.loop];
    if (there.loop && there.loop->is_home()) return parcel.arrive(*there.home);
    send(to, std::move(parcel));
  }

  // The task goes on on `asker` with the answer.
  template <Parcel Question>
  Task<Answer<Question>> ask(Executor& asker, Place to, Question question) const {
    using Done = typename Async<Answer<Question>>::Done;
    Async<Answer<Question>> asked(asker, [this, to, question](Done done) {
      send(to, Asked<Question>{question, std::move(done)});
    });
    auto answer = co_await asked;
    co_return answer;
  }
  // All homes at once; their answers, by the indices of their loops.
  template <Parcel Question>
  Task<std::vector<Answer<Question>>> ask_each(Executor& asker, Question question) const {
    using Answers = std::vector<Answer<Question>>;
    Async<Answers> asked(asker, [this, question](typename Async<Answers>::Done done) {
      const auto gathering = std::make_shared<Gathering<Answer<Question>>>();
      gathering->answers.resize(homes_.size());
      gathering->left = homes_.size();
      gathering->done = std::move(done);
      for (const Entry& each : homes_) send(each.place(), AskedOfAll<Question>{question, each.place(), gathering});
    });
    auto answers = co_await asked;
    co_return answers;
  }

  // Tells every home of a tenant that is new, changed, suspended, resumed; or removed. Ends when all have it.
  Task<void> publish(Executor& asker, TenantPtr tenant, bool removed) const;

 private:
  struct Entry {
    net::Loop* loop;  // null when the home has ended
    Home* home;
    Place place() const { return {Peer::own, static_cast<uint16_t>(loop->index())}; }
  };
  template <class Question>
  struct Asked {
    Question question;
    std::function<void(Answer<Question>)> done;
    void arrive(Home& here) { done(question.answer(here)); }
  };
  // Each home writes at its place.
  template <class T>
  struct Gathering {
    static_assert(!std::is_same_v<T, bool>, "neighbours in a vector of bool can't be written at once");
    std::vector<T> answers;
    std::atomic<size_t> left = 0;
    std::function<void(std::vector<T>)> done;
  };
  template <class Question>
  struct AskedOfAll {
    Question question;
    Place place;
    std::shared_ptr<Gathering<Answer<Question>>> gathering;
    void arrive(Home& here) {
      gathering->answers[place.loop] = question.answer(here);
      if (gathering->left.fetch_sub(1) == 1) gathering->done(std::move(gathering->answers));
    }
  };

  std::vector<Entry> homes_;  // by the indices of their loops
};

}  // namespace teahouse
