#include "libfm/config/yaml_node.hpp"

#include "libfm/config/config_field.hpp"
#include "libfm/config/yaml_text.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

namespace fm {
namespace {

constexpr std::size_t max_depth = 64;

/// Ends parsing; the problem has been reported.
struct ParseAborted {};

TextPlace place_of(const YAML::Mark& mark) {
  return mark.is_null() ? TextPlace{} : TextPlace{mark.line + 1, mark.column + 1};
}

/// Reports duplicate keys of a map and removes all but the first.
void remove_duplicates(YamlNode& map, const std::string& key, Problems& problems) {
  std::map<std::string, TextPlace> seen;
  YamlNode unique = {.kind = map.kind, .place = map.place};
  for (std::size_t i = 0; i < map.keys.size(); ++i) {
    const YamlNode& name = map.keys[i];
    if (name.kind == YamlKind::refused) continue;
    const auto [first, is_new] = seen.emplace(name.text, name.place);
    if (is_new) {
      unique.keys.push_back(std::move(map.keys[i]));
      unique.items.push_back(std::move(map.items[i]));
    } else {
      problems.add(name.place, join_key(key, shortened(name.text)),
                   fmt::format("is given twice, first on line {}", first->second.line));
    }
  }
  map = std::move(unique);
}

/// The byte offset at which each line begins.
std::vector<std::size_t> find_lines(std::string_view text) {
  std::vector<std::size_t> lines = {0};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') lines.push_back(i + 1);
  }
  return lines;
}

/// Whether text that begins with a quote contains the closing one.
bool is_closed(std::string_view text) {
  const char quote = text.front();
  if (quote != '"' && quote != '\'') return true;  // a block scalar
  for (std::size_t i = 1; i < text.size(); ++i) {
    const bool is_escape = quote == '"' ? text[i] == '\\' : text.substr(i, 2) == "''";
    if (is_escape) {
      ++i;
    } else if (text[i] == quote) {
      return true;
    }
  }
  return false;
}

/// Builds the tree from yaml-cpp's events, before it resolves tags, anchors and aliases.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view text, std::string key, Problems& problems)
      : text_(text), lines_(find_lines(text)), key_(std::move(key)), problems_(problems) {}

  std::optional<YamlNode> root;

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ == 0) return;
    problems_.add(place_of(mark), key_, "a second document begins here: only one is read");
    throw ParseAborted{};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { add(begin(YamlKind::null, mark, "", anchor)); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(mark, "aliases (*name) are not supported: write the value out");
    add(begin(YamlKind::refused, mark, "", 0));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node = begin(tag == "!" ? YamlKind::quoted : YamlKind::plain, mark, tag, anchor);
    node.text = value;
    if (node.kind == YamlKind::quoted) check_quotes(mark);
    add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(begin(YamlKind::list, mark, tag, anchor), mark);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(begin(YamlKind::map, mark, tag, anchor), mark);
  }
  void OnMapEnd() override {
    remove_duplicates(open_.back(), open_key(open_.size() - 1), problems_);
    close();
  }

 private:
  YamlNode begin(YamlKind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != 0) refuse(mark, "anchors (&name) are not supported: write the value where it is needed");
    if (!tag.empty() && tag != "?" && tag != "!") {
      refuse(mark, fmt::format("tags are not supported: remove '{}'", shortened(tag)));
      kind = YamlKind::refused;
    }
    return {.kind = kind, .place = place_of(mark)};
  }

  /// yaml-cpp accepts the end of the text as a closing quote.
  void check_quotes(const YAML::Mark& mark) {
    const std::size_t begin = lines_[static_cast<std::size_t>(mark.line)] + static_cast<std::size_t>(mark.column);
    if (is_closed(text_.substr(begin))) return;
    refuse(mark, "is not valid YAML: the quote that opens here is not closed");
    throw ParseAborted{};
  }

  void open(YamlNode node, const YAML::Mark& mark) {
    if (open_.size() == max_depth) {
      refuse(mark, fmt::format("is nested deeper than {} levels", max_depth));
      throw ParseAborted{};
    }
    open_.push_back(std::move(node));
  }

  void close() {
    YamlNode node = std::move(open_.back());
    open_.pop_back();
    add(std::move(node));
  }

  void add(YamlNode node) {
    if (open_.empty()) {
      root = std::move(node);
    } else if (open_.back().kind == YamlKind::map && awaits_key(open_.back())) {
      check_key(node);
      open_.back().keys.push_back(std::move(node));
    } else {
      const auto& keys = open_.back().keys;
      const bool may_lack_place = node.kind == YamlKind::null && !keys.empty();
      if (may_lack_place) node.place = keys.back().place;
      open_.back().items.push_back(std::move(node));
    }
  }

  void check_key(YamlNode& key) {
    if (key.kind == YamlKind::refused) return;
    const bool is_merge = key.kind == YamlKind::plain && key.text == "<<";
    const bool is_text = key.kind == YamlKind::plain || key.kind == YamlKind::quoted;
    if (is_text && !is_merge) return;
    problems_.add(key.place, open_key(open_.size() - 1),
                  is_merge ? "merge keys (<<) are not supported: write the keys out" : "a key must be text");
    key.kind = YamlKind::refused;
  }

  static bool awaits_key(const YamlNode& map) { return map.keys.size() == map.items.size(); }

  /// The key path of the open node at this nesting level.
  std::string open_key(std::size_t level) const {
    std::string key = key_;
    for (std::size_t i = 0; i < level; ++i) {
      const YamlNode& node = open_[i];
      if (node.kind == YamlKind::list) key += fmt::format("[{}]", node.items.size());
      if (node.kind == YamlKind::map && !awaits_key(node)) key = join_key(key, shortened(node.keys.back().text));
    }
    return key;
  }

  void refuse(const YAML::Mark& mark, const std::string& problem) {
    problems_.add(place_of(mark), open_key(open_.size()), problem);
  }

  std::string_view text_;
  std::vector<std::size_t> lines_;
  std::string key_;
  Problems& problems_;
  int documents_ = 0;
  std::vector<YamlNode> open_;
};

/// yaml-cpp's message, replaced where a more specific cause is known.
std::string syntax_problem(const YAML::Exception& error, std::string_view text) {
  std::istringstream lines{std::string(text)};
  std::string line;
  for (int i = 0; i <= error.mark.line; ++i) std::getline(lines, line);
  const std::string indentation = line.substr(0, line.find_first_not_of(" \t"));
  if (indentation.find('\t') != indentation.npos) return "the indentation contains a tab: YAML requires spaces";
  if (error.msg == YAML::ErrorMsg::MAP_VALUE) {
    return "a ':' is out of place (wrong indentation, or text with ': ' that needs quotes)";
  }
  if (error.msg == YAML::ErrorMsg::END_OF_SEQ_FLOW) return "a '[' before here is not closed";
  if (error.msg == YAML::ErrorMsg::END_OF_MAP_FLOW) return "a '{' before here is not closed";
  if (error.msg == YAML::ErrorMsg::END_OF_MAP) return "unexpected text after the end of a value (an extra quote?)";
  return error.msg;
}

}  // namespace

std::optional<YamlNode> parse_yaml(std::string_view text, const std::string& key, Problems& problems) {
  std::istringstream stream{std::string(text)};
  TreeBuilder builder(text, key, problems);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    return std::move(builder.root);
  } catch (const ParseAborted&) {
  } catch (const YAML::Exception& error) {
    problems.add(place_of(error.mark), key, "is not valid YAML: " + syntax_problem(error, text));
  }
  return YamlNode{.kind = YamlKind::refused};
}

}  // namespace fm
