#include "modules/push/pushes_api.h"

#include "crypto/encoding.h"
#include "modules/push/push_module.h"

namespace teahouse::push {
namespace {

template <class T>
using Done = std::function<void(Result<T>)>;

// A question on its way to an account. Its arrive() may call `done` later, once.
template <class Question>
struct ToAccount {
  BareJid account;
  Question question;
  Done<typename Question::Answer> done;

  void arrive(Module* module, const HostPtr& host) const {
    auto* push = static_cast<PushModule*>(module);
    if (!push || !host || !push->context().is_at(*host)) {
      return done(Error{ErrorKind::item_not_found, "This site has no pushes: its module push is switched off."});
    }
    if (!push->house()) return done(PushModule::no_pushes());
    push->house()->with_resident(account, [push, self = *this](Result<Resident*> resident) {
      if (!resident) return self.done(resident.error());
      self.question.arrive(*push, **resident, self.done);
    });
  }
};

template <class Question>
Task<Result<typename Question::Answer>> ask(const SharedContext* context, Executor* home, TenantPtr tenant,
                                            std::string localpart, Question question) {
  using Answer = typename Question::Answer;
  const auto account = BareJid::make(localpart, tenant->domain());
  if (!account) co_return account.error();
  Async<Result<Answer>> asked(*home, [context, tenant, account, question](Done<Answer> done) {
    context->send(tenant->id, *account, ToAccount<Question>{*account, question, std::move(done)});
  });
  auto result = co_await asked;
  co_return result;
}

struct ListDevices {
  using Answer = std::vector<PushDevice>;
  void arrive(PushModule& push, Resident& resident, const Done<Answer>& done) const { done(push.list(resident)); }
};

struct AddDevice {
  using Answer = PushModule::Added;
  NewPushDevice device;
  void arrive(PushModule& push, Resident& resident, const Done<Answer>& done) const {
    done(push.add(resident, device));
  }
};

struct RemoveDevice {
  using Answer = Lsn;
  std::string id;
  void arrive(PushModule& push, Resident& resident, const Done<Answer>& done) const { done(push.remove(resident, id)); }
};

struct TestDevices {
  using Answer = std::vector<PushTest>;
  void arrive(PushModule& push, Resident& resident, const Done<Answer>& done) const {
    const auto begun = push.test(resident, [done](std::vector<PushTest> results) { done(std::move(results)); });
    if (!begun) done(begun.error());
  }
};

}  // namespace

Task<Result<Pushes::Listed>> PushesApi::list(Executor& home, TenantPtr tenant, std::string localpart) {
  auto finding = keys_.find_or_make(home, tenant->id);
  const auto key = co_await finding;
  if (!key) co_return key.error();
  auto asking = ask(&context_, &home, tenant, std::move(localpart), ListDevices{});
  const auto devices = co_await asking;
  if (!devices) co_return devices.error();
  co_return Listed{crypto::to_base64url((*key)->point()), *devices};
}

Task<Result<Pushes::Added>> PushesApi::add(Executor& home, TenantPtr tenant, std::string localpart,
                                           NewPushDevice device) {
  AddDevice question{std::move(device)};
  auto asking = ask(&context_, &home, tenant, std::move(localpart), std::move(question));
  const auto added = co_await asking;
  if (!added) co_return added.error();
  auto waiting = context_.wait(home, added->stored);
  const auto stored = co_await waiting;
  if (!stored) co_return stored.error();
  co_return Added{added->device, added->created};
}

Task<Result<void>> PushesApi::remove(Executor& home, TenantPtr tenant, std::string localpart, std::string id) {
  RemoveDevice question{std::move(id)};
  auto asking = ask(&context_, &home, tenant, std::move(localpart), std::move(question));
  const auto removed = co_await asking;
  if (!removed) co_return removed.error();
  auto waiting = context_.wait(home, *removed);
  auto stored = co_await waiting;
  co_return stored;
}

Task<Result<std::vector<PushTest>>> PushesApi::test(Executor& home, TenantPtr tenant, std::string localpart) {
  auto asking = ask(&context_, &home, tenant, std::move(localpart), TestDevices{});
  auto results = co_await asking;
  co_return results;
}

}  // namespace teahouse::push
