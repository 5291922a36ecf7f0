// DataForm: a form to fill in, or one that was filled in.
//
// Spec: XEP-0004, XEP-0068 (FORM_TYPE), XEP-0122 (which values there may be), XEP-0128 (forms in disco).
// Limits: those of the stanza that it came in.
// Errors: bad_request for an <x/> of no known type.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "xml/document.h"
#include "xml/writer.h"

namespace teahouse {

struct FormOption {
  std::string value, label;
};

struct FormField {
  std::string var;
  std::string type;   // "text-single"...; empty: absent
  std::string label;  // empty: absent
  std::vector<std::string> values;
  std::vector<FormOption> options;
  bool required = false;
  bool open = false;                                 // XEP-0122: any value may be given, not only the options
  std::optional<std::pair<int64_t, int64_t>> range;  // XEP-0122: a whole number from the one to the other

  // The first value; empty where there is none.
  std::string_view value() const { return values.empty() ? std::string_view() : std::string_view(values.front()); }
  // "1" and "true", "0" and "false"; none for anything else.
  std::optional<bool> boolean() const;
};

class DataForm {
 public:
  enum class Type { form, submit, cancel, result };

  explicit DataForm(Type type) : type_(type) {}
  // A form with its FORM_TYPE as the first field.
  DataForm(Type type, std::string_view form_type);

  // Reads an <x xmlns='jabber:x:data'/>. Fields without a var are left out.
  static Result<DataForm> read(const xml::Element& x);

  Type type() const { return type_; }
  std::string_view form_type() const;  // empty where there is none
  const std::vector<FormField>& fields() const { return fields_; }
  const FormField* find(std::string_view var) const;

  std::string title, instructions;
  std::string more;  // XML of ours that is written behind the fields

  FormField& add(std::string_view var, std::string_view type, std::string_view label);
  FormField& add(std::string_view var, std::string_view type, std::string_view label, std::string value);
  FormField& add(std::string_view var, std::string_view type, std::string_view label, bool value);

  void write(xml::Writer& writer) const;

 private:
  Type type_;
  std::vector<FormField> fields_;
};

}  // namespace teahouse
