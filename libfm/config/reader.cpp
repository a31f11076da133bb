#include "libfm/config/reader.hpp"

#include "libfm/config/yaml_filler.hpp"
#include "libfm/config/yaml_node.hpp"
#include "libfm/config/yaml_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace fm {
namespace {

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

void fill_override(const ConfigField& root, const std::string& text, Origins& origins, Problems& problems) {
  if (const auto defect = find_text_defect(text)) return problems.add(TextPlace(), "", defect->problem);
  const std::size_t equals = text.find('=');
  if (equals == text.npos || equals == 0)
    return problems.add(TextPlace(), "", "expects KEY=VALUE, like train.epochs=20");
  const std::string key = text.substr(0, equals);
  const ConfigField* field = find_field(root, key);
  if (field == nullptr) {
    const auto [section, name] = split_at_unknown(root, key);
    return add_unknown_key(root, TextPlace(), section, name, problems);
  }
  const auto node = parse_yaml(text.substr(equals + 1), key, problems);
  if (!node) return problems.add(TextPlace(), key, "has no value (null and '' are values)");
  fill_field(root, *field, *node, key, origins, problems);
}

void fill_overrides(const ConfigField& root, std::span<const std::string> overrides, Origins& origins,
                    Problems& problems) {
  int order = 0;
  for (const std::string& text : overrides) {
    const std::string name = fmt::format("override '{}'", shortened(text));
    problems.begin(std::shared_ptr<const Source>(new Source{.name = name, .is_file = false, .order = ++order}));
    fill_override(root, text, origins, problems);
  }
}

/// Adds what `check` finds, each at the first of its options that is given, unless reading one of them has failed.
void add_contradictions(const OptionCheck& check, const Origins& origins, Problems& problems) {
  if (!check) return;
  const auto is_known = [&](const std::string& key) { return !problems.concern(key); };
  std::vector<OptionProblem> found = check();
  std::erase_if(found, [&](const OptionProblem& each) { return !std::ranges::all_of(each.keys, is_known); });
  for (const auto& [keys, problem] : found) {
    const Origin* first = origins.first_of(keys);
    problems.add(first != nullptr ? *first : Origin(), keys.front(), problem + origins.words_of_others(keys));
  }
}

Origins fill(const ConfigField& root, const std::vector<YamlFile>& files, std::span<const std::string> overrides,
             const OptionCheck& check, Problems& problems) {
  Origins origins;
  for (const auto& [source, top] : files) {
    problems.begin(source);
    fill_field(root, root, top, "", origins, problems);
  }
  fill_overrides(root, overrides, origins, problems);
  add_contradictions(check, origins, problems);
  problems.throw_if_any();
  return origins;
}

}  // namespace

Origins fill_from_file(const ConfigField& root, const std::filesystem::path& file,
                       std::span<const std::string> overrides, const OptionCheck& check, Bases bases) {
  Problems problems;
  return fill(root, load_yaml(file, bases, problems), overrides, check, problems);
}

Origins fill_from_text(const ConfigField& root, std::string_view text, const std::string& name,
                       std::span<const std::string> overrides, const OptionCheck& check) {
  Problems problems;
  return fill(root, parse_yaml_file(text, name, Bases::allowed, problems), overrides, check, problems);
}

Origins fill_from_overrides(const ConfigField& root, std::span<const std::string> overrides, const OptionCheck& check) {
  Problems problems;
  return fill(root, {}, overrides, check, problems);
}

}  // namespace fm
