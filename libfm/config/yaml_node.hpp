#pragma once
// YAML text as a tree with the source location of every value. Only a subset of YAML is accepted: one document, unique
// text keys, no anchors, aliases, merge keys or tags, at most 64 levels. This keeps the tree no larger than its text.

#include "libfm/config/problems.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fm {

enum class YamlKind {
  null,
  plain,   ///< an unquoted scalar: text, a number, true or false
  quoted,  ///< a quoted or block scalar: always text
  list,
  map,
  refused,  ///< invalid; its problem has been reported
};

struct YamlNode {
  YamlKind kind = YamlKind::null;
  TextPlace place = {};
  std::string text = {};             ///< the value of a scalar
  std::vector<YamlNode> items = {};  ///< the elements of a list or the values of a map
  std::vector<YamlNode> keys = {};   ///< the keys of a map: keys[i] belongs to items[i]
};

/// Parses `text`, which must be UTF-8 (see find_text_defect). Problems are reported under `key` or below it.
/// @return nullopt if the text contains no value; a refused node if it cannot be parsed
std::optional<YamlNode> parse_yaml(std::string_view text, const std::string& key, Problems& problems);

}  // namespace fm
