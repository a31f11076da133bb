#include "libfm/config/reader.hpp"

#include "libfm/config/yaml_filler.hpp"
#include "libfm/config/yaml_node.hpp"
#include "libfm/config/yaml_text.hpp"
#include "libfm/config/yaml_value.hpp"
#include "libfm/core/error.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <system_error>

namespace fm {
namespace {

constexpr std::size_t max_file_bytes = 1 << 20;

std::string read_text(const std::filesystem::path& file) {
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status)) {
    throw_input_error("{}: {}", file.string(), error ? error.message() : "No such file or directory");
  }
  if (std::filesystem::is_directory(status)) {
    throw_input_error("{}: is a directory, where a YAML file is expected", file.string());
  }
  std::ifstream in(file, std::ios::binary);
  if (!in) throw_input_error("{}: cannot be opened for reading", file.string());
  std::string text(max_file_bytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) throw_machine_error("{}: cannot be read", file.string());
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > max_file_bytes)
    throw_input_error("{}: is larger than 1 MiB, the limit for a configuration file", file.string());
  return text;
}

/// @return the parsed text, unless it has no value or cannot be parsed at all
std::optional<YamlNode> fill_root(const ConfigField& root, std::string_view text, Problems& problems) {
  if (const auto defect = find_text_defect(text)) {
    problems.add(defect->place, "", defect->problem);
    return std::nullopt;
  }
  std::optional<YamlNode> node = parse_yaml(text, "", problems);
  if (!node || node->kind == YamlKind::null) {
    problems.add({}, "", "is empty: it needs at least one key, or {} for all defaults");
  } else if (node->kind == YamlKind::list || node->kind == YamlKind::plain || node->kind == YamlKind::quoted) {
    problems.add(node->place, "", "expects `key: value` lines at the top, found " + node_words(*node));
  } else {
    fill_field(root, root, *node, "", problems);
  }
  return node;
}

/// Splits a dotted key into its longest prefix that names a section, and the rest.
std::pair<std::string, std::string> split_at_unknown(const ConfigField& root, const std::string& key) {
  std::string section, rest = key;
  for (std::size_t dot = rest.find('.'); dot != rest.npos; dot = rest.find('.')) {
    const std::string longer = join_key(section, rest.substr(0, dot));
    const ConfigField* field = find_field(root, longer);
    if (field == nullptr || field->shape != FieldShape::section) break;
    section = longer;
    rest = rest.substr(dot + 1);
  }
  return {section, rest};
}

void fill_override(const ConfigField& root, const std::string& text, Problems& problems) {
  problems.begin_override(text);
  if (const auto defect = find_text_defect(text)) return problems.add({}, "", defect->problem);
  const std::size_t equals = text.find('=');
  if (equals == text.npos || equals == 0) return problems.add({}, "", "expects KEY=VALUE, like train.epochs=20");
  const std::string key = text.substr(0, equals);
  const ConfigField* field = find_field(root, key);
  if (field == nullptr) {
    const auto [section, name] = split_at_unknown(root, key);
    return add_unknown_key(root, {}, section, name, problems);
  }
  const auto node = parse_yaml(text.substr(equals + 1), key, problems);
  if (!node) return problems.add({}, key, "has no value (null and '' are values)");
  fill_field(root, *field, *node, key, problems);
}

/// The last override of this key or of a section around it; null if there is none.
const std::string* override_of(const std::string& key, std::span<const std::string> overrides) {
  for (std::size_t i = overrides.size(); i-- > 0;) {
    const std::string given = overrides[i].substr(0, overrides[i].find('='));
    if (key == given || key.starts_with(given + ".")) return &overrides[i];
  }
  return nullptr;
}

/// Where the text gives this key's value, or else the name of the nearest section around it.
TextPlace place_of(const YamlNode& root, std::string_view key) {
  TextPlace place = root.place;
  for (const YamlNode* node = &root;;) {
    const std::size_t dot = key.find('.');
    const auto name = std::ranges::find(node->keys, key.substr(0, dot), &YamlNode::text);
    if (name == node->keys.end()) return place;
    node = &node->items[static_cast<std::size_t>(name - node->keys.begin())];
    if (dot == key.npos) return node->place;
    place = name->place;
    key.remove_prefix(dot + 1);
  }
}

/// Throws what reading has found, else what `check` finds: at the override that gives the key, or where
/// begin_source(key) says, which attributes the next problem to another source.
template <class BeginSource>
void finish(Problems& problems, const OptionCheck& check, std::span<const std::string> overrides,
            const BeginSource& begin_source) {
  problems.throw_if_any();
  if (!check) return;
  for (const auto& [key, problem] : check()) {
    TextPlace place;
    if (const std::string* given = override_of(key, overrides)) {
      problems.begin_override(*given);
    } else {
      place = begin_source(key);
    }
    problems.add(place, key, problem);
  }
  problems.throw_if_any();
}

}  // namespace

void fill_from_file(const ConfigField& root, const std::filesystem::path& file, std::span<const std::string> overrides,
                    const OptionCheck& check) {
  fill_from_text(root, read_text(file), file.string(), overrides, check);
}

void fill_from_text(const ConfigField& root, std::string_view text, const std::string& name,
                    std::span<const std::string> overrides, const OptionCheck& check) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // a byte order mark
  Problems problems;
  problems.begin_file(name, text);
  const std::optional<YamlNode> root_node = fill_root(root, text, problems);
  for (const std::string& each : overrides) fill_override(root, each, problems);
  finish(problems, check, overrides, [&](const std::string& key) {
    problems.begin_file(name, text);
    return root_node ? place_of(*root_node, key) : TextPlace();
  });
}

void fill_from_overrides(const ConfigField& root, std::span<const std::string> overrides, const OptionCheck& check) {
  Problems problems;
  for (const std::string& each : overrides) fill_override(root, each, problems);
  finish(problems, check, overrides, [&](const std::string& key) {
    problems.begin_override(key);
    return TextPlace();
  });
}

}  // namespace fm
