// A record is one or two rows of its owner: that it was begun, and the answer. Old rows are trimmed with the archives.
#include <boost/json.hpp>

#include <mutex>
#include <unordered_set>

#include "api/idempotency.h"
#include "api/json.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace teahouse::api {
namespace {

namespace json = boost::json;

std::string write(const IdempotencyRecords::Record& record) {
  json::object object = {{"request", record.request}, {"effect", record.effect_id}, {"begun", record.begun_ms}};
  if (record.answer) {
    object["status"] = record.answer->status;
    object["json"] = record.answer->json;
    if (record.answer->value) object["value"] = *record.answer->value;
  }
  return json::serialize(object);
}

std::optional<IdempotencyRecords::Record> read(const std::string& text) {
  json::error_code failed;
  const json::value value = json::parse(text, failed);
  if (failed || !value.is_object()) return std::nullopt;
  const json::object& object = value.get_object();
  IdempotencyRecords::Record record{
      text_of(object, "request"), text_of(object, "effect"), number_of(object, "begun"), {}};
  if (!object.contains("status")) return record;
  record.answer = Answer{static_cast<int>(number_of(object, "status")), text_of(object, "json"), std::nullopt};
  if (object.contains("value")) record.answer->value = text_of(object, "value");
  return record;
}

// Bytes that are moved to another place do not open.
std::string place_of(const IdempotencyRecords::Name& name) {
  return "idempotency " + std::to_string(raw(name.tenant)) + " " + name.owner;
}

}  // namespace

struct IdempotencyRecords::State {
  State(store::DataPlane& the_data, const Clock& the_clock, crypto::Sealer the_sealer)
      : data(the_data), clock(the_clock), sealer(std::move(the_sealer)) {}

  store::DataPlane& data;
  const Clock& clock;
  crypto::Sealer sealer;
  std::mutex mutex;  // of what follows
  std::unordered_set<std::string> entered;
};

IdempotencyRecords::Name IdempotencyRecords::make_name(TenantId tenant, std::string_view caller, std::string_view key) {
  return {tenant, crypto::to_hex(crypto::sha256(std::string(caller).append(1, '\0').append(key)))};
}

IdempotencyRecords::IdempotencyRecords(store::DataPlane& data, const Clock& clock, crypto::Sealer sealer)
    : state_(std::make_unique<State>(data, clock, std::move(sealer))) {}
IdempotencyRecords::~IdempotencyRecords() = default;

bool IdempotencyRecords::enter(const Name& name) {
  const std::lock_guard lock(state_->mutex);
  return state_->entered.insert(place_of(name)).second;
}

void IdempotencyRecords::leave(const Name& name) {
  const std::lock_guard lock(state_->mutex);
  state_->entered.erase(place_of(name));
}

Task<Result<std::optional<IdempotencyRecords::Record>>> IdempotencyRecords::load(Executor& home, Name name) const {
  store::ArchiveQuery query;
  query.counted = false;
  const auto page = co_await state_->data.archive(name.tenant, answers_archive).page(home, name.owner, query);
  if (!page) co_return page.error();
  std::optional<Record> known;
  for (const store::ArchiveRow& row : page->rows) {
    const auto opened = state_->sealer.open(row.bytes, place_of(name));
    auto record = opened ? read(*opened) : std::nullopt;
    if (record && (!known || record->answer)) known = std::move(record);
  }
  if (known && known->begun_ms + answers_kept_ms > state_->clock.wall_ms()) co_return known;
  if (!page->rows.empty()) remove(name);  // too old, or sealed under a key that is no more
  co_return std::optional<Record>();
}

Task<Result<void>> IdempotencyRecords::store(Executor& home, Name name, store::ArchiveId row, Record record) const {
  const store::ArchiveStore archive = state_->data.archive(name.tenant, answers_archive);
  const Lsn lsn = archive.append(name.owner, {row, {}, state_->sealer.seal(write(record), place_of(name))});
  auto stored = co_await state_->data.wait(home, lsn);
  co_return stored;
}

void IdempotencyRecords::remove(const Name& name) const {
  state_->data.archive(name.tenant, answers_archive).remove_all(name.owner);
}

}  // namespace teahouse::api
