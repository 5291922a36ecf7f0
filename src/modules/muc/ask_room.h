// Questions of the HTTP API on their way to a room, and their answers.
//
// Thread: asked on any; answered at the room's home.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "modules/muc/muc.h"
#include "modules/muc/service.h"
#include "server/module_context.h"

namespace teahouse::muc {

template <class T>
using Done = std::function<void(Result<T>)>;

inline Error no_room() { return {ErrorKind::item_not_found, "There is no such room."}; }

// A question on its way to a room. Its arrive() gets null where there is none, and may call `done` later, once. One
// that has arrive_asleep() does not load the room: that is called where it is not in memory, or not there.
template <class Question>
struct ToRoom {
  BareJid jid;
  Question question;
  Done<typename Question::Answer> done;

  void arrive(Module* module, const HostPtr& host) const {
    Service* service = find_service(module);
    if (!service || !host) return done(no_room());
    if (!service->is_at(*host)) {
      return done(Error{ErrorKind::item_not_found, "This site has no rooms: its module muc is switched off."});
    }
    if constexpr (requires { question.arrive_asleep(done); }) {
      if (!service->is_awake(jid)) return question.arrive_asleep(done);
    }
    service->with_room(host, jid, [service, host, self = *this](Result<Room*> room) {
      if (!room) return self.done(room.error());
      // One that is being set up by its owner is nobody else's yet.
      if (*room && (*room)->locked) {
        return self.done(Error{ErrorKind::conflict, "This room is being set up in a client."});
      }
      self.question.arrive(*service, host, *room, self.done);
    });
  }
};

template <class Question>
Task<Result<typename Question::Answer>> ask_room(const SharedContext* context, Executor* home, TenantPtr tenant,
                                                 Result<BareJid> jid, Question question) {
  using Answer = typename Question::Answer;
  if (!jid) co_return jid.error();
  Async<Result<Answer>> asked(*home, [context, tenant, jid, question](Done<Answer> done) {
    context->send(tenant->id, *jid, ToRoom<Question>{*jid, question, std::move(done)});
  });
  auto result = co_await asked;
  co_return result;
}

// Answers when what the room has written is on disk and has left; or with the error, where the disk takes nothing.
template <class T>
Task<void> answer_when_stored(ModuleContext* context, std::shared_ptr<Traffic> traffic, Result<T> answer,
                              Done<T> done) {
  const auto stored = co_await context->wait(context->loop(), traffic->gate());
  if (!stored) {
    done(stored.error());
    co_return;
  }
  traffic->run([done = std::move(done), answer = std::move(answer)] { done(answer); });
}

template <class T>
void answer(const Room& room, Result<T> answer, Done<T> done) {
  spawn(answer_when_stored<T>(&room.context(), room.traffic(), std::move(answer), std::move(done)));
}

}  // namespace teahouse::muc
