#include "modules/muc/search.h"

#include <algorithm>

#include "account/user_id.h"
#include "modules/muc/room_page.h"
#include "xml/writer.h"
#include "xmpp/namespaces.h"
#include "xmpp/nickname.h"

namespace teahouse::muc {
namespace {

constexpr char params_form[] = "urn:xmpp:channel-search:0:search-params";
constexpr char errors_ns[] = "urn:xmpp:channel-search:0:error";
constexpr char address_key[] = "{urn:xmpp:channel-search:0:order}address";
constexpr char no_anonymity[] = "{urn:xmpp:channel-search:0:anonymity}none";
constexpr char room_type[] = "xep-0045";

// As people compare text.
std::string fold(std::string_view text) { return xmpp::make_nickname_key(text); }

std::vector<std::string> words_of(std::string_view sought) {
  std::vector<std::string> words;
  const std::string folded = fold(sought);
  std::string_view text = folded;
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of(" \t\n\r"), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

bool flag_of(const DataForm& form, std::initializer_list<const char*> vars) {
  for (const char* var : vars) {
    const FormField* field = form.find(var);
    if (field && field->boolean()) return *field->boolean();
  }
  return true;
}

void refuse(const ModuleContext& context, const Stanza& stanza, const SearchRefusal& refusal, ErrorType type) {
  std::string condition;
  if (*refusal.condition) {
    xml::Writer writer(condition);
    writer.open(refusal.condition, errors_ns).raw(refusal.inside).close();
  }
  context.route(make_error(stanza, refusal.error, type, condition));
}

std::string make_form() {
  DataForm form(DataForm::Type::form, params_form);
  form.title = "Search for rooms";
  form.add("q", "text-single", "Search for");
  form.add("all", "boolean", "Return all entries (ignore search terms)", false);
  form.add("sinname", "boolean", "Search in name", true);
  form.add("sindescription", "boolean", "Search in description", true);
  form.add("sinaddress", "boolean", "Search in address", true);
  FormField& types = form.add("types", "list-multi", "Service types", std::string(room_type));
  types.options = {{room_type, "Multi-User Chat rooms"}};
  FormField& key = form.add("key", "list-single", "Sort results by", std::string(address_key));
  key.options = {{address_key, "Address"}};
  std::string payload;
  xml::Writer writer(payload);
  writer.open("search", ns::channel_search);
  form.write(writer);
  writer.close();
  return payload;
}

void write_item(xml::Writer& writer, const ListedRoom& room) {
  const RoomConfig& config = room.config;
  writer.open("item").attribute("address", room.jid.str());
  writer.leaf("name", config.name.empty() ? user_id_of(room.jid.localpart()) : config.name);
  if (!config.description.empty()) writer.leaf("description", config.description);
  if (!config.lang.empty()) writer.leaf("language", config.lang);
  writer.leaf("service-type", room_type);
  // Clients take the element itself, whatever is in it, for a yes.
  if (config.password.empty() && !config.members_only) writer.leaf("is-open", "true");
  writer.leaf("anonymity-mode", config.non_anonymous ? no_anonymity : "muc_semianonymous");
  writer.close();
}

Task<void> find_rooms(ModuleContext* context, Storage storage, Stanza request, RsmRequest rsm, RoomQuery query) {
  auto rooms = co_await storage.list(context->loop());
  if (!rooms) {
    context->reply_error(request, rooms.error());
    co_return;
  }
  std::erase_if(*rooms, [&](const ListedRoom& room) {
    return !room.config.is_public || room.jid.domainpart() != request.to->domainpart() || !matches(query, room);
  });
  const ListedPage page = choose_page(*rooms, rsm, search_page_max);
  std::string payload;
  xml::Writer writer(payload);
  writer.open("result", ns::channel_search);
  for (auto room = page.begin; room != page.end; ++room) write_item(writer, *room);
  write_rsm_of(writer, page, *rooms);
  writer.close();
  context->reply(request, std::move(payload));
}

}  // namespace

Result<RoomQuery> parse_room_query(const DataForm& form, SearchRefusal* refusal) {
  const auto fail = [&](ErrorKind kind, const char* text, const char* condition, const char* inside = "") -> Error {
    *refusal = {{kind, text}, condition, inside};
    return refusal->error;
  };
  if (form.type() != DataForm::Type::submit || form.form_type() != params_form) {
    return fail(ErrorKind::bad_request, "This is no submitted form for a search.", "");
  }
  const FormField* key = form.find("key");
  if (key && !key->value().empty() && key->value() != address_key) {
    return fail(ErrorKind::feature_not_implemented, "Rooms are ordered by address alone.", "invalid-sort-key");
  }
  const FormField* sought = form.find("q");
  const FormField* all = form.find("all");
  const bool has_words = sought && !sought->value().empty();
  const bool wants_all = all && all->boolean() == true;
  if (has_words && wants_all) {
    return fail(ErrorKind::bad_request, "Either search by words, or for everything.", "conflicting-fields",
                "<var>all</var><var>q</var>");
  }
  if (!has_words && !wants_all) {
    return fail(ErrorKind::bad_request, "Say what to search for, or ask for everything.", "no-search-conditions");
  }
  RoomQuery query;
  if (has_words && sought->value().size() <= search_bytes_max) query.words = words_of(sought->value());
  if (has_words && (query.words.empty() || query.words.size() > search_words_max)) {
    return fail(ErrorKind::bad_request, "Search for one to ten words of at most 200 bytes together.",
                "invalid-search-terms");
  }
  query.in_name = flag_of(form, {"sinname"});
  query.in_description = flag_of(form, {"sindescription"});
  query.in_address = flag_of(form, {"sinaddress", "sinaddr"});  // the XEP's examples have the second one
  if (const FormField* types = form.find("types")) {
    query.wants_rooms = std::find(types->values.begin(), types->values.end(), room_type) != types->values.end();
  }
  return query;
}

bool matches(const RoomQuery& query, const ListedRoom& room) {
  if (!query.wants_rooms) return false;
  if (query.words.empty()) return true;
  std::string text;
  if (query.in_name) text += fold(room.config.name) + "\n";
  if (query.in_description) text += fold(room.config.description) + "\n";
  if (query.in_address) text += fold(room.jid.str());
  return std::all_of(query.words.begin(), query.words.end(),
                     [&](const std::string& word) { return text.find(word) != text.npos; });
}

void ChannelSearch::answer(const Host& host, const Stanza& stanza, const xml::Element& search) {
  const auto x = search.child("x", ns::data_forms);
  if (!x) return context_.reply(stanza, make_form());
  const auto form = DataForm::read(*x);
  if (!form) return context_.reply_error(stanza, form.error());
  SearchRefusal refusal;
  auto query = parse_room_query(*form, &refusal);
  if (!query) {
    const bool is_empty = refusal.condition == std::string_view("no-search-conditions");
    return refuse(context_, stanza, refusal, is_empty ? ErrorType::cancel : ErrorType::modify);
  }
  auto rsm = parse_rsm_of(search);
  if (!rsm) return context_.reply_error(stanza, rsm.error());
  const int64_t wait_ms = searches_.take_ms(stanza.from->bare_view(), context_.clock().monotonic_ms(), search_rate);
  if (wait_ms > 0) {
    const std::string seconds = std::to_string((wait_ms + 999) / 1000);
    std::string condition;
    xml::Writer(condition).open("rate-limit", errors_ns).attribute("retry-after", seconds).close();
    const Error error{ErrorKind::resource_constraint, "You search too often: wait " + seconds + " seconds."};
    return context_.route(make_error(stanza, error, ErrorType::wait, condition));
  }
  spawn(find_rooms(&context_, Storage(context_, *host.tenant), stanza, std::move(*rsm), std::move(*query)));
}

}  // namespace teahouse::muc
