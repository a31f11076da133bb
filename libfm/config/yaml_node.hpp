#pragma once
// YAML text as a tree that knows the place of every value. Stricter than YAML: one document, unique keys that are
// text, no anchors, aliases, merge keys or tags, 64 levels at most. So the tree is no larger than its text.

#include "libfm/config/problems.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fm {

enum class YamlKind {
  null,
  plain,   ///< a scalar without quotes, which may be text, a number, true or false
  quoted,  ///< a scalar in quotes or a text block: always text
  list,
  map,
  refused,  ///< a problem with it was noted
};

struct YamlNode {
  YamlKind kind = YamlKind::null;
  TextPlace place = {};
  std::string text = {};             ///< of a scalar
  std::vector<YamlNode> items = {};  ///< of a list, and the values of a map
  std::vector<YamlNode> keys = {};   ///< of a map: keys[i] belongs to items[i]
};

/// Parses `text`, which must be UTF-8 (see find_text_defect). Notes what is refused, under `key` or below it.
/// @return nothing if there is no value at all; a refused node if no tree could be made
std::optional<YamlNode> parse_yaml(std::string_view text, const std::string& key, Problems& problems);

}  // namespace fm
