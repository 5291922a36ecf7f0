// Questions of the API to another loop: for things that an account's home knows, or has to do.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "api/api.h"
#include "base/task.h"

namespace teahouse::api {

// Runs the question on that home and goes on here with its answer.
template <class T>
Task<T> ask_home(ApiContext& api, Home& there, std::function<T(Home&)> question) {
  Async<T> answer(api.loop(), [&there, question](typename Async<T>::Done done) {
    there.loop().post([&there, question, done] { done(question(there)); });
  });
  T value = co_await answer;
  co_return value;
}

// The account's address; its localpart is prepared.
BareJid account_jid(const Tenant& tenant, std::string_view localpart);

}  // namespace teahouse::api
