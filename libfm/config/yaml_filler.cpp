#include "libfm/config/yaml_filler.hpp"

#include "libfm/config/bases.hpp"
#include "libfm/config/suggestion.hpp"
#include "libfm/config/yaml_text.hpp"
#include "libfm/config/yaml_value.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace fm {
namespace {

class Filler {
 public:
  Filler(const ConfigField& root, Origins& origins, Problems& problems)
      : root_(root), origins_(origins), problems_(problems) {}

  void fill(const ConfigField& field, const YamlNode& node, const std::string& key) {
    if (node.kind == YamlKind::refused) return;
    if (field.shape != FieldShape::section) origins_.set(key, problems_.at(node.place));
    if (field.shape == FieldShape::section) {
      if (expect_map(field, node, key)) fill_section(field, node, key);
    } else if (field.shape == FieldShape::grid) {
      if (expect_map(field, node, key)) fill_grid(field, node, key);
    } else if (field.shape == FieldShape::mapping) {
      if (expect_map(field, node, key)) field.mapping->value = node_to_json(node, key, problems_);
    } else if (const auto values = read_values(field, node, key, problems_)) {
      field.set(*values);
    }
  }

 private:
  bool expect_map(const ConfigField& field, const YamlNode& node, const std::string& key) {
    if (node.kind == YamlKind::map) return true;
    const char* hint = node.kind == YamlKind::null ? " (leave the key out, or write {})" : "";
    problems_.add(node.place, key, fmt::format("expects {}, found {}{}", type_words(field), node_words(node), hint));
    return false;
  }

  void fill_section(const ConfigField& section, const YamlNode& node, const std::string& key) {
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      const std::string& name = node.keys[i].text;
      const ConfigField* field = find_field(section, name);
      if (field == nullptr) {
        add_unknown_key(root_, node.keys[i].place, key, name, problems_);
      } else if (name.find('.') != name.npos) {
        problems_.add(node.keys[i].place, join_key(key, name), "unknown key (in YAML, nest it: " + nested(name) + ")");
      } else {
        fill(*field, node.items[i], join_key(key, name));
      }
    }
  }

  void fill_grid(const ConfigField& field, const YamlNode& node, const std::string& key) {
    SettingGrid grid;
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      const std::string& name = node.keys[i].text;
      const std::string path = join_key(key, shortened(name));
      const ConfigField* option = find_field(root_, name);
      const std::string problem = option == nullptr ? missing_option(name) : axis_problem(field, name, *option);
      if (problem.empty()) {
        grid.axes.emplace_back(name, read_axis(*option, node.items[i], path));
      } else {
        problems_.add(node.keys[i].place, path, problem);
      }
    }
    *field.grid = std::move(grid);
  }

  std::string missing_option(const std::string& name) const {
    return "there is no such option" + (problems_.full() ? "" : suggest_key(root_, "", name));
  }

  static std::string axis_problem(const ConfigField& grid, const std::string& key, const ConfigField& option) {
    if (grid_may_vary(grid, key, option)) return "";
    if (option.shape == FieldShape::section) return "is a section: name one of its options";
    if (option.shape == FieldShape::mapping || option.shape == FieldShape::grid) {
      return "is a mapping, which cannot be varied: start a run for each";
    }
    return fmt::format("cannot be varied here, only {} can", fmt::join(grid.bounds.names, ", "));
  }

  std::vector<std::string> read_axis(const ConfigField& option, const YamlNode& node, const std::string& key) {
    std::vector<std::string> values;
    if (node.kind == YamlKind::refused) return values;
    if (node.kind != YamlKind::list || node.items.empty()) {
      const std::string found = node.kind == YamlKind::list ? "an empty one" : node_words(node);
      problems_.add(node.place, key, "expects a list of values, found " + found);
    }
    for (std::size_t i = 0; node.kind == YamlKind::list && i < node.items.size(); ++i) {
      const bool is_right = read_values(option, node.items[i], fmt::format("{}[{}]", key, i), problems_).has_value();
      if (is_right) values.push_back(node_to_yaml(node.items[i]));
    }
    return values;
  }

  /// Rewrites "train.epochs" as "train: {epochs: ...}".
  static std::string nested(const std::string& path) {
    const std::size_t dot = path.find('.');
    return dot == path.npos ? path + ": ..." : path.substr(0, dot) + ": {" + nested(path.substr(dot + 1)) + "}";
  }

  const ConfigField& root_;
  Origins& origins_;
  Problems& problems_;
};

}  // namespace

void fill_field(const ConfigField& root, const ConfigField& field, const YamlNode& node, const std::string& key,
                Origins& origins, Problems& problems) {
  Filler(root, origins, problems).fill(field, node, key);
}

void add_unknown_key(const ConfigField& root, TextPlace place, const std::string& section, const std::string& name,
                     Problems& problems) {
  std::string problem = "unknown key";
  if (name == base_key) {
    problem = section.empty() ? "can only be given in a file" : "can only be given at the top of a file";
  } else if (!problems.full()) {
    problem += suggest_key(root, section, name);
  }
  problems.add(place, join_key(section, shortened(name)), problem);
}

}  // namespace fm
