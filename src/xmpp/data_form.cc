#include "xmpp/data_form.h"

#include "xml/values.h"
#include "xmpp/namespaces.h"

namespace teahouse {
namespace {

constexpr std::pair<DataForm::Type, std::string_view> type_names[] = {{DataForm::Type::form, "form"},
                                                                      {DataForm::Type::submit, "submit"},
                                                                      {DataForm::Type::cancel, "cancel"},
                                                                      {DataForm::Type::result, "result"}};

constexpr char validate_ns[] = "http://jabber.org/protocol/xdata-validate";

std::string_view type_name(DataForm::Type wanted) {
  for (const auto& [type, name] : type_names) {
    if (type == wanted) return name;
  }
  return {};
}

FormField read_field(const xml::Element& element) {
  FormField field;
  field.var = element.attribute("var").value_or("");
  field.type = element.attribute("type").value_or("");
  field.label = element.attribute("label").value_or("");
  element.for_each_child([&](const xml::Element& child) {
    if (child.is("value", ns::data_forms)) {
      field.values.push_back(child.text());
    } else if (child.is("required", ns::data_forms)) {
      field.required = true;
    } else if (child.is("option", ns::data_forms)) {
      field.options.push_back(
          {child.child_text("value", ns::data_forms), std::string(child.attribute("label").value_or(""))});
    }
  });
  return field;
}

void write_field(xml::Writer& writer, const FormField& field) {
  writer.open("field").attribute("var", field.var);
  if (!field.type.empty()) writer.attribute("type", field.type);
  if (!field.label.empty()) writer.attribute("label", field.label);
  if (field.open) {
    writer.open("validate", validate_ns).attribute("datatype", "xs:string").open("open").close().close();
  }
  if (field.range) {
    writer.open("validate", validate_ns).attribute("datatype", "xs:integer");
    writer.open("range").attribute("min", std::to_string(field.range->first));
    writer.attribute("max", std::to_string(field.range->second)).close().close();
  }
  if (field.required) writer.open("required").close();
  for (const auto& option : field.options) {
    writer.open("option");
    if (!option.label.empty()) writer.attribute("label", option.label);
    writer.leaf("value", option.value).close();
  }
  for (const auto& value : field.values) writer.leaf("value", value);
  writer.close();
}

}  // namespace

std::optional<bool> FormField::boolean() const { return xml::parse_boolean(value()); }

DataForm::DataForm(Type type, std::string_view form_type) : type_(type) {
  add("FORM_TYPE", "hidden", {}, std::string(form_type));
}

Result<DataForm> DataForm::read(const xml::Element& x) {
  const std::string_view name = x.attribute("type").value_or("");
  for (const auto& [type, type_name] : type_names) {
    if (name != type_name) continue;
    DataForm form(type);
    form.title = x.child_text("title", ns::data_forms);
    form.instructions = x.child_text("instructions", ns::data_forms);
    x.for_each_child([&](const xml::Element& child) {
      if (!child.is("field", ns::data_forms) || !child.attribute("var")) return;
      form.fields_.push_back(read_field(child));
    });
    return form;
  }
  return Error{ErrorKind::bad_request, "A data form needs one of the types form, submit, cancel and result."};
}

std::string_view DataForm::form_type() const {
  const FormField* field = find("FORM_TYPE");
  return field ? field->value() : std::string_view();
}

const FormField* DataForm::find(std::string_view var) const {
  for (const auto& field : fields_) {
    if (field.var == var) return &field;
  }
  return nullptr;
}

FormField& DataForm::add(std::string_view var, std::string_view type, std::string_view label) {
  FormField& field = fields_.emplace_back();
  field.var = var;
  field.type = type;
  field.label = label;
  return field;
}

FormField& DataForm::add(std::string_view var, std::string_view type, std::string_view label, std::string value) {
  FormField& field = add(var, type, label);
  field.values.push_back(std::move(value));
  return field;
}

FormField& DataForm::add(std::string_view var, std::string_view type, std::string_view label, bool value) {
  return add(var, type, label, std::string(value ? "1" : "0"));
}

void DataForm::write(xml::Writer& writer) const {
  writer.open("x", ns::data_forms).attribute("type", type_name(type_));
  if (!title.empty()) writer.leaf("title", title);
  if (!instructions.empty()) writer.leaf("instructions", instructions);
  for (const auto& field : fields_) write_field(writer, field);
  writer.raw(more).close();
}

}  // namespace teahouse
