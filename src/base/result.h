// Result<T>: a value or an Error, in the shape of std::expected. The one error model of the house.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace teahouse {

// The kind of an error. The names are RFC 6120's stanza error conditions (section 8.3.3), but for two of the
// server's own; an Error is mapped to a stanza or stream error, an HTTP problem or a log line in exactly three places,
// and nowhere else.
enum class ErrorKind {
  bad_request,
  conflict,
  feature_not_implemented,
  forbidden,
  gone,
  internal_server_error,
  item_not_found,
  jid_malformed,
  not_acceptable,
  not_allowed,
  not_authorized,
  policy_violation,
  recipient_unavailable,
  registration_required,
  remote_server_not_found,
  remote_server_timeout,
  resource_constraint,
  service_unavailable,
  subscription_required,
  undefined_condition,
  unexpected_request,
  storage_failing,  // the disk takes no writes for now; resource-constraint to a client, 503 over HTTP
  storage_full,     // it takes nothing new until there is room; resource-constraint, and 507
};

// The condition's name as RFC 6120 spells it ("item-not-found"); of one of ours the nearest.
const char* to_string(ErrorKind kind);

// A failure, for a program (kind) and for a person (text: what was wrong, where, what to do).
struct Error {
  ErrorKind kind;
  std::string text;
};

inline Error bad_request(std::string text) { return {ErrorKind::bad_request, std::move(text)}; }
inline Error not_authorized(std::string text) { return {ErrorKind::not_authorized, std::move(text)}; }

// A T or an Error. Reading the wrong one is a bug of ours and asserts.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
  Result(ErrorKind kind, std::string text) : Result(Error{kind, std::move(text)}) {}

  explicit operator bool() const { return state_.index() == 0; }
  bool has_value() const { return state_.index() == 0; }

  T& value() & {
    assert(has_value());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    assert(has_value());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    assert(has_value());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const {
    assert(!has_value());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}
  Result(ErrorKind kind, std::string text) : Result(Error{kind, std::move(text)}) {}

  explicit operator bool() const { return !error_; }
  bool has_value() const { return !error_; }
  const Error& error() const {
    assert(error_);
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

}  // namespace teahouse
