#include "modules/service_admin/admin_form.h"

#include <algorithm>

#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

Error bad_address(const std::string& address, const std::string& why) {
  return {ErrorKind::bad_request, "'" + address.substr(0, 80) + "' " + why};
}

Result<Jid> read_address(const Tenant& tenant, const std::string& text, bool may_have_resource) {
  auto jid = Jid::parse(text);
  if (!jid || !jid->has_localpart() || (jid->is_full() && !may_have_resource)) {
    return bad_address(text, "is no account's address, as ann@" + tenant.domain() + ".");
  }
  if (jid->domainpart() != tenant.domain()) return bad_address(text, "is no account at " + tenant.domain() + ".");
  return jid;
}

}  // namespace

DataForm make_admin_form(std::string title, std::string instructions) {
  DataForm form(DataForm::Type::form, ns::admin);
  form.title = std::move(title);
  form.instructions = std::move(instructions);
  return form;
}

DataForm make_admin_result() { return {DataForm::Type::result, ns::admin}; }

DataForm ask_for_account(std::string title, std::string label) {
  DataForm form = make_admin_form(std::move(title), "Name the account by its address.");
  form.add("accountjid", "jid-single", label).required = true;
  return form;
}

DataForm ask_for_accounts(std::string title, std::string label) {
  DataForm form = make_admin_form(std::move(title), "Name the accounts by their addresses.");
  form.add("accountjids", "jid-multi", label).required = true;
  return form;
}

Result<std::vector<Jid>> read_accounts(const Tenant& tenant, const DataForm& form, std::string_view var,
                                       bool may_have_resource) {
  std::vector<Jid> jids;
  const FormField* field = form.find(var);
  for (const std::string& text : field ? field->values : std::vector<std::string>()) {
    if (text.empty()) continue;
    auto jid = read_address(tenant, text, may_have_resource);
    if (!jid) return jid.error();
    if (std::find(jids.begin(), jids.end(), *jid) == jids.end()) jids.push_back(std::move(*jid));
    if (jids.size() > accounts_named_max) return Error{ErrorKind::bad_request, "At most 100 accounts at once."};
  }
  if (jids.empty()) return Error{ErrorKind::bad_request, "No account is named."};
  return jids;
}

Result<std::string> read_text(const DataForm& form, std::string_view var) {
  std::string text;
  const FormField* field = form.find(var);
  for (const std::string& line : field ? field->values : std::vector<std::string>()) {
    text.append(text.empty() ? "" : "\n").append(line);
    if (text.size() > announcement_bytes_max) {
      return Error{ErrorKind::bad_request, "The text is longer than 10000 bytes."};
    }
  }
  if (text.empty()) return Error{ErrorKind::bad_request, "There is no text."};
  return text;
}

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (true) {
    const size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == text.npos) return lines;
    text.remove_prefix(end + 1);
  }
}

Result<BareJid> read_account(const Tenant& tenant, const DataForm& form, std::string_view var) {
  const auto jids = read_accounts(tenant, form, var);
  if (!jids) return jids.error();
  if (jids->size() > 1) return Error{ErrorKind::bad_request, "Name one account."};
  return jids->front().bare();
}

}  // namespace teahouse
