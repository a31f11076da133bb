#include "libfm/config/bases.hpp"

#include "libfm/config/yaml_value.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace fm {

ConfigField base_field() {
  return {.name = std::string(base_key),
          .sentence = "files that this one builds on, relative to it: later ones and the file itself take precedence",
          .bounds = list_of(1, 100, {}),
          .shape = FieldShape::list,
          .type = ScalarType::text};
}

YamlNode take_bases(YamlNode& top, Problems& problems) {
  YamlNode bases = {.kind = YamlKind::list};
  const auto key = std::ranges::find(top.keys, base_key, &YamlNode::text);
  if (key == top.keys.end()) return bases;
  const auto value = top.items.begin() + (key - top.keys.begin());
  bases.place = value->place;
  if (value->kind == YamlKind::plain || value->kind == YamlKind::quoted) {
    bases.items.push_back(std::move(*value));
  } else {
    bases = std::move(*value);
  }
  top.keys.erase(key);
  top.items.erase(value);
  if (read_values(base_field(), bases, std::string(base_key), problems)) return bases;
  problems.fail_all();
  return {.kind = YamlKind::list};
}

}  // namespace fm
